"""Which files `deploy.yml` is read from: those where Kedro finds the catalog, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.errors import SettingsError
from tests.projects import KedroProject, make_project, text_file

ONE = 'return {"__default__": pipeline([node(f.make, None, "a", name="n")])}'
CATALOG = {"a": text_file("a.txt")}
RESOLVER = '"custom_resolvers": {"twice": lambda text: text * 2}'
OF_BASE_ALONE = 'CONFIG_LOADER_ARGS = {"base_env": "default", "default_run_env": "local"}'
OWN_LOADER = """
from kedro.config import AbstractConfigLoader, OmegaConfigLoader


class Loader(AbstractConfigLoader):
    base_env = "base"

    def __init__(self, conf_source, env=None, runtime_params=None, **more):
        super().__init__(conf_source=conf_source, env=env, runtime_params=runtime_params)
        self.inner = OmegaConfigLoader(conf_source, env, runtime_params, **more)

    def __getitem__(self, key):
        return self.inner[key]


CONFIG_LOADER_CLASS = Loader
"""


def product(folder: Path, arguments: str | None = None, **texts: str) -> KedroProject:
    """A project whose settings hold loader arguments, and files below conf (`base__deploy`)."""
    settings = f"CONFIG_LOADER_ARGS = {{{arguments}}}\n" if arguments is not None else ""
    project = make_project(folder, ONE, catalog=CATALOG, settings=settings)
    for name, text in texts.items():
        project.write(f"conf/{name.replace('__', '/')}.yml", text)
    return project


def refusal(project: KedroProject, **options: object) -> tuple[str, str, str]:
    with pytest.raises(SettingsError) as error:
        project.read(**options)
    (finding,) = error.value.findings
    return finding.what, str(finding.where), str(finding.remedy)


@pytest.mark.parametrize("arguments", [RESOLVER, "", '"default_run_env": ""', '"base_env": ""'])
def test_without_a_base_the_whole_configuration_is_read(tmp_path: Path, arguments: str) -> None:
    """Kedro then finds conf/base/catalog.yml by its pattern `**/catalog*`."""
    project = product(tmp_path, arguments, base__deploy="\ndefaults: {retries: 3}\n")
    reading = project.read()
    assert reading.project.dataset("a").location == "data/a.txt"
    assert reading.settings.values == {"defaults": {"retries": 3}}
    assert reading.settings.place(("defaults", "retries")).startswith("conf/base/deploy.yml:2")


def test_without_an_environment_the_whole_configuration_overlays_the_base(tmp_path: Path) -> None:
    """So `kedro run` takes it: an environment without a name is the configuration itself."""
    settings = {"base__deploy": "defaults: {retries: 3}\n", "deploy": "targets: {}\n"}
    assert product(tmp_path, '"base_env": "base"', **settings).read().settings.values == {
        "defaults": {"retries": 3},
        "targets": {},
    }


def test_settings_may_stand_deeper_in_an_environment(tmp_path: Path) -> None:
    project = product(tmp_path, base__team__deploy="defaults: {retries: 3}\n")
    project.write("conf/base/deploy.yaml", "targets: {airflow: {version: '3'}}\n")
    project.write("conf/local/deep/deploy.yml", "\n\ndefaults: {timeout: 1m}\n")
    settings = project.read().settings
    assert settings.values == {
        "defaults": {"retries": 3, "timeout": "1m"},
        "targets": {"airflow": {"version": "3"}},
    }
    assert settings.places["defaults", "timeout"] == "conf/local/deep/deploy.yml:3"
    assert settings.places["targets",] == "conf/base/deploy.yaml:1"


@pytest.mark.parametrize(
    ("arguments", "other", "fix"),
    [
        (None, "conf/base/deploy.yaml", "Keep it in one"),
        (RESOLVER, "conf/prod/deploy.yml", "`base_env` and `default_run_env`"),
        (RESOLVER, "conf/deploy.yml", "`base_env` and `default_run_env`"),
    ],
)
def test_a_key_in_two_files_of_one_environment(
    tmp_path: Path, arguments: str | None, other: str, fix: str
) -> None:
    project = product(tmp_path, arguments, base__deploy="targets: {}\n\ndefaults: {retries: 3}\n")
    project.write(other, "_private: 1\ndefaults: {retries: 4}\n")
    project.write("conf/local/parameters.yml", "defaults: 1\n")
    what, where, remedy = refusal(project)
    assert "`defaults`" in what
    assert sorted(where.split(", ")) == sorted(["conf/base/deploy.yml:3", f"{other}:2"])
    assert fix in remedy


@pytest.mark.parametrize(
    ("base", "local", "name", "kinds"),
    [
        ("defaults:\n  labels: {a: b}\n", "x: 1\ndefaults:\n  labels: [a]\n", "defaults.labels", 0),
        ("defaults:\n  tags: [a]\n", "x: 1\ndefaults:\n  tags: {a: b}\n", "defaults.tags", 1),
        ("\njobs: {}\n", "_x: 1\n\njobs: [daily]\n", "jobs", 0),
    ],
)
def test_a_list_and_a_mapping_under_one_key(
    tmp_path: Path, base: str, local: str, name: str, kinds: int
) -> None:
    old, new = (("mapping", "list"), ("list", "mapping"))[kinds]
    project = product(tmp_path, base__deploy=base, local__deploy=local)
    what, where, remedy = refusal(project)
    assert what.startswith(f"`{name}` is a {new} here and a {old} in conf/base/deploy.yml:2,")
    assert where == f"conf/local/deploy.yml:3: {name}"
    assert remedy == f"Write a {old} here, or a {new} there."


def test_all_lists_over_mappings_are_told_at_once(tmp_path: Path) -> None:
    base = "a: {b: [1], c: {d: 1}}\n"
    project = product(tmp_path, base__deploy=base, local__deploy="a: {b: {x: 1}, c: [1]}\n")
    with pytest.raises(SettingsError) as error:
        project.read()
    places = [str(finding.where) for finding in error.value.findings]
    assert places == [f"conf/local/deploy.yml:1: a.{key}" for key in "bc"]


def test_what_one_file_interpolates_is_told_without_a_key(tmp_path: Path) -> None:
    """What it is, only the merged configuration says."""
    project = product(
        tmp_path,
        base__globals="labels: {a: b}\n",
        base__deploy="defaults: {labels: '${globals:labels}'}\n",
        local__deploy="defaults: {labels: [a]}\n",
    )
    what, where, remedy = refusal(project)
    assert "TypeError" not in what
    assert "a list and a mapping" in what
    assert where == "conf/base/deploy.yml, conf/local/deploy.yml"
    assert "mapping in all of them" in remedy


def test_only_the_files_of_the_environment_with_the_key_twice_are_named(tmp_path: Path) -> None:
    project = product(tmp_path, base__deploy="defaults: {}\n", local__deploy="defaults: {}\n")
    project.write("conf/base/deploy.yaml", "pipelines: {}\ndefaults: {}\n")
    project.write("conf/base/x/deploy.yaml", "pipelines: {}\n")
    what, where, _ = refusal(project)
    assert "`defaults`" in what or "`pipelines`" in what
    assert "local" not in where
    assert len(where.split(", ")) == 2


def test_a_file_above_the_environments_is_not_ignored(tmp_path: Path) -> None:
    project = product(tmp_path, deploy="defaults: {retries: 3}\n", base__deploy="targets: {}\n")
    what, where, remedy = refusal(project)
    assert "Kedro reads no such file here" in what
    assert (where, "conf/base/deploy.yml" in remedy) == ("conf/deploy.yml", True)
    assert project.shipway("plan").exit_code == 2


def test_a_folder_called_base_that_is_not_the_base_is_not_ignored(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE, catalog=CATALOG, settings=OF_BASE_ALONE)
    (project.path / "conf/base").rename(project.path / "conf/default")
    project.write("conf/base/deploy.yml", "defaults: {retries: 3}\n")
    _, where, remedy = refusal(project)
    assert (where, "conf/default/deploy.yml" in remedy) == ("conf/base/deploy.yml", True)
    project.write("conf/base/parameters.yml", "p: 1\n")  # an environment that they call so
    assert project.read().settings.values == {}
    assert project.read(env="base").settings.values == {"defaults": {"retries": 3}}


def test_other_environments_and_hidden_files_are_left_alone(tmp_path: Path) -> None:
    project = product(
        tmp_path, prod__deploy="defaults: {retries: 7}\n", base__deploy="targets: {}\n"
    )
    project.write("conf/staging/eu/deploy.yml", "defaults: {retries: 8}\n")
    project.write("conf/base/.ipynb_checkpoints/deploy.yml", "defaults: {retries: 9}\n")
    project.write("conf/.old/deploy.yml", "defaults: {retries: 9}\n")
    project.write("conf/base/deployment.yml", "x: 1\n")
    project.write("conf/base/deploy/notes.yml", "x: 1\n")
    assert project.read().settings.values == {"targets": {}}
    assert project.read(env="prod").settings.values == {"targets": {}, "defaults": {"retries": 7}}
    nesting = project.read(env="staging/eu").settings
    assert nesting.places["defaults", "retries"] == "conf/staging/eu/deploy.yml:1"


def test_a_project_may_say_itself_where_its_settings_stand(tmp_path: Path) -> None:
    arguments = '"base_env": "base", "default_run_env": "local", '
    arguments += '"config_patterns": {"deploy": ["shipway.yml"]}'
    project = product(
        tmp_path, arguments, base__shipway="defaults: {retries: 3}\n", deploy="x: 1\n"
    )
    assert project.read().settings.values == {"defaults": {"retries": 3}}


def test_given_settings_may_stand_anywhere(tmp_path: Path) -> None:
    project = product(tmp_path, deploy="defaults: {retries: 3}\n")
    file = str(project.path / "conf/deploy.yml")
    assert project.shipway("plan", "--settings", file).exit_code == 0
    assert project.shipway("plan").exit_code == 2


def test_a_loader_of_the_projects_own_that_reads_no_settings(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE, catalog=CATALOG, settings=OWN_LOADER)
    assert project.read().settings.values == {}
    project.write("conf/base/deploy.yml", "defaults: {retries: 3}\n")
    what, where, remedy = refusal(project)
    assert where == "conf/base/deploy.yml"
    assert "config loader" in what
    assert "--settings" in remedy


@pytest.mark.parametrize(
    ("arguments", "old_text", "file"),
    [
        (None, None, "conf/base/deploy.yml"),
        (None, "conf/base/deploy.yaml", None),
        (None, "conf/base/team/deploy.yml", None),
        (None, "conf/local/deploy.yml", "conf/base/deploy.yml"),
        (None, "conf/prod/deploy.yml", "conf/base/deploy.yml"),
        (RESOLVER, None, "conf/base/deploy.yml"),
        (RESOLVER, "conf/base/deploy.yml", None),
        (RESOLVER, "conf/deploy.yml", None),
        ('"base_env": "base"', None, "conf/base/deploy.yml"),
        ('"base_env": "local", "default_run_env": "local"', None, "conf/local/deploy.yml"),
    ],
)
def test_init_writes_where_settings_are_read(
    tmp_path: Path, arguments: str | None, old_text: str | None, file: str | None
) -> None:
    project = product(tmp_path, arguments, local__catalog="b: {type: MemoryDataset}\n")
    if old_text:
        project.write(old_text, "# nothing yet\n")
    result = project.shipway("init", "airflow")
    assert result.exit_code == (0 if file else 6), result.output
    display = (project.path / (file or str(old_text))).as_posix()
    assert display in (result.stdout if file else result.stderr)
    if file:
        assert project.read().settings.values["defaults"]["retries"] == 1
        assert project.shipway("init", "airflow").exit_code == 6


def test_init_where_the_configuration_itself_is_the_base(tmp_path: Path) -> None:
    project = product(tmp_path, RESOLVER)
    (project.path / "conf/base/catalog.yml").rename(project.path / "conf/catalog.yml")
    (project.path / "conf/base").rmdir()
    assert project.shipway("init", "airflow").exit_code == 0
    assert (project.path / "conf/deploy.yml").is_file()
    assert "retries" in str(project.read().settings.values)


def test_an_environment_takes_back_what_a_job_of_the_base_chooses(tmp_path: Path) -> None:
    job = "jobs: {j: {tags: %s, from_inputs: %s, params: %s, retries: 1}}\n"
    settings = {
        "base__deploy": job % ("[a]", "[b]", "{c: 1}"),
        "local__deploy": job % (("null",) * 3),
    }
    assert product(tmp_path, **settings).read().settings.values == {"jobs": {"j": {"retries": 1}}}
