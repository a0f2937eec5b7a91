"""Parameters: untouched, set when a run is triggered, and read by the configuration alone."""

from __future__ import annotations

from tests.compliance.case import Case
from tests.projects import text_file

KINDS = """
kinds:
  nothing: null
  yes_text: "yes"
  no_bool: no
  number_text: "007"
  exponent: 1e3
  exponent_text: "1e3"
  whole_float: 2.0
  negative: -0.0
  day_text: "2026-01-31"
  day: 2026-01-31
  empty: ""
  none: []
  mixed: [1, a, null, 2.5]
  inner: {a: {b: [1]}, c: {}}
  text: "größe\\n\\ttwo"
"""
SET = """
set: {number: 1, float: 1.5, exponent: 1e3, number_text: "1", list: [1], flag: true, nothing: null}
"""
VALUES = {
    "number": 2,
    "float": 2.0,
    "exponent": 1e-05,
    "number_text": "007",
    "list": [3],
    "flag": False,
    "nothing": "now there",
}

CASES = (
    Case(
        name="defaults",
        about="defaults of all types, untouched: null, texts that look like numbers, lists",
        nodes='node(f.make, "params:kinds", "defaults__out", name="make"),',
        parameters=KINDS,
    ),
    Case(
        name="set_kinds",
        about="values of all types, set",
        nodes='node(f.make, "params:set", "set_kinds__out", name="make"),',
        parameters=SET,
        values={f"set.{name}": value for name, value in VALUES.items()},
    ),
    Case(
        name="set_text",
        about="a text that templates would fill in, set",
        nodes='node(f.make, "params:plain", "set_text__out", name="make"),',
        parameters="plain: text\n",
        values={"plain": "it's {{ x }} {% y %} $(HOME) `z` ü"},
    ),
    Case(
        name="set_same",
        about="a parameter set to what it is anyway",
        nodes='node(f.make, "params:same", "set_same__out", name="make"),',
        parameters="same: 5\n",
        values={"same": 5},
    ),
    Case(
        name="set_nested",
        about="one key of a mapping set: those beside it stay",
        nodes='node(f.make, "params:nested", "set_nested__out", name="make"),',
        parameters="nested: {alpha: 1.5, more: {beta: 2, gamma: x}}\n",
        values={"nested.more.beta": 7},
    ),
    Case(
        name="derived",
        about="values that follow one that is set (`${year}`)",
        nodes='node(f.make, ["params:year", "params:last", "params:raw"], "derived__out"),',
        parameters='year: 2025\nlast: ${year}\nraw: {folder: "raw/${year}"}\n',
        values={"year": 2031},
    ),
    Case(
        name="globals",
        about="values of `globals.yml`, in parameters and in a path",
        nodes='node(f.make, "params:of_globals", "globals_out", name="make"),',
        parameters="of_globals: ${globals:shop.name}\n",
        catalog={"globals_out": text_file("globals/${globals:shop.name}.txt")},
    ),
    Case(
        name="in_a_path",
        about="a parameter that only a path of the catalog reads (`runtime_params`), set",
        nodes='node(f.make, None, "in_a_path_out", name="make"),',
        catalog={"in_a_path_out": text_file("in_a_path/${runtime_params:region, eu}.txt")},
        values={"region": "us"},
    ),
    Case(
        name="path_default",
        about="the same with its default, and `null` for it in the parameters",
        nodes='node(f.make, None, "path_default_out", name="make"),',
        parameters="part: null\n",
        catalog={"path_default_out": text_file("path_default/${runtime_params:part, all}.txt")},
    ),
    Case(
        name="worker_variable",
        about="a variable of the environment, read where tasks run (`oc.env`)",
        nodes='node(f.make, "params:bucket", "worker_variable__out", name="make"),',
        parameters="bucket: ${oc.env:BUCKET}\n",
    ),
    Case(
        name="only_some",
        about="`parameters` says which can be set, and one is",
        nodes='node(f.make, ["params:some", "params:others"], "only_some__out", name="make"),',
        parameters="some: 1\nothers: 2\n",
        settings={"parameters": ["some"]},
        values={"some": 3},
    ),
    Case(
        name="run_id",
        about="the id of a run as a parameter",
        nodes='node(f.kind, "params:run", "run_id__out", name="tell"),',
        parameters="run: unset\n",
        settings={"run_parameters": {"run": "run_id"}},
        facts={"run": "an id"},
    ),
    Case(
        name="logical_date",
        about="the time that a run is for, as a parameter",
        nodes='node(f.kind, "params:moment", "logical_date__out", name="tell"),',
        parameters="moment: unset\n",
        settings={"run_parameters": {"moment": "logical_date"}},
        facts={"moment": "2026-01-31T06:00:00+00:00"},
    ),
    Case(
        name="interval",
        about="the start of the data of a run, as a parameter",
        nodes='node(f.kind, "params:since", "interval__out", name="tell"),',
        parameters="since: unset\n",
        settings={
            "run_parameters": {"since": "interval_start"},
            "schedule": {"cron": "0 6 1 1 *"},
        },
        facts={"since": "2026-01-31T06:00:00+00:00"},
    ),
)
