"""Which parameters a run is given: those that were set for it, and no exported default."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click
import pytest

from shipway.errors import UsageError
from shipway.runtime.job import Job, read_job
from shipway.runtime.parameter_values import is_same, parameters_set

MOMENT = datetime(2026, 1, 31, tzinfo=timezone.utc)


def options(**job: Any) -> dict[str, Any]:
    return parameters_set(Job(package="own", run_id="run", created=MOMENT, **job))


def test_an_untouched_form_sets_nothing() -> None:
    defaults = {"a": 1, "b.c": 2.0, "l": [1, {"x": None}], "t": "", "n": None, "yes": True}
    assert options(inputs=defaults, defaults=defaults) == {}
    as_doubles = {"a": 1.0, "b.c": 2, "l": [1.0, {"x": None}], "t": "", "n": None, "yes": True}
    assert options(inputs=as_doubles, defaults=defaults) == {}


def test_what_differs_is_set() -> None:
    defaults = {"a": 1, "b.c": 2, "made": None}
    assert options(inputs={"a": 1, "b.c": 3, "made": 5}, defaults=defaults) == {
        "b": {"c": 3},
        "made": 5,
    }
    assert options(inputs={"a": None}, defaults=defaults) == {"a": None}


def test_what_every_run_has_is_set_though_a_form_shows_it() -> None:
    job = {"params": {"a": {"b": 5}, "day": "x"}, "defaults": {"a.b": 5, "a.c": 1}}
    assert options(**job, inputs={"a.b": 5, "a.c": 1}) == {"a": {"b": 5}, "day": "x"}
    assert options(**job, inputs={"a.b": 7}) == {"a": {"b": 7}, "day": "x"}
    assert options(**job) == {"a": {"b": 5}, "day": "x"}


def test_a_fact_of_a_run_stands_beside_a_key_with_a_dot(tmp_path: Path) -> None:
    """What Kedro makes of it is what it makes of `kedro run --params model.alpha=x`."""
    from kedro.config import OmegaConfigLoader
    from kedro.framework.cli.utils import _split_params

    (tmp_path / "base").mkdir()
    (tmp_path / "base/parameters.yml").write_text("model: {alpha: 0.5, 'weird.key': 1}\n")
    told = options(params={"model.alpha": "x"})
    asked = _split_params(click.Context(click.Command("run")), None, "model.alpha=x")
    assert told == asked
    loader = OmegaConfigLoader(str(tmp_path), runtime_params=told, base_env="base")
    assert loader["parameters"] == {"model": {"alpha": "x", "weird.key": 1}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *((1, True), (0, False), (1.0, True), ("1", 1), (None, 0), (0.0, -0.0), (-0.0, 0.0)),
        *(({"a": 1}, {"a": 1, "b": 2}), ([1], [1, 1])),
    ],
)
def test_what_is_not_the_same(one: Any, other: Any) -> None:
    assert not is_same(one, other)
    assert not is_same([one], [other])
    assert not is_same({"x": one}, {"x": other})


@pytest.mark.parametrize(("default", "value"), [(0.0, -0.0), (-0.0, 0.0), ([0.0], [-0.0])])
def test_a_zero_of_another_sign_is_set(default: Any, value: Any) -> None:
    """As `kedro run --params x=-0.0` has it; 1 / x differs."""
    assert str(options(inputs={"x": value}, defaults={"x": default})) == str({"x": value})


@pytest.mark.parametrize("value", [-0.0, 0, 0.0])
def test_a_whole_zero_has_no_sign(value: Any) -> None:
    assert options(inputs={"x": value}, defaults={"x": 0}) == {}
    assert options(inputs={"x": 0}, defaults={"x": float(value)}) == {}


def test_unknown_names_are_refused_all_at_once() -> None:
    with pytest.raises(UsageError) as error:
        options(inputs={"regoin": "us", "x": 1}, defaults={"region": None})
    first, second = error.value.findings
    assert "takes no parameter `regoin`" in first.what
    assert first.remedy == "Did you mean `region`?"
    assert "`x`" in second.what


def test_unknown_names_are_refused_where_nothing_may_be_set() -> None:
    with pytest.raises(UsageError, match="It takes none"):
        options(inputs={"x": 1})


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("--json=a=NaN", "nan"),
        ('--json=a={"b": [1, -Infinity]}', "-inf"),
        ("--json=a=1e999", "inf"),
        ("--float=a=nan", "nan"),
        ('--inputs={"a": NaN}', "nan"),
        ('--literals={"a": "NaN"}', "nan"),
    ],
)
def test_a_number_that_json_does_not_have_is_refused(word: str, number: str) -> None:
    with pytest.raises(UsageError, match=rf"`a` is set to {number}, which is not a finite number"):
        parameters_set(read('--defaults={"a": 1}', word))


def read(*words: str) -> Job:
    start = ["--package=own", "--run-id=run", "--created=2026-01-31T06:00:00Z", "--nodes=[]"]
    return read_job([*start[:3], '--nodes=["n"]', *words])


def test_single_values_are_inputs_where_a_default_is_known() -> None:
    job = read('--defaults={"a": 1}', "--json=a=1.0", "--text=run_date=2026")
    assert (job.inputs, job.params) == ({"a": 1.0}, {"run_date": "2026"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("us", "us"),
        ("5", 5),
        ("2.5", 2.5),
        ("1e3", 1000.0),
        ("true", True),
        ("null", None),
        ("[1, a]", [1, "a"]),
        ("'5'", "5"),
        ("{a: 1}", {"a": 1}),
        ("2026-01-31", "2026-01-31"),
        ("a=b", "a=b"),
        ('"abc"', "abc"),
        (".inf", float("inf")),
    ],
)
def test_a_text_is_read_as_kedro_reads_it(text: str, value: Any) -> None:
    """It is set to that, also to null, though a form shows nothing for it at first."""
    job = read('--defaults={"a": null}', f"--yaml=a={text}")
    assert (job.params, job.inputs) == ({"a": value}, {})
    assert parameters_set(job) == {"a": value}


def test_an_empty_text_is_not_set() -> None:
    job = read('--defaults={"a": null}', "--yaml=a=")
    assert (job.params, job.inputs) == ({}, {})


def test_numbers_are_those_of_the_exported_default(caplog: pytest.LogCaptureFixture) -> None:
    defaults = {"a": 1, "b": 2.0, "c": [1], "d": None}
    inputs = {"a": 2.0, "b": 3, "c": [2.0], "d": 4.0}
    result = options(inputs=inputs, defaults=defaults)
    assert [repr(result[name]) for name in "abcd"] == ["2", "3", "[2]", "4.0"]
    assert repr(options(params={"a": 2.0}, defaults=defaults)["a"]) == "2.0"
    assert not caplog.records


def test_what_is_named_alone_and_equals_its_default_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert options(inputs={"a": 1}, defaults={"a": 1, "b": 2}) == {}
    assert "`a` is what it was at export" in caplog.text
    caplog.clear()
    assert options(inputs={"a": 1, "b": 2}, defaults={"a": 1, "b": 2, "made": None}) == {}
    assert not caplog.records
