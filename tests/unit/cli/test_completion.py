"""What a shell completes, asked as bash, zsh and fish ask."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from shipway.cli import main
from shipway.readers import names
from tests.projects import KedroProject, make_project, text_file
from tests.targets import TARGETS

REGISTRY = """
print("printed by the registry")
first = node(f.make, ["raw", "params:size"], "mid", name="first", tags=["etl"], namespace="a.b")
second = node(f.make, "mid", "end", name="second", tags=["ml", "daily"])
return {"__default__": pipeline([first, second]), "scoring": pipeline([second])}
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return make_project(
        tmp_path_factory.mktemp("completion"),
        REGISTRY,
        catalog={name: text_file(f"{name}.txt") for name in ("raw", "mid", "end")},
        parameters={"size": 1},
    )


@pytest.fixture
def project(
    original: KedroProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> KedroProject:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(original.path)
    (original.path / "conf" / "prod").mkdir(exist_ok=True)
    original.write("conf/base/deploy.yml", "jobs: {fr: {pipeline: scoring}, it: {}}\n")
    original.write("conf/prod/deploy.yml", "jobs: {fr: {retries: 1}, us: 5}\n")
    original.write("conf/local/deploy.yml", "jobs: [\n")
    return original


def complete(words: str, shell: str = "bash") -> list[str]:
    """What follows the words, the last of which is under way."""
    cut = words.rpartition(" ")[2] if shell == "fish" else str(words.count(" "))
    env = {"COMP_WORDS": words, "COMP_CWORD": cut, "_SHIPWAY_COMPLETE": f"{shell}_complete"}
    return CliRunner().invoke(main, prog_name="shipway", env=env).stdout.split()


def values(words: str) -> list[str]:
    return [line.partition(",")[2] for line in complete(words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("shipway export ", sorted(["all", *TARGETS])),
        ("shipway diff airflow ", sorted({"all", *TARGETS} - {"airflow"})),
        ("shipway targets pre", ["prefect"]),
        ("shipway plan --target kubef", ["kubeflow"]),
        ("shipway templates eject ", [*TARGETS]),
        ("shipway templates show kubeflow/p", ["kubeflow/pipeline.yaml.j2"]),
        ("shipway plan -p ", ["__default__", "scoring"]),
        ("shipway export airflow --pipeline s", ["scoring"]),
        ("shipway plan --job ", ["fr", "it", "us"]),
        ("shipway export airflow -j fr,i", ["fr,it"]),
        ("shipway plan -j fr --nodes ", ["second"]),
        ("shipway plan --tags ", ["daily", "etl", "ml"]),
        ("shipway plan --tags ml,e", ["ml,etl"]),
        ("shipway plan -p scoring --tags ", ["daily", "ml"]),
        ("shipway snapshot --env ", ["base", "local", "prod"]),
        ("shipway plan --group-by c", ["chain"]),
        ("shipway export --format m", ["markdown"]),
    ],
)
def test_names_follow(project: KedroProject, words: str, expected: list[str]) -> None:
    assert values(words) == expected


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("nodes", ["a.b.first", "second"]),
        ("to_nodes", ["a.b.first", "second"]),
        ("from_inputs", ["end", "mid", "raw"]),
        ("namespaces", ["a", "a.b"]),
    ],
)
def test_an_option_completes_by_its_name(
    project: KedroProject, parameter: str, expected: list[str]
) -> None:
    import click

    from shipway.cli.report import Command

    option = click.Option([f"--{parameter.replace('_', '-')}"])
    command = Command(name="x", params=[option])
    items = option.shell_complete(click.Context(command), "")
    assert [item.value for item in items] == expected


def test_a_project_elsewhere(project: KedroProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert values("shipway plan -p ") == []
    assert values("shipway plan --env ") == []
    assert values(f"shipway plan --project {project.path} -p s") == ["scoring"]


def test_a_project_that_does_not_load_gives_nothing(
    project: KedroProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = make_project(tmp_path, "return 1 / 0")
    monkeypatch.chdir(broken.path)
    assert complete("shipway plan -p ") == []


def test_what_is_cached_holds_until_code_changes(
    project: KedroProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert values("shipway plan -p s") == ["scoring"]

    def never(root: Path) -> names.Names:
        raise AssertionError(f"{root} is read again")

    with monkeypatch.context() as patch:
        patch.setattr(names, "_read", never)
        assert values("shipway plan --tags e") == ["etl"]
    os.utime(project.path / "src" / project.package / "functions.py", (time.time(),) * 2)
    monkeypatch.setattr(names, "_read", lambda _: {"conf_source": "", "pipelines": {"new": []}})
    assert values("shipway plan -p ") == ["new"]


def test_a_cache_that_is_no_json_or_cannot_be_written(
    project: KedroProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values("shipway plan -p ")
    (file,) = (tmp_path / "cache" / "shipway" / "completion").iterdir()
    file.write_text("{")
    assert values("shipway plan -p s") == ["scoring"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    assert values("shipway plan -p s") == ["scoring"]


def test_nothing_else_is_printed(project: KedroProject) -> None:
    """On standard error neither: a shell shows it in the middle of the line."""
    code = "from shipway.cli import main; main(prog_name='shipway')"
    env = {"COMP_WORDS": "shipway plan -p s", "COMP_CWORD": "3"}
    process = project.run("python", "-c", code, _SHIPWAY_COMPLETE="bash_complete", **env)
    assert (process.stdout, process.stderr) == ("plain,scoring\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(shell: str) -> None:
    env = {"_SHIPWAY_COMPLETE": f"{shell}_source"}
    script = CliRunner().invoke(main, prog_name="shipway", env=env).stdout
    assert f"_SHIPWAY_COMPLETE={shell}_complete" in script
    if shutil.which(shell):
        flags = {"fish": "--no-execute"}.get(shell, "-n")
        subprocess.run([shell, flags], input=script, text=True, check=True, capture_output=True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_asks_in_its_way(shell: str, project: KedroProject) -> None:
    assert any("scoring" in line for line in complete("shipway plan -p s", shell))


def test_fish_completes_after_a_comma() -> None:
    """In a process of its own: which script a shell gets is known as the program starts."""
    command = [sys.executable, "-m", "shipway"]
    env = {**os.environ, "_SHIPWAY_COMPLETE": "fish_source"}
    script = subprocess.run(command, env=env, text=True, check=True, capture_output=True).stdout
    assert 'string split --max 1 "," $completion' in script
