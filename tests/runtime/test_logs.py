"""What a task logs is plain, a record a line; a project's own way to log stays in force."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .tasks import HERE, Tasks, entry, own_project

NODES = """
import logging
import warnings


def make():
    logging.getLogger(__name__).info("x" * 200)
    logging.getLogger("elsewhere").warning("[brackets] %s", "y" * 200)
    warnings.warn("first line\\nsecond line")
    print("printed")
    return "made"
"""
REGISTRY = 'return {"__default__": pipeline([node(f.make, None, "made", name="make")])}'
RECORD = re.compile(r"(?P<level>[A-Z]+) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?P<name>[\w.]+): .+")
OWN = """
version: 1
disable_existing_loggers: false
formatters: {own: {format: "OWN %(levelname)s %(message)s"}}
filters: {none: {name: elsewhere}}
handlers:
  own: {class: logging.StreamHandler, formatter: own, stream: ext://sys.stderr}
  rich: {class: kedro.logging.RichHandler, rich_tracebacks: true, level: WARNING}
loggers: {kedro: {level: ERROR}, own: {level: INFO, handlers: [own], propagate: false}}
root: {handlers: [HANDLER]}
"""


def logging(folder: Path, python: Path = HERE) -> Tasks:
    catalog = {"made": entry("Plain", "made.json")}
    return Tasks(own_project(folder, REGISTRY, nodes=NODES, catalog=catalog), python)


def records(output: str) -> list[tuple[str, str]]:
    result = [RECORD.fullmatch(line) for line in output.splitlines() if line != "printed"]
    assert all(result), output
    return [(match["level"], match["name"]) for match in result if match]


def test_a_record_is_a_line_that_starts_with_its_level(any_kedro: Path, tmp_path: Path) -> None:
    result = records(logging(tmp_path, any_kedro).run("make").output)
    assert ("INFO", "own.functions") in result
    assert ("WARNING", "elsewhere") in result
    assert ("WARNING", "py.warnings") in result
    assert ("INFO", "kedro.runner.sequential_runner") in result


def test_a_process_that_a_node_starts_logs_as_it_would(tmp_path: Path) -> None:
    tasks = logging(tmp_path)
    source = "import os\n\n\ndef make():\n    return os.environ.get('KEDRO_LOGGING_CONFIG', 'none')"
    tasks.project.write("src/own/functions.py", source)
    tasks.run("make")
    assert tasks.data("made.json") == "none"


@pytest.mark.parametrize("by", ["file", "variable"])
@pytest.mark.parametrize("project", [".", ".."])
def test_the_projects_own_way_to_log_stays(tmp_path: Path, by: str, project: str) -> None:
    tasks = logging(tmp_path)
    (tasks.project.path / "conf" / "x").mkdir()
    name = "conf/logging.yml" if by == "file" else "conf/x/own.yml"
    file = tasks.project.write(name, OWN.replace("HANDLER", "own"))
    env = {"KEDRO_LOGGING_CONFIG": str(file)} if by == "variable" else {}
    if project == "..":  # the task's folder is not the one that it starts in
        env["PYTHONPATH"] = str(tasks.project.path / "hidden")
        start = tasks.project.path / "conf"
        process = Tasks(type(tasks.project)(start, "own")).run("make", project="..", env=env)
    else:
        process = tasks.run("make", env=env)
    lines = process.output.splitlines()
    assert {f"OWN INFO {'x' * 200}", f"OWN WARNING [brackets] {'y' * 200}"} <= set(lines)
    assert not [line for line in lines if RECORD.fullmatch(line)]


def test_its_handler_of_rich_becomes_plain(any_kedro: Path, tmp_path: Path) -> None:
    tasks = logging(tmp_path, any_kedro)
    tasks.project.write("conf/logging.yml", OWN.replace("HANDLER", "rich"))
    lines = tasks.run("make").output.splitlines()
    plain = [line for line in lines if RECORD.fullmatch(line)]
    assert [line.split()[0] for line in plain if " elsewhere: " in line] == ["WARNING"]
    assert any(line.startswith("OWN INFO xxx") for line in lines)
    assert "INFO" not in {line.split()[0] for line in plain}, "its level stays"


NEW = """
version: 1
disable_existing_loggers: false
formatters: {simple: {format: "OWN %(message)s"}}
handlers:
  info_file_handler:
    class: logging.handlers.RotatingFileHandler
    level: INFO
    formatter: simple
    filename: FOLDER/info.log
    delay: true
  rich: {class: kedro.logging.RichHandler, rich_tracebacks: true}
loggers: {kedro: {level: INFO}, own: {level: INFO}}
root: {handlers: [rich, info_file_handler]}
"""
"""As `kedro new` writes it, but for the folder."""


def test_the_first_record_is_a_line_as_well(any_kedro: Path, tmp_path: Path) -> None:
    tasks = logging(tmp_path, any_kedro)
    tasks.project.write("conf/logging.yml", NEW.replace("FOLDER/", ""))
    records(tasks.run("make").output)
    assert "OWN xxx" in (tasks.project.path / "info.log").read_text()


def test_a_file_that_cannot_be_written_to_is_no_traceback_a_record(tmp_path: Path) -> None:
    tasks = logging(tmp_path)
    tasks.project.write("conf/logging.yml", NEW.replace("FOLDER", "/proc"))
    output = tasks.run("make").output
    assert ("WARNING", "shipway.runtime.logs") in records(output)
    assert output.count("The log file /proc/info.log cannot be written to") == 1


def test_at_a_terminal_it_is_kedros_own(tmp_path: Path) -> None:
    tasks = logging(tmp_path)
    job = tasks.project.write("job.json", json.dumps(tasks.told("make")))
    code = "import pty, sys; sys.exit(pty.spawn([sys.executable, *sys.argv[1:]]) >> 8)"
    process = tasks.call("-c", code, "-m", "shipway.runtime", "--job", str(job))
    assert process.code == 0, process.output
    assert not RECORD.search(process.output)
    assert "INFO " in process.output
