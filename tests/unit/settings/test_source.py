"""Settings files named with --settings: YAML, places, overlays, refusals."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from shipway.errors import Finding, SettingsError
from shipway.settings.source import SettingsSource, read_files


def _read(folder: Path, *texts: str | bytes) -> SettingsSource:
    files = [folder / f"{index}.yml" for index in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
    return read_files(files)


def _refusal(folder: Path, *texts: str | bytes) -> tuple[Finding, ...]:
    with pytest.raises(SettingsError) as error:
        _read(folder, *texts)
    return error.value.findings


def _is_at(finding: Finding, file: str, line: int | None) -> bool:
    return str(finding.where).endswith(file if line is None else f"{file}:{line}")


def test_later_files_overlay_key_by_key(tmp_path: Path) -> None:
    one = """
    defaults: {retries: 1, env: {A: a, B: b}, volumes: [1, 2]}
    pipelines: {p: {owner: us}}
    """
    other = "defaults: {env: {B: z}, volumes: [3]}\n\npipelines: {q: {owner: them}}\n"
    source = _read(tmp_path, one, other, "pipelines: {p: {owner: we}}")
    assert source.values == {
        "defaults": {"retries": 1, "env": {"A": "a", "B": "z"}, "volumes": [3]},
        "pipelines": {"p": {"owner": "we"}, "q": {"owner": "them"}},
    }
    assert source.place(("defaults", "env", "A")).endswith("0.yml:2: defaults.env.A")
    assert source.place(("defaults", "env", "B")).endswith("1.yml:1: defaults.env.B")
    assert source.place(("pipelines", "q")).endswith("1.yml:3: pipelines.q")
    assert source.place(("pipelines", "p", "owner")).endswith("2.yml:1: pipelines.p.owner")


def test_place_of_what_is_not_there(tmp_path: Path) -> None:
    source = _read(tmp_path, "\ndefaults:\n  env: {}\n")
    assert source.place(("defaults", "env", "A", 1)).endswith("0.yml:3: defaults.env.A.1")
    assert SettingsSource().place(("defaults", "env")) == "defaults.env"
    assert SettingsSource().place(()) == "the settings"


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    text = """
    _base: &base {retries: 1, owner: us}
    defaults:
      <<: *base
      retries: 2
    pipelines:
      p: {<<: [*base, {owner: them, store: x}]}
    """
    assert _read(tmp_path, text).values == {
        "defaults": {"retries": 2, "owner": "us"},
        "pipelines": {"p": {"retries": 1, "owner": "us", "store": "x"}},
    }


def test_keys_for_anchors_are_left_out_at_the_top_alone(tmp_path: Path) -> None:
    source = _read(tmp_path, "x-k8s: &k {a: 1}\nx: 1\ndefaults: {kubernetes: *k, x-b: 1}\n")
    assert source.values == {"x": 1, "defaults": {"kubernetes": {"a": 1}, "x-b": 1}}


def test_private_keys_are_left_out(tmp_path: Path) -> None:
    source = _read(tmp_path, "_a: ${anything}\n_b: {c: 1}\ndefaults: {}\n")
    assert source.values == {"defaults": {}}


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "null\n", b"\xef\xbb\xbf{}"])
def test_an_empty_file(tmp_path: Path, text: str | bytes) -> None:
    assert _read(tmp_path, text).values == {}


def test_dates_stay_text(tmp_path: Path) -> None:
    source = _read(tmp_path, "a: 2026-01-31\nb: 2026-99-99\n")
    assert source.values == {"a": "2026-01-31", "b": "2026-99-99"}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("defaults:\n  retries: 1\n  retries: 2\n", 3, "`retries` is written twice"),
        ("a: 1\na: 2\n", 2, "`a` is written twice"),
        ("a:\n- {b: 1, b: 2}\n", 2, "`b` is written twice"),
        ("a: 1\n'a': 2\n", 2, "`a` is written twice"),
        ("a: [1\nb: 2\n", 2, "not valid YAML"),
        ("a: b: c\n", 1, "not valid YAML"),
        ("a: *nowhere\n", 1, "undefined alias"),
        ("a: &x [*x]\n", 1, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not valid YAML"),
        ("\na: !!python/object:os.system {}\n", 2, "not valid YAML"),
        ("\na: !!int x\n", 2, "no int"),
        ("\na: 0x_\n", 2, "no int"),
        ("\na: !!float x\n", 2, "no float"),
        ("\n? [a]\n: b\n", 2, "no map"),
        ("\na: {[b]: c}\n", 2, "no map"),
        ("a: \0\n", None, "not valid YAML"),
        ("- a\n", None, "mapping at the top"),
        ("text\n", None, "mapping at the top"),
        ("1\n", None, "mapping at the top"),
        ("[" * 5000, None, "too deeply"),
        (b"a: \xff\n", None, "not UTF-8"),
    ],
)
def test_what_cannot_be_read(
    tmp_path: Path, text: str | bytes, line: int | None, message: str
) -> None:
    (finding,) = _refusal(tmp_path, "defaults: {}", text)
    assert message in finding.what
    assert _is_at(finding, "1.yml", line)


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        read_files([tmp_path / "nowhere.yml"])
    with pytest.raises(SettingsError, match="directory"):
        read_files([tmp_path])


def test_interpolation_is_refused_everywhere(tmp_path: Path) -> None:
    text = """
    defaults: {image: "a:${v}"}
    pipelines:
      p:
        volumes: [{claim: "${oc.env:SECRET,hunter2}"}]
    """
    result = _refusal(tmp_path, text)
    assert [_is_at(f, "0.yml", line) for f, line in zip(result, (2, 5), strict=True)] == [True] * 2
    assert "hunter2" not in str(result)
    assert all("conf/<env>/deploy.yml" in str(finding.remedy) for finding in result)


def test_an_interpolation_that_is_overlaid_does_not_count(tmp_path: Path) -> None:
    source = _read(tmp_path, "defaults: {image: '${v}'}", "defaults: {image: a}")
    assert source.values == {"defaults": {"image": "a"}}


@pytest.mark.parametrize(
    "text",
    "1e3 1e-3 +1E3 1.5e3 -1.5e-3 1_0e2 1.e3 1e e3 1e3x 2026-01-31 1.0 12 true no ~".split(),
)
def test_a_value_is_what_kedro_reads(tmp_path: Path, text: str) -> None:
    from omegaconf import OmegaConf

    (tmp_path / "parameters.yml").write_text(f"a: {text}\n")
    expected = OmegaConf.to_container(OmegaConf.load(tmp_path / "parameters.yml"))
    assert repr(_read(tmp_path, f"a: {text}\n").values) == repr(expected)
