"""What the configuration makes of others, or computes for each run: it is never frozen."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import ProjectError, SettingsError
from shipway.model import Parameter
from shipway.readers.kedro import Reading
from shipway.readers.snapshot import dump
from tests.projects import KedroProject, make_project, text_file

ONE = 'return {"__default__": pipeline([node(f.make, "parameters", "a", name="n")])}'
RESOLVERS = """
import os

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "custom_resolvers": {
        "oc.env": lambda name, default=None: 1 / 0,
        "today": lambda: 1 / 0,
        "options": lambda *names: 1 / 0,
    },
}
"""
"""None of them can be called without an error."""


def project_with(folder: Path, parameters: str, catalog: str = "", more: str = "") -> KedroProject:
    project = make_project(
        folder, ONE, parameters=parameters, settings=RESOLVERS, catalog=catalog or "{}\n"
    )
    if more:
        project.write("conf/base/globals.yml", more)
    return project


def leaves(reading: Reading) -> dict[str, Parameter]:
    return {leaf.name: leaf for leaf in reading.project.parameters}


def sources(reading: Reading) -> dict[str, object]:
    """What gives each value, or the value."""
    return {name: leaf.source or leaf.value for name, leaf in leaves(reading).items()}


def test_a_value_made_of_others_follows_them(tmp_path: Path) -> None:
    project = project_with(
        tmp_path,
        "year: 2025\nlast: ${year}\n"
        'paths: {raw: "raw/${year}", again: "${.raw}/x", up: "${..year}"}\n',
    )
    of = leaves(project.read())
    assert of["year"].default == 2025
    assert {name: (leaf.source, leaf.value) for name, leaf in of.items() if leaf.source} == {
        "last": ("${year}", 2025),
        "paths.raw": ("raw/${year}", "raw/2025"),
        "paths.again": ("${paths.raw}/x", "raw/2025/x"),
        "paths.up": ("${year}", 2025),
    }
    assert all(leaf.default is None for leaf in of.values() if leaf.source)


def test_a_mapping_or_list_made_of_others_does_too(tmp_path: Path) -> None:
    project = project_with(
        tmp_path,
        'common: {x: 1, y: 2}\nmodel: ${common}\nlist: [1, "${common.x}"]\nplain: [1, 2]\n',
    )
    assert sources(project.read()) == {
        "common.x": 1,
        "common.y": 2,
        "model.x": "${common.x}",
        "model.y": "${common.y}",
        "list": "1 ${common.x}",
        "plain": [1, 2],
    }


def test_what_a_resolver_gives_is_not_computed_here(tmp_path: Path) -> None:
    project = project_with(
        tmp_path,
        "bucket: ${oc.env:BUCKET}\n"
        "url: s3://${oc.env:BUCKET}/${today:}\n"
        "made: ${options:a, b}\n"
        "part: ${made.alpha}\n"
        "decoded: '${oc.decode:${oc.env:NUMBER}}'\n"
        "of_globals: ${globals:root}\n",
        more="root: ${oc.env:ROOT, data}\n",
    )
    reading = project.read()
    assert sources(reading) == {
        "bucket": "${oc.env:BUCKET}",
        "url": "s3://${oc.env:BUCKET}/${today:}",
        "made": "${options:a, b}",
        "part": "${made.alpha}",
        "decoded": "${oc.decode:${oc.env:NUMBER}}",
        "of_globals": "${globals:root}",
    }
    assert all(leaf.value is None for leaf in reading.project.parameters)
    assert "\ue000" not in dump(reading.project)
    assert "\ue002" not in dump(reading.project)


def test_what_the_files_alone_give_is_a_value(tmp_path: Path) -> None:
    project = project_with(
        tmp_path,
        "rate: ${globals:rate}\nnumber: '${oc.decode:\"7\"}'\nescaped: 'a\\${x}'\nnothing: null\n",
        more="rate: 0.5\n",
    )
    assert sources(project.read()) == {
        "rate": 0.5,
        "number": 7,
        "escaped": "a${x}",
        "nothing": None,
    }


def test_what_the_run_is_asked_for_is_told_with_its_place(tmp_path: Path) -> None:
    project = project_with(
        tmp_path,
        "shop: ${runtime_params:shop.name, north}\n",
        catalog="a:\n  type: text.TextDataset\n"
        "  filepath: data/${runtime_params:day}/${runtime_params:shop.name, x}.txt\n",
    )
    reading = project.read()
    message = {item.name: item for item in reading.project.runtime_parameters}
    assert message.keys() == {"day", "shop.name"}
    assert (message["day"].required, message["shop.name"].required) == (True, False)
    assert message["day"].place.startswith("conf/base/catalog.yml:3")
    assert message["shop.name"].source == "${runtime_params:shop.name, north}"
    place = "data/${runtime_params:day}/${runtime_params:shop.name, x}.txt"
    assert reading.project.dataset("a").location == place


@pytest.mark.parametrize(
    "entry",
    [
        "{type: '${oc.env:KIND}', filepath: data/a.txt}",
        "{type: text.TextDataset, versioned: '${oc.env:KEEP}', filepath: data/a.txt}",
        "{type: CachedDataset, dataset: {type: 'text.${oc.env:KIND}', filepath: data/a.txt}}",
    ],
)
def test_what_the_plan_depends_on_is_not_left_to_a_run(tmp_path: Path, entry: str) -> None:
    project = project_with(tmp_path, "x: 1\n", catalog=f"a: {entry}\n")
    with pytest.raises(ProjectError) as failure:
        project.read()
    (finding,) = failure.value.findings
    assert "${oc.env:K" in finding.what
    assert str(finding.where).startswith("conf/base/catalog.yml:1")


def test_an_override_is_a_value(tmp_path: Path) -> None:
    project = project_with(
        tmp_path,
        "year: 1\nlast: ${year}\nshop: ${runtime_params:shop, north}\n",
        catalog='a: {type: text.TextDataset, filepath: "data/${runtime_params:shop}.txt"}\n',
    )
    reading = project.read(params="shop=south,year=7")
    assert sources(reading) == {"year": 7, "last": "${year}", "shop": "${runtime_params:shop}"} | {
        "shop": "south"
    }
    assert reading.project.runtime_parameters == ()
    assert reading.project.dataset("a").location == "data/south.txt"


def test_a_reference_to_a_secret_is_no_source(tmp_path: Path) -> None:
    project = project_with(
        tmp_path, "dsn: ${oc.env:DB_PASSWORD}\nurl: ${oc.env:URL, 'http://u:pw@host'}\n"
    )
    of = leaves(project.read())
    for name in ("dsn", "url"):
        assert "looks like a secret" in str(of[name].hidden)
        assert of[name].source is None


def test_an_interpolation_that_fails_is_an_error_as_in_kedro(tmp_path: Path) -> None:
    project = project_with(tmp_path, "a: 1\nb: ${gone}\n")
    with pytest.raises(ProjectError) as failure:
        project.read()
    (finding,) = failure.value.findings
    assert "gone" in finding.what
    assert finding.where == "conf/base/parameters.yml:2: b"


def test_an_unknown_resolver_is_an_error_as_in_kedro(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE, parameters="a: ${oc.env:HOME}\n")
    with pytest.raises(ProjectError, match=r"oc\.env"):
        project.read()


def test_the_settings_may_name_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(
        tmp_path,
        ONE,
        parameters="a: 1\n",
        catalog={"a": text_file("a.txt")},
        deploy="defaults: {image: 'host/shop:${oc.env:TAG}'}\n",
    )
    monkeypatch.setenv("TAG", "1.4")
    assert project.read().settings.values == {"defaults": {"image": "host/shop:1.4"}}
    monkeypatch.setenv("TAG", "1.5")
    assert project.read().settings.values == {"defaults": {"image": "host/shop:1.5"}}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("env", "{X: '${oc.env:DB_PASSWORD}'}"),
        ("env", "{X: 'p=${oc.env:DB_PASSWORD}'}"),
        ("env", "{X: '${oc.env:HOST, ${globals:db.password}}'}"),
        ("env", "{X: '${globals:db.password}'}"),
        ("env", "{X: '${_db.password}'}"),
        ("kubernetes", "{annotations: {a: '${oc.env:API_TOKEN}'}}"),
        ("command_prefix", "[sh, '${globals:db.password}']"),
    ],
)
def test_no_setting_takes_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    """An artifact would hold what it comes to, which no name tells any more."""
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    monkeypatch.setenv("API_TOKEN", "hunter2")
    project = make_project(
        tmp_path,
        ONE,
        parameters="a: 1\n",
        catalog={"a": text_file("a.txt")},
        deploy=f"_db: {{password: hunter2}}\ndefaults:\n  {key}: {value}\n",
    )
    (project.path / "conf" / "base" / "globals.yml").write_text(
        "db: {password: hunter2, host: h}\n"
    )
    with pytest.raises(SettingsError) as failure:
        project.read()
    (finding,) = failure.value.findings
    assert "What gives this value looks like a secret" in finding.what
    assert str(finding.where).startswith(f"conf/base/deploy.yml:3: defaults.{key}")
    assert "hunter2" not in str(failure.value)


def test_a_secret_may_have_its_name_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_NAME", "warehouse")
    secret = "{name: '${oc.env:SECRET_NAME}', key: password}"
    project = make_project(
        tmp_path,
        ONE,
        parameters="a: 1\n",
        catalog={"a": text_file("a.txt")},
        deploy=f"defaults: {{secrets: {{DB_PASSWORD: {secret}}}}}\n",
    )
    values = project.read().settings.values
    assert values["defaults"]["secrets"]["DB_PASSWORD"]["name"] == "warehouse"


def test_reading_leaves_omegaconf_as_it_was(tmp_path: Path) -> None:
    from omegaconf import OmegaConf

    before = (OmegaConf.to_container, OmegaConf._get_resolver, OmegaConf.clear_resolver)
    project_with(tmp_path, "a: 1\nb: ${a}\n").read()
    assert (OmegaConf.to_container, OmegaConf._get_resolver, OmegaConf.clear_resolver) == before
    assert OmegaConf.to_container(OmegaConf.create({"a": 1, "b": "${a}"}), resolve=True) == {
        "a": 1,
        "b": 1,
    }


def test_a_secret_among_the_globals_goes_nowhere(tmp_path: Path) -> None:
    project = project_with(
        tmp_path,
        "conn: ${globals:db.password}\n"
        'url: "${globals:db.host}/${globals:db.password}"\n'
        "all: ${globals:db}\n"
        "host: ${globals:db.host}\n"
        "asked: ${runtime_params:plain, ${globals:db.password}}\n"
        "year: 2025\nlate: ${runtime_params:when, ${year}}\n",
        catalog='a: {type: text.TextDataset, filepath: "data/${globals:db.password}/x.txt"}\n'
        "b: {type: text.TextDataset, filepath: '${runtime_params:root, ${globals:root}}/x'}\n",
        more="db: {password: hunter2, host: dbhost}\nroot: data\n",
    )
    reading = project.read()
    assert "hunter2" not in dump(reading.project)
    of = leaves(reading)
    assert of["host"].value == "dbhost"
    for name in ("conn", "url", "all.password", "asked"):
        assert of[name].hidden, name
    request = {item.name: item.source for item in reading.project.runtime_parameters}
    assert request["when"] == "${runtime_params:when, …}"
    assert reading.project.runtime_parameters[0].name == "plain"
    assert request["root"] == "${runtime_params:root, data}"
