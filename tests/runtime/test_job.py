"""A task is told by options, and by a document."""

from __future__ import annotations

import io
import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.errors import UsageError
from shipway.runtime.job import Job, read_job
from shipway.runtime.main import facts, version
from shipway.runtime.parameter_values import parameters_set

OPTIONS = ["--package", "own", "--run-id", "run", "--nodes", '["a"]']
OPTIONS += ["--created", "2026-01-31T06:00:00Z"]
NEEDED = {"package": "own", "run_id": "run", "created": "2026-01-31T06:00:00Z", "nodes": ["a"]}


def read(tmp_path: Path, *words: str, **document: object) -> Job:
    file = tmp_path / "job.json"
    file.write_text(json.dumps({**NEEDED, **document}), encoding="utf-8")
    return read_job(["--job", str(file), *words])


def refusal(*words: str) -> list[tuple[str, str | None]]:
    with pytest.raises(UsageError) as error:
        read_job(words)
    return [(finding.what, finding.remedy) for finding in error.value.findings]


def moment(text: str) -> datetime:
    words = ["--package", "own", "--run-id", "run", "--nodes", '["a"]', "--created", text]
    return read_job(words).created


def test_a_document_says_all_that_options_can(tmp_path: Path) -> None:
    document = {
        "pipeline": "sales",
        "nodes": {"a": "x -> y"},
        "flow": "flow",
        "task": "task",
        "exported": "all",
        "digest": "0123456789ab",
        "digests": {"sales": "0123456789ab"},
        "others": {"b": "y -> z"},
        "from_run": ["y"],
        "stored": ["z"],
        "store": "s3://bucket/store",
        "params": {"word": "ä", "n": None},
        "load_versions": {"q": "v"},
        "runner": "ThreadRunner",
        "timeout": 900,
        "until_stdin_ends": False,
        "project": "/somewhere",
        "env": "prod",
        "conf_source": "conf.tar.gz",
        "clean_store": False,
    }
    whole = {**NEEDED, **document}
    options = [
        word
        for name, value in whole.items()
        if value is not False
        for word in (
            f"--{name.replace('_', '-')}",
            value if isinstance(value, str) else json.dumps(value),
        )
    ]
    by_document = read(tmp_path, **document)
    assert by_document == read_job(options)
    assert by_document.project == Path("/somewhere")
    assert by_document.nodes == {"a": "x -> y"}
    assert by_document.params == {"word": "ä", "n": None}


def test_the_document_can_come_by_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({**NEEDED, "task": "ü"})))
    assert read_job(["--job", "-"]).task == "ü"


def test_the_document_can_come_by_the_environment_which_then_has_it_no_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = {**NEEDED, "task": "variable", "flow": "kept", "exported": "kept"}
    monkeypatch.setenv("SHIPWAY_JOB", json.dumps(settings))
    job = read(tmp_path, "--exported", "option", task="document")
    assert (job.task, job.flow, job.exported) == ("document", "kept", "option")
    assert "SHIPWAY_JOB" not in os.environ


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_variable_that_holds_no_document_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SHIPWAY_JOB", text)
    with pytest.raises(UsageError) as error:
        read_job(OPTIONS)
    assert [finding.where for finding in error.value.findings] == ["SHIPWAY_JOB"]


def test_standard_input_is_not_read_and_watched_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {**NEEDED, "until_stdin_ends": True}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(document)))
    ((what, remedy),) = refusal("--job", "-")
    assert what.startswith("Standard input cannot hold the job")
    assert remedy == "Hand the job over in SHIPWAY_JOB."


@pytest.mark.parametrize(
    ("said", "seconds"), [("900", 900.0), ("0.5", 0.5), (8, 8.0), (1.5, 1.5), (None, None)]
)
def test_a_time_out_is_in_seconds(tmp_path: Path, said: object, seconds: float | None) -> None:
    assert read(tmp_path, timeout=said).timeout == seconds


@pytest.mark.parametrize("said", ["0", "-1", "nan", "inf", "5m", True, [1]])
def test_a_time_out_that_is_none_is_refused(tmp_path: Path, said: object) -> None:
    with pytest.raises(UsageError, match="--timeout"):
        read(tmp_path, timeout=said)


def test_the_digest_may_be_one_of_those_of_all_pipelines(tmp_path: Path) -> None:
    digests = {"sales": "0123", "all": "4567"}
    assert read(tmp_path, pipeline="sales", digests=digests).digest == "0123"
    assert read(tmp_path, pipeline="sales", digests=digests, digest="89ab").digest == "89ab"
    assert read(tmp_path, pipeline="other", digests=digests).digest is None


def test_an_option_goes_over_the_document(tmp_path: Path) -> None:
    job = read(tmp_path, "--task", "option", "--nodes", '["b"]', task="document", flow="kept")
    assert (job.task, job.flow, job.nodes) == ("option", "kept", {"b": ""})


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [("text", "2", "2"), ("json", "2", 2), ("float", "2", 2.0), ("float", "-0.5", -0.5)],
)
def test_a_parameter_by_itself_has_its_kind(
    tmp_path: Path, kind: str, said: str, value: object
) -> None:
    params = read(tmp_path, f"--{kind}=alpha={said}").params
    assert repr(params) == repr({"alpha": value})


@pytest.mark.parametrize("kind", ["json", "float"])
def test_a_parameter_of_another_kind_is_refused(kind: str) -> None:
    words = ["--package", "own", "--run-id", "r", "--created", "2026-01-31T06:00:00Z"]
    ((what, remedy),) = refusal(*words, "--nodes", '["a"]', f"--{kind}=alpha=x")
    assert what == f"--{kind}: `alpha=x` is no {kind} of the form NAME=VALUE."
    assert ("in double quotes" in (remedy or "")) == (kind == "json")


def test_json_that_was_typed_by_hand_is_shown_where_it_is_none() -> None:
    words = ["--package", "own", "--run-id", "r", "--created", "2026-01-31T06:00:00Z"]
    ((what, _),) = refusal(*words, "--nodes", '["a"]', '--inputs={"flag": True, "x": 1}')
    assert "'True, \"x\": 1}' is no JSON" in what
    assert "true, false and null in lower case" in what


def test_literals_are_read_one_by_one(tmp_path: Path) -> None:
    texts = {"n": "9", "names": '["a"]', "none": "null", "huge": str(2**60), "float": "2.0"}
    job = read(tmp_path, "--literals", json.dumps(texts), defaults=dict.fromkeys(texts, 0))
    values = {"n": 9, "names": ["a"], "none": None, "huge": 2**60, "float": 2.0}
    assert repr(dict(job.literals)) == repr(values)
    assert parameters_set(job) == {**values, "float": 2}


def test_a_literal_that_holds_more_than_one_value_is_refused() -> None:
    """Its text was set by hand, and must not set what stands behind it."""
    literals = json.dumps({"n": '9, "x": 5', "list": "[1], 2", "x": "1"})
    ((what, _),) = refusal(*OPTIONS, "--literals", literals)
    assert what.startswith("--literals: `n`: of '9, \"x\": 5', ', \"x\": 5' is no JSON")
    assert "`list`: of '[1], 2'" in what


@pytest.mark.parametrize("name", ["v1-31012026", "v1-99999999", "v1-1999999999"])
def test_a_name_that_ends_in_a_moment_to_come_is_refused(name: str) -> None:
    """Such as a date whose digits are no moment: its version would be the latest for years."""
    with pytest.raises(UsageError, match="a moment to come, 2"):
        moment(name)


def test_what_is_left_out_is_as_kedro_has_it() -> None:
    words = ["--package", "own", "--run-id", "r", "--created", "2026-01-31 06:00:00"]
    job = read_job([*words, "--nodes", '["a"]'])
    assert (job.pipeline, job.runner, job.env) == ("__default__", "SequentialRunner", None)
    assert (job.digest, job.store, job.conf_source) == (None, None, None)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps({"pipelin": "x", "params": "{", "created": "now", "stored": "a"}))
    result = dict(refusal("--job", str(file), "--others", "[1]", "--from-run", '{"a": 1}'))
    assert result["There is no `pipelin` in a job."] == "Did you mean `pipeline`?"
    for name in ("package", "run-id", "nodes"):
        assert f"`--{name}` is missing." in result
    whats = sorted(result)
    for name in ("created", "from-run", "others", "params", "stored"):
        assert any(what.startswith(f"--{name}: ") for what in whats), name
    assert len(result) == 9


@pytest.mark.parametrize("content", ["", "[]", "{", "null"])
def test_a_document_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "job.json"
    file.write_text(content)
    ((what, _),) = refusal("--job", str(file))
    assert what.startswith(("The job cannot be read: ", "The job is no JSON object."))


def test_a_document_that_is_not_there_is_refused() -> None:
    ((what, _),) = refusal("--job", "nowhere.json")
    assert "nowhere.json" in what


def test_cleaning_up_needs_no_nodes(tmp_path: Path) -> None:
    words = ["--package", "own", "--run-id", "r", "--created", "2026-01-31T06:00:00Z"]
    assert read_job([*words, "--clean-store"]).clean_store
    assert refusal(*words) == [("`--nodes` is missing.", None)]


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2026-01-31T06:00:00Z", 0),
        ("2026-01-31T06:00:00", 0),
        ("2026-01-31 06:00:00+00:00", 0),
        ("2026-01-31T08:00:00+02:00", 0),
        ("2026-01-31T08:00:00+0200", 0),
        ("2026-01-31T00:30:00-05:30", 0),
        ("2026-01-31T06:00:00.1Z", 100_000),
        ("2026-01-31T06:00:00.123456+00:00", 123_456),
        ("2026-01-31T06:00:00.123456789Z", 123_456),
    ],
)
def test_a_moment_is_read_as_orchestrators_write_it(text: str, micros: int) -> None:
    result = moment(text)
    assert result == datetime(2026, 1, 31, 6, 0, 0, micros, tzinfo=timezone.utc)
    assert result.utcoffset() == timedelta(0)


@given(st.integers(1, 9), st.integers(0, 999_999_999))
def test_a_fraction_can_have_any_number_of_digits(digits: int, nanos: int) -> None:
    fraction = f"{nanos:09}"[:digits]
    assert moment(f"2026-01-31T06:00:00.{fraction}Z").microsecond == int(f"{fraction:0<6}"[:6])


@pytest.mark.parametrize("text", ["2026-01-31", "06:00", "2026-13-01T00:00:00Z", "1769839200"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as error:
        moment(text)
    assert error.value.findings[0].what.startswith("--created: ")


def test_the_version_is_that_of_the_run_whatever_the_task(tmp_path: Path) -> None:
    one = read(tmp_path, flow="f", task="one", pipeline="a")
    two = read(tmp_path, flow="f", task="two", pipeline="b", created="2026-01-31T07:00:00+01:00")
    assert version(one) == version(two)
    others = [read(tmp_path, **{"flow": "f", name: "other"}) for name in ("flow", "run_id")]
    assert len({version(job) for job in [one, *others]}) == 3
    assert facts(one)["SHIPWAY_VERSION"] == version(one)


def test_help_names_each_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        read_job(["--help"])
    assert error.value.code == 0
    text = capsys.readouterr().out
    for name in ("package", "run-id", "created", "nodes", "params", "store", "job", "clean-store"):
        assert f"--{name}" in text


def names(*pairs: tuple[str, str | None]) -> str:
    ((what, _),) = pairs
    return what


def document(tmp_path: Path, text: str) -> list[tuple[str, str | None]]:
    file = tmp_path / "job.json"
    file.write_text(text, encoding="utf-8")
    return refusal("--job", str(file))


TEXTS = ["package", "run_id", "pipeline", "flow", "task", "exported", "digest", "store", "runner"]
TEXTS += ["project", "env", "conf_source"]


@pytest.mark.parametrize("bad", ["a\0b", "a\ud83db", 5, ["a"], {"a": 1}])
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_is_none_is_refused(tmp_path: Path, name: str, bad: object) -> None:
    what = names(*document(tmp_path, json.dumps({**NEEDED, name: bad})))
    option = f"--{name.replace('_', '-')}: "
    assert what.startswith((option, "The job cannot be read: "))
    assert what.isprintable()


@pytest.mark.parametrize("bad", ["a\0b", "a\ud83db"])
@pytest.mark.parametrize("name", ["nodes", "others", "from_run", "stored", "load_versions"])
def test_so_it_is_in_lists_and_objects(tmp_path: Path, name: str, bad: str) -> None:
    values = {"nodes": {bad: "x"}, "others": {"x": bad}, "load_versions": {bad: "x"}}
    assert names(*document(tmp_path, json.dumps({**NEEDED, name: values.get(name, [bad])})))


def test_a_parameter_may_hold_a_nul_and_no_half_of_a_character(tmp_path: Path) -> None:
    assert read(tmp_path, params={"separator": "\0"}).params == {"separator": "\0"}
    what = names(*document(tmp_path, json.dumps({**NEEDED, "params": {"a": ["\udc00"]}})))
    assert what.endswith("half of a character, in it.")
    ((what, _),) = refusal(*OPTIONS, "--text", "a=\udcff")
    assert what.startswith("--text: ")


@pytest.mark.parametrize("text", ["[" * 200_000 + "]" * 200_000, '{"a":' * 200_000, "[" * 5000])
def test_json_without_end_is_refused(tmp_path: Path, text: str) -> None:
    assert names(*document(tmp_path, text)).startswith("The job cannot be read: ")
    assert names(*refusal(*OPTIONS, "--params", text)).startswith("--params: ")
    what = names(*refusal(*OPTIONS, "--json", f"a={text}"))
    assert what.startswith("--json: ")
    assert len(what) < 100


def test_json_that_goes_deep_is_refused_by_name(tmp_path: Path) -> None:
    text = json.dumps({**NEEDED, "params": json.loads('{"a":' * 150 + "1" + "}" * 150)})
    what = names(*document(tmp_path, text))
    assert what == "The job cannot be read: it goes deeper than 100 levels."


@pytest.mark.parametrize(
    ("value", "meant"), [(True, True), ("true", True), (False, False), ("false", False)]
)
def test_only_true_cleans_the_store(tmp_path: Path, value: object, meant: bool) -> None:
    assert read(tmp_path, clean_store=value).clean_store is meant


@pytest.mark.parametrize("value", [0, 1, "", "0", "yes", "True", None, [], {}])
def test_what_may_mean_true_is_refused(tmp_path: Path, value: object) -> None:
    what = names(*document(tmp_path, json.dumps({**NEEDED, "clean_store": value})))
    assert what == "--clean-store: true or false is wanted."


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z"]
)
def test_a_moment_outside_of_what_python_counts_is_refused(text: str) -> None:
    assert names(*refusal(*OPTIONS[:-1], text)).startswith("--created: ")


def test_the_first_and_the_last_moment_have_versions_that_sort(tmp_path: Path) -> None:
    moments = ["0001-01-01T00:00:00Z", "0999-12-31T00:00:00Z", "9999-12-31T23:59:59.999Z"]
    versions = [version(read(tmp_path, created=moment)) for moment in moments]
    assert versions == sorted(versions)
    assert versions[0].startswith("0001-01-01T00.00.00.000Z-")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


@given(st.dictionaries(st.sampled_from([*TEXTS, "created", "nodes", "params", "x"]), JSON))
def test_whatever_a_job_says_it_is_read_or_refused(document: dict[str, object]) -> None:
    text = json.dumps({**NEEDED, **document})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(text))
        try:
            job = read_job(["--job", "-"])
        except UsageError:
            return
    assert {"\0" in value for value in facts(job).values()} == {False}
    assert "".join(facts(job).values()).encode()
