"""Jobs in several files: a later one goes over an earlier one, also in other words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shipway.errors import SettingsError
from shipway.settings.job_overlays import CONDITIONS
from shipway.settings.settings import look_at
from shipway.settings.source import SettingsSource, read_files
from tests.unit.settings.examples import shapes


def read(tmp_path: Path, *texts: str) -> SettingsSource:
    files = [tmp_path / f"{number}.yml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return read_files(files)


def of_params(*params: str) -> list[str]:
    return [f"jobs: {{j: {{pipeline: p, params: {text}}}}}\n" for text in params]


@pytest.mark.parametrize(
    ("base", "above", "expected"),
    [
        ("{m.a: 1}", "{m: {a: 2}}", {"m": {"a": 2}}),
        ("{m: {a: 1, b: 3}}", "{m.a: 2}", {"m": {"a": 2, "b": 3}}),
        ("{m.n.a: 1}", "{m.n: {a: 2}}", {"m": {"n": {"a": 2}}}),
        ("{m: {a: 1}}", "{m.b: 2}", {"m": {"a": 1, "b": 2}}),
        ("{m.a: 1}", "{m: 5}", {"m": 5}),
        ("{m.a: {x: 1}}", "{m: {a: [2]}}", {"m": {"a": [2]}}),
        ("{m.a: 1}", "{m: {a: null}}", {"m": {"a": None}}),
        # A key may have a dot of its own.
        ("{ab: {x.y: 4}}", "{ab.z: 3}", {"ab": {"x.y": 4, "z": 3}}),
        ("{ab.z: 3}", "{ab: {x.y: 4}}", {"ab": {"x.y": 4, "z": 3}}),
        # An empty mapping is laid over what is there, and takes nothing away.
        ("{m.a: 1}", "{m: {}}", {"m": {"a": 1}}),
        ("{m: {}}", "{m.a: 1}", {"m": {"a": 1}}),
    ],
)
def test_a_constant_goes_over_the_same_by_another_spelling(
    tmp_path: Path, base: str, above: str, expected: dict[str, Any]
) -> None:
    settings = look_at(read(tmp_path, *of_params(base, above)), shapes())
    assert settings.mistakes == ()
    assert settings.jobs["j"].params == expected


def test_the_last_of_three_files_wins_and_its_line_is_told(tmp_path: Path) -> None:
    source = read(tmp_path, *of_params("{m.a: 1}", "{m: {a: 2}}", "{m.a: 3}"))
    assert source.values["jobs"]["j"]["params"] == {"m.a": 3}
    assert source.place(("jobs", "j", "params", "m.a")).startswith(f"{tmp_path.as_posix()}/2.yml:1")
    source = read(tmp_path, *of_params("{m.a: 1}", "{m: {a: 2}}"))
    assert ("jobs", "j", "params", "m.a") not in source.places


@pytest.mark.parametrize("texts", [("{m.a: 1, m: {a: 2}}",), ("{m.a: 1, m: {a: 2}}", "{x: 1}")])
def test_in_one_file_nobody_can_tell(tmp_path: Path, texts: tuple[str, ...]) -> None:
    (mistake,) = look_at(read(tmp_path, *of_params(*texts)), shapes()).mistakes
    assert mistake.what == "`m.a` is set twice: under `m.a` and under `m`."


def test_what_kedro_knows_by_one_name_is_set_twice(tmp_path: Path) -> None:
    """It reads both as `params:ab.x.y`."""
    (mistake,) = look_at(read(tmp_path, *of_params("{ab: {x.y: 4}, ab.x.y: 3}")), shapes()).mistakes
    assert mistake.what == "`ab.x.y` is set twice: under `ab` and under `ab.x.y`."


def test_a_later_file_drops_a_job(tmp_path: Path) -> None:
    base = "jobs: {a: {pipeline: p}, b: {}}\n"
    settings = look_at(read(tmp_path, base, "jobs: {a: null}\n"), shapes())
    assert (settings.mistakes, list(settings.jobs)) == ((), ["b"])
    settings = look_at(read(tmp_path, base, "jobs: {a: null, b: null}\n"), shapes())
    assert (settings.mistakes, dict(settings.jobs)) == ((), {})
    settings = look_at(read(tmp_path, base, "jobs: {a: null}\n", "jobs: {a: {}}\n"), shapes())
    assert {job.pipeline for job in settings.jobs.values()} == {"__default__"}


def test_a_job_of_one_file_that_is_null_is_half_written(tmp_path: Path) -> None:
    for texts in (("jobs: {a: null}\n",), ("jobs: {a: null}\n", "jobs: {b: {}}\n")):
        (mistake,) = look_at(read(tmp_path, *texts), shapes()).mistakes
        assert mistake.what == "`a` has no value."
        assert "Write `{}`" in str(mistake.remedy)


@pytest.mark.parametrize(
    ("base", "above"),
    [("tags: [io]", "tags: {io: {retries: 2}}"), ("nodes: {n: {retries: 1}}", "nodes: [n]")],
)
def test_a_choice_and_settings_under_one_key_are_refused_with_both_places(
    tmp_path: Path, base: str, above: str
) -> None:
    first = f"\njobs: {{j: {{pipeline: p, {base}}}}}\n"
    with pytest.raises(SettingsError) as error:
        read(tmp_path, first, f"jobs: {{j: {{{above}}}}}")
    (finding,) = error.value.findings
    key = base.partition(":")[0]
    assert finding.where == f"{(tmp_path / '1.yml').as_posix()}:1: jobs.j.{key}"
    assert "0.yml:2" in str(finding.remedy)
    assert "chooses nodes in one file" in finding.what


def test_a_choice_takes_the_place_of_a_choice(tmp_path: Path) -> None:
    source = read(tmp_path, "jobs: {j: {tags: [a]}}\n", "jobs: {j: {tags: [b]}}\n")
    assert source.values["jobs"]["j"] == {"tags": ["b"]}


@pytest.mark.parametrize("key", [*CONDITIONS, "params"])
def test_a_later_file_takes_back_what_a_job_chooses_or_sets(tmp_path: Path, key: str) -> None:
    value = "{m: {a: 1}}" if key == "params" else "[a]"
    base = f"jobs: {{j: {{pipeline: p, {key}: {value}}}, k: {{{key}: {value}}}}}\n"
    null = f"jobs: {{j: {{{key}: null}}, k: {{{key}: null}}}}\n"
    source = read(tmp_path, base, null)
    settings = look_at(source, shapes())
    assert settings.mistakes == ()
    jobs = settings.jobs
    assert [(job.pipeline, job.params, job.conditions) for job in jobs.values()] == [
        ("p", {}, {}),
        ("__default__", {}, {}),
    ]
    assert ("jobs", "j", key) not in source.places
    again = look_at(read(tmp_path, base, null, base), shapes())
    assert again.jobs["j"].params or again.jobs["j"].conditions
    (mistake,) = look_at(read(tmp_path, f"jobs: {{j: {{{key}: null}}}}\n"), shapes()).mistakes
    assert mistake.what == f"`{key}` has no value."


def test_what_else_a_job_says_is_not_taken_back_by_null(tmp_path: Path) -> None:
    """Settings have words of their own for nothing, such as `schedule: none`."""
    texts = ("jobs: {j: {retries: 1}}\n", "jobs: {j: {retries: null}}\n")
    (mistake,) = look_at(read(tmp_path, *texts), shapes()).mistakes
    assert mistake.what == "`retries` has no value."
