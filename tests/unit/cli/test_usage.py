"""Help, wrong usage, and what reaches a terminal or a pipe."""

from __future__ import annotations

import json
from collections.abc import Callable

import click
import pytest
from click.testing import Result

from shipway import __version__
from shipway.cli import _COMMANDS, main
from tests.projects import KedroProject

Shipway = Callable[..., Result]


def _names(name: str) -> click.Command:
    actual = main.get_command(click.Context(main), name)
    assert actual is not None
    return actual


@pytest.mark.parametrize("name", ["", *_COMMANDS])
def test_help_shows_examples(shipway: Shipway, name: str) -> None:
    result = shipway(*name.split(), "--help")
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"  shipway {name}" in result.output.partition("Example")[2]
    assert shipway(*name.split(), "-h").output == result.output


@pytest.mark.parametrize("name", _COMMANDS)
def test_each_command_says_in_the_list_what_it_does(shipway: Shipway, name: str) -> None:
    assert name in shipway("--help").output
    assert _COMMANDS[name].rstrip(".").split()[0] in str(_names(name).help)


@pytest.mark.parametrize("name", _COMMANDS)
def test_each_option_has_help(name: str) -> None:
    actual = _names(name)
    commands = actual.commands.values() if isinstance(actual, click.Group) else [actual]
    for command in commands:
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (name, option.name)


def test_version(shipway: Shipway) -> None:
    assert shipway("--version").output == f"shipway, version {__version__}\n"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["exprot"], "Did you mean `export`?"),
        (["nonsense"], "Known: `diff`, `doctor`, `export`"),
        (["export"], "Missing argument 'TARGET…'"),
        (["export", "airflow", "--chekc"], "--check"),
        (["export", "airflow", "--format", "xml"], "'xml' is not one of"),
        (["schema", "nothing"], "'nothing' is not one of"),
        (["templates", "lst"], "There is no command 'lst'"),
        (["plan", "--group-by", "nodes"], "`nodes` is not a grouping"),
        (["plan", "--params", "a"], "not of the form KEY=VALUE"),
        (["export", "airflwo"], "Did you mean `airflow`?"),
        (["plan", "--target", "airflwo"], "Did you mean `airflow`?"),
        (["targets", "airflwo"], "Did you mean `airflow`?"),
        (["templates", "eject", "airflwo"], "Did you mean `airflow`?"),
    ],
)
def test_wrong_usage(
    shipway: Shipway, project: KedroProject, args: list[str], message: str
) -> None:
    is_about_a_project = args[:1] == ["plan"]
    result = project.shipway(*args) if is_about_a_project else shipway(*args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("style", [["--format", "json"], ["--format=json"]])
@pytest.mark.parametrize(
    "args", [["export"], ["export", "airflow", "--chekc"], ["schema", "nothing"]]
)
def test_wrong_usage_as_json(shipway: Shipway, args: list[str], style: list[str]) -> None:
    result = shipway(*args, *style)
    document = json.loads(result.stdout)
    assert (document["exit_code"], result.exit_code) == (2, 2)
    assert document["error"] == "wrong usage"
    assert f"shipway {args[0]} --help" in document["findings"][0]["remedy"]


def test_no_colours_in_a_pipe(project: KedroProject) -> None:
    for args in (["plan"], ["export", "airflow"], ["plan", "-p", "nope"], ["targets"]):
        process = project.run("python", "-m", "shipway", *args, FORCE_COLOR="", TERM="xterm")
        assert "\x1b" not in process.stdout + process.stderr
        assert process.stdout or process.returncode


def test_python_m_shipway_is_shipway(project: KedroProject) -> None:
    process = project.run("python", "-m", "shipway", "plan", "--help")
    assert process.returncode == 0
    assert process.stdout.startswith("Usage: shipway plan [OPTIONS]")


def test_a_reader_that_goes_away_is_no_bug(
    project: KedroProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in `shipway plan | head -1`."""

    def absence(*_args: object, **_kwargs: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("shipway.cli.plan.click.echo", absence)
    result = project.shipway("plan")
    assert result.exit_code == 1
    assert "bug" not in result.stderr


def test_targets(shipway: Shipway) -> None:
    text = shipway("targets").output
    document = json.loads(shipway("targets", "--format", "json").output)
    (airflow,) = (target for target in document["targets"] if target["name"] == "airflow")
    assert set(airflow["capabilities"]) <= set(text.split())
    assert {support["level"] for support in airflow["capabilities"].values()} <= {
        "native",
        "emulated",
        "unsupported",
    }


@pytest.mark.parametrize("what", ["settings", "snapshot"])
def test_schema(shipway: Shipway, what: str) -> None:
    document = json.loads(shipway("schema", what).output)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert shipway("schema", what, "--format", "json").output == shipway("schema", what).output
