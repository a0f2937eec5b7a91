"""`--format json` prints one document, and it alone, on standard output."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from shipway.cli import main
from tests.projects import KedroProject, make_project, text_file

REGISTRY = """
print("printed by the registry")
first = node(f.make, "raw", "mid", name="first")
return {"__default__": pipeline([first])}
"""
SETTINGS = """
print("printed by settings.py")
class Noisy:
    from kedro.framework.hooks import hook_impl
    @hook_impl
    def after_context_created(self, context):
        print("printed by a hook")
HOOKS = (Noisy(),)
"""
QUIET = "version: 1\nloggers: {kedro: {level: WARNING}}\n"
WORDS: Mapping[str, tuple[str, ...]] = {
    "diff": ("airflow",),
    "export": ("airflow", "--with-hooks"),
    "snapshot": ("--with-hooks",),
    "templates show": ("airflow/dag.py.j2",),
    "templates eject": ("airflow", "--to", "own"),
}
"""What a command needs at least, or what makes it louder."""


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    return make_project(
        tmp_path_factory.mktemp("noisy"),
        REGISTRY,
        catalog={name: text_file(f"{name}.txt") for name in ("raw", "mid")},
        settings=SETTINGS,
    )


def leaves(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from leaves(inner, f"{path} {name}".strip())


COMMANDS = dict(leaves(main))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_does(
    path: str, noisy: KedroProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(noisy.path)
    words = [*path.split(), *WORDS.get(path, ()), "--format", "json"]
    result = CliRunner().invoke(main, words)
    assert isinstance(json.loads(result.stdout), dict), result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("nope",),
        ("--nope",),
        ("templates", "lst"),
        ("templates", "--nope"),
        ("export",),
        ("export", "airflow", "--nope"),
        ("export", "airflwo"),
        ("plan", "-p", "nope"),
    ],
)
def test_a_wrong_command_line_too(
    words: tuple[str, ...], noisy: KedroProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(noisy.path)
    result = CliRunner().invoke(main, [*words, "--format", "json"])
    document = json.loads(result.stdout)
    assert (document["ok"], document["exit_code"], result.exit_code) == (False, 2, 2)
    assert document["findings"][0]["what"]


def test_a_wrong_command_names_the_nearest() -> None:
    result = CliRunner().invoke(main, ["templates", "lst"])
    assert "There is no command 'lst'. Did you mean `list`?" in result.stderr
    assert "No such option '--nope'" in CliRunner().invoke(main, ["--nope"]).stderr


@pytest.mark.parametrize("words", [("airflow", "--with-hooks"), ("airflwo",), ("--nope",)])
def test_kedro_export_too(words: tuple[str, ...], noisy: KedroProject) -> None:
    """Where Kedro itself does not log to standard output, nothing else is printed there."""
    logging = noisy.write("quiet.yml", QUIET)
    command = ("python", "-m", "kedro", "export", *words, "--format", "json")
    process = noisy.run(*command, KEDRO_LOGGING_CONFIG=str(logging))
    document = json.loads(process.stdout)
    assert document["ok"] is (words[0] == "airflow"), process.stderr
    assert "printed by settings.py" in process.stderr
    assert "Kedro has logged" not in process.stderr


def test_kedro_export_says_who_printed_before_it(noisy: KedroProject) -> None:
    """Kedro logs while it is imported: no plugin is there yet."""
    process = noisy.run("python", "-m", "kedro", "export", "airflow", "--format", "json")
    logged, _, document = process.stdout.partition("\n{")
    assert "logging configuration" in " ".join(logged.split())
    assert json.loads("{" + document)["ok"]
    assert "Call `shipway export`, or name a logging configuration" in process.stderr


def test_kedro_export_as_text_prints_as_ever(noisy: KedroProject) -> None:
    process = noisy.run("python", "-m", "kedro", "export", "airflow")
    assert f"deploy/airflow/{noisy.package}.py" in process.stdout
    assert "Kedro has logged" not in process.stderr


def test_what_kedro_loads_for_every_command_is_small() -> None:
    """Its module imports only what Python has loaded anyway."""
    import shipway.kedro_output

    text = Path(str(shipway.kedro_output.__file__)).read_text()
    imports = [line.split()[1] for line in text.splitlines() if line.startswith(("import", "from"))]
    assert set(imports) == {"__future__", "collections.abc", "contextlib", "itertools", "os", "sys"}
