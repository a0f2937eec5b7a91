"""Reports as text, JSON, annotations and Markdown, with names that mean something there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import click
import jsonschema
import pytest
from markdown_it import MarkdownIt

from shipway.comparison.changes import KINDS, Change, Comparison, FileLines, Kind
from shipway.comparison.rank import ranked
from shipway.comparison.report import Report, Subject
from shipway.comparison.sentences import rows
from shipway.comparison.writers.github import github
from shipway.comparison.writers.json_document import document, schema
from shipway.comparison.writers.markdown import markdown
from shipway.comparison.writers.text import text
from shipway.model import Json

SHAPE = {"nodes": {"n": "a -> b"}, "needs": ["one"], "needed_by": ["two"]}
EXAMPLES: dict[Kind, Change] = {
    "pipeline-added": Change(kind="pipeline-added", name="shop", after=["a", "b"]),
    "pipeline-removed": Change(kind="pipeline-removed", name="shop", before=["a"]),
    "pipeline-renamed": Change(kind="pipeline-renamed", before="a", after="b"),
    "task-added": Change(kind="task-added", tasks=("t",), after=SHAPE),
    "task-removed": Change(kind="task-removed", tasks=("t",), before=SHAPE),
    "task-renamed": Change(kind="task-renamed", tasks=("b",), before="a", after="b"),
    "task-split": Change(kind="task-split", before={"a": []}, after={"b": [], "c": ["b"]}),
    "tasks-fused": Change(kind="tasks-fused", before={"b": [], "c": ["b"]}, after={"a": []}),
    "tasks-regrouped": Change(
        kind="tasks-regrouped", before={"a": [], "b": []}, after={"c": [], "d": []}
    ),
    "node-added": Change(kind="node-added", name="n", tasks=("t",), after="a -> b"),
    "node-removed": Change(kind="node-removed", name="n", tasks=("t",), before="a -> b"),
    "node-renamed": Change(kind="node-renamed", tasks=("t",), before="a", after="b"),
    "node-changed": Change(kind="node-changed", name="n", tasks=("t",), before="a", after="b"),
    "edge-added": Change(kind="edge-added", tasks=("a", "b")),
    "edge-removed": Change(kind="edge-removed", tasks=("a", "b")),
    "schedule": Change(kind="schedule", name="schedule.cron", before="0 6 * * *"),
    "parameter-added": Change(kind="parameter-added", name="p", after=1),
    "parameter-removed": Change(kind="parameter-removed", name="p", before=[1]),
    "parameter-type": Change(kind="parameter-type", name="p", before=4, after="4"),
    "parameter-default": Change(kind="parameter-default", name="p", before=1, after=2.5),
    "image": Change(kind="image", name="image", tasks=("t",), before="a:1", after="a:2"),
    "resources": Change(kind="resources", name="resources.cpu", after="1", tasks=("t",)),
    "retries": Change(kind="retries", name="retries", tasks=("t",), before=1, after=3),
    "setting": Change(kind="setting", name="env.MODE", tasks=("t",), before="x", after="y"),
    "lines": Change(kind="lines", name="shop.py"),
    "digest": Change(kind="digest", name="plan", before="a", after="b"),
}
HOSTILE = "größe|`x``y` <script>@all</script> %0A::error::x, a:b\n::warning::y \x1b[31m**b**"


def report(*changes: Change, diff: str = "", pipeline: str = "etl", **more: object) -> Report:
    files = (FileLines(path="deploy/shop.py", diff=diff),)
    item = Comparison(
        target="airflow",
        pipeline=pipeline,
        path="deploy/shop.py",
        status="changed",
        changes=changes,
        files=files,
        **more,  # type: ignore[arg-type]
    )
    subject = Subject(project="shop", targets=("airflow",))
    return Report(older="main", comparisons=(item,), subject=subject)


def test_every_kind_has_words_and_a_place_in_the_order() -> None:
    assert tuple(EXAMPLES) == KINDS
    assert ranked(reversed([*EXAMPLES.values()])) == tuple(EXAMPLES.values())
    for change in EXAMPLES.values():
        (row,) = rows(report(change).comparisons[0])
        assert row.title
        assert row.what
        assert row.effect


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("task-added", "  task added: t, after one, before two"),
        ("task-split", "  task split: a -> b, c"),
        ("schedule", "  schedule.cron: 0 6 * * * -> not set"),
        ("parameter-type", '  type of a parameter: p 4 (integer) -> "4" (string)'),
        ("parameter-default", "  default of a parameter: p 1 -> 2.5"),
        ("retries", "  retries: 1 -> 3 (t)"),
        ("edge-added", "  task waits for another: b after a"),
    ],
)
def test_a_change_is_a_line(kind: Kind, line: str) -> None:
    assert line in map(click.unstyle, text(report(EXAMPLES[kind])))


def test_that_tasks_refuse_the_code_is_the_first_row_and_digests_are_the_last() -> None:
    digests = (
        Change(kind="digest", name="digest", tasks=("a", "b", "c"), before="x", after="y"),
        Change(kind="digest", name="plan", before="x", after="y"),
    )
    first, renamed, last = rows(report(EXAMPLES["task-renamed"], *digests).comparisons[0])
    assert (first.title, first.what) == (
        "deployed tasks refuse new code",
        "deploy artifact and code together (3 tasks)",
    )
    assert "exit code 7" in first.effect
    assert renamed.title == "task renamed"
    assert (last.title, last.what) == ("digests", "of the pipeline, in 3 tasks, plan")
    line = "  deployed tasks refuse new code: deploy artifact and code together (3 tasks)"
    assert line in map(click.unstyle, text(report(*digests)))
    assert len(rows(report(digests[1]).comparisons[0])) == 1


def test_what_all_tasks_share_does_not_name_them() -> None:
    tasks = tuple("abcdef")
    change = Change(kind="image", name="image", tasks=tasks, before="a:1", after="a:2")
    some, every = (rows(report(change, size=size).comparisons[0])[0].what for size in (7, 6))
    assert some == "a:1 -> a:2 (a, b, c and 3 more)"
    assert every == "a:1 -> a:2 (all 6 tasks)"


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (4, "4", '4 -> "4"'),
        (True, "true", 'true -> "true"'),
        ("a", "b", "a -> b"),
        ("x1", 1, '"x1" -> 1'),
        ("1", "2", "1 -> 2"),
        (None, "2", "not set -> 2"),
        (None, "not set", 'not set -> "not set"'),
        ("(hidden)", "(hidden)", "(hidden) -> (hidden)"),
    ],
)
def test_values_that_differ_are_shown_so_that_they_do(
    before: Json, after: Json, shown: str
) -> None:
    change = Change(kind="setting", name="env.A", before=before, after=after)
    (row,) = rows(report(change).comparisons[0])
    assert row.what == shown


@pytest.mark.parametrize(
    ("before", "after", "sides", "shown"),
    [
        ("it", None, ("after",), "it -> null"),
        (None, "it", ("before",), "null -> it"),
        (None, None, ("after",), "not set -> null"),
        ("it", None, (), "it -> not set"),
    ],
)
def test_a_constant_that_is_null_is_set(before: Json, after: Json, sides: Any, shown: str) -> None:
    values = {"before": before, "after": after}
    change = Change(kind="setting", name="constants.p", set_to_null=sides, **values)
    (row,) = rows(report(change).comparisons[0])
    assert row.what.replace('"', "") == shown


@pytest.mark.parametrize(
    ("value", "shown"), [("4", '"4"'), ("null", '"null"'), ("[a", "[a"), (4, "4"), (None, "null")]
)
def test_a_default_shows_its_type(value: Json, shown: str) -> None:
    change = Change(kind="parameter-added", name="p", after=value)
    (row,) = rows(report(change).comparisons[0])
    assert row.what == f"p (default {shown})"


COMMON = "Household energy demand, from meter readings to the weekly report. "


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize(
    ("kind", "name"), [("setting", "description"), ("parameter-default", "p"), ("task-renamed", "")]
)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{COMMON * 2}Runs daily", f"{COMMON * 2}Runs never, before {COMMON}"),
        (COMMON * 3, COMMON * 4),
        (f"a{COMMON * 3}", f"b{COMMON * 3}"),
        (f"{COMMON * 2}\n\n\x1b\n{COMMON}", f"{COMMON * 2}\n\n\x1c\n{COMMON}"),
    ],
)
def test_a_long_value_is_cut_around_the_first_difference(
    kind: Kind, name: str, before: str, after: str, end: str
) -> None:
    change = Change(kind=kind, name=name, before=before + end, after=after + end)
    (row,) = rows(report(change).comparisons[0])
    old, new = row.what.removeprefix("p ").split(" -> ")
    assert old != new
    for cut in (old, new):
        assert len(cut) <= 72
        assert "…" in cut
        # What begins with a quote ends with one, and is JSON between them.
        assert cut.startswith('"') == cut.endswith('"')
        assert not cut.startswith('"') or json.loads(cut)


def test_lines_of_text_fit_a_terminal_and_command_nothing_of_it() -> None:
    change = Change(kind="setting", name="description", before=HOSTILE, after="word " * 99)
    lines = [click.unstyle(line) for line in text(report(change, diff=f"+{HOSTILE}\n"))]
    body = lines[: lines.index("")] + [line for line in lines if line.startswith("  ")]
    assert all(len(line) <= 80 for line in body)
    assert all(line.isprintable() for line in lines)


def test_the_document_is_what_its_schema_says() -> None:
    common = {"ok": True, "exit_code": 0, "findings": []}
    result = {**common, **document(report(*EXAMPLES.values(), diff="+a\n"))}
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(json.dumps(result)), schema())
    described = schema()["properties"]["comparisons"]["items"]["properties"]["changes"]
    assert set(described["items"]["properties"]["kind"]["enum"]) == set(KINDS)


def _unescaped(value: str) -> str:
    for escape, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        value = value.replace(escape, char)
    return value


def test_annotations_hold_any_text_on_one_line_each() -> None:
    change = Change(kind="task-renamed", tasks=(HOSTILE,), before=HOSTILE, after="b")
    lines = [*github(report(change, pipeline=HOSTILE))]
    assert len(lines) == 1
    assert len(lines[0].splitlines()) == 1
    # As the runner reads a command: properties up to the next `::`, by commas and the first `=`.
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", lines[0])
    assert match
    pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
    assert match[1] == "warning"
    assert pairs["file"] == "deploy/shop.py"
    assert _unescaped(pairs["title"]) == f"{HOSTILE} on airflow: task renamed"


def test_what_a_deployment_loses_is_a_warning_and_the_rest_a_notice() -> None:
    levels = [line.split()[0] for line in github(report(*EXAMPLES.values()))]
    assert set(levels) == {"::warning", "::notice"}
    (line,) = github(report(EXAMPLES["retries"]))
    assert line.startswith("::notice file=deploy/shop.py,title=etl on airflow%3A retries::1 -> 3")


def test_annotations_hold_no_line_of_a_file() -> None:
    """A runner obeys whatever line of a log looks like a command."""
    lines = [*github(report(diff="+::stop-commands::x\n ::error::y\n"))]
    assert not any("stop-commands" in line for line in lines)


def _rendered(of: Report) -> str:
    return str(MarkdownIt("commonmark").enable("table").render("\n".join(markdown(of))))


def test_a_comment_shows_any_text_as_it_is() -> None:
    changes = (
        Change(kind="setting", name=HOSTILE, before="a|b", after=HOSTILE),
        Change(kind="task-renamed", before="`tick`", after="größe"),
    )
    diff = f"+``` {HOSTILE.splitlines()[0]}\n+</details>\n"
    html = _rendered(report(*changes, diff=diff, pipeline=HOSTILE, reason=HOSTILE))
    assert "<script>" not in html
    assert html.count("<tr>") == 1 + len(changes)
    assert html.count("<td>") == 3 * len(changes)
    assert "größe" in html
    assert html.count("<details>") == html.count("</details>") == 1
    assert "&lt;/details&gt;" in html
    assert "<strong>b</strong>" not in html
    assert "a|b" in html or "a&#124;b" in html


def test_a_comment_begins_with_its_mark_and_leaves_out_what_does_not_fit() -> None:
    lines = [*markdown(report(*EXAMPLES.values(), diff="+x\n" * 40_000))]
    assert lines[0] == "<!-- shipway diff: airflow -->"
    assert sum(len(line) + 1 for line in lines) < 65_536
    assert lines[-1].strip() == (
        "The lines of 1 file are too many for a comment: see `shipway diff`."
    )


@pytest.mark.parametrize("name", [HOSTILE, "--> <b>", "a--b---c", "größe"])
def test_a_mark_is_one_comment_on_the_first_line(name: str) -> None:
    of = report(EXAMPLES["retries"])
    for subject in (
        Subject(project="p", targets=("airflow",), folder=name),
        Subject(project="p", targets=("airflow",), env=name),
    ):
        mark = next(markdown(replace(of, subject=subject)))
        body = mark.removeprefix("<!-- ").removesuffix(" -->")
        assert body.startswith("shipway diff: airflow")
        assert mark.isprintable()
        assert "--" not in body
        assert ">" not in body


def test_secrets_are_hidden_in_values_and_lines() -> None:
    from shipway.comparison.lines import unified
    from shipway.comparison.values import HIDDEN, settings_of

    settings = {"env": {"DB_PASSWORD": "hunter2hunter2", "MODE": "fast"}}
    settings["secrets"] = {"DB_PASSWORD": "warehouse"}
    assert settings_of(settings) == {
        "env.DB_PASSWORD": HIDDEN,
        "env.MODE": "fast",
        "secrets.DB_PASSWORD": "warehouse",
    }
    diff = unified("a", "x", 'db = "postgresql://me:hunter2hunter2@host/db"')
    assert "hunter2" not in diff
    assert "(hidden" in diff
