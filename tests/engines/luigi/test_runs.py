"""What Luigi does with a module: order, retries, exit codes, parameters, runs that go on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.engines.processes import Processes, free_ports, is_alive
from tests.engines.stand_in import stand_in
from tests.projects import KedroProject, make_project, text_file

from .env import LuigiEnv
from .exported import export, run_env

pytestmark = pytest.mark.engine

NODES = """
import os
import subprocess
import sys
import time
from pathlib import Path


def first():
    with open("tries", "a") as file:
        file.write(f"{time.time()}\\n")
    if not Path("works").exists():
        raise RuntimeError("broken as yet")
    return os.environ["SHIPWAY_VERSION"]


def second(text, parameters):
    return f"{text} {parameters}"


def sleep():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path("pids.part").write_text(f"{os.getpid()} {child.pid}")
    Path("pids.part").rename("pids")
    time.sleep(600)
"""
REGISTRY = """
return {
    "__default__": pipeline([
        node(f.first, None, "one", name="first"),
        node(f.second, ["one", "parameters"], "two", name="second"),
    ]),
    "late": pipeline([node(f.sleep, None, "none", name="late")]),
}
"""
PARAMETERS = {"text": "it is", "factor": 1.5, "yes": True, "run": {"workers": 3}, "many": [1, 2]}
FACTS = {
    "pipelines": {"__default__": {"run_parameters": {"day": "logical_date", "which.run": "run_id"}}}
}
RETRIES = {"defaults": {"retries": 2, "retry_delay": "1s"}}


@pytest.fixture
def project(tmp_path: Path) -> KedroProject:
    catalog = {"one": text_file("one.txt"), "two": text_file("two.txt")}
    return make_project(tmp_path, REGISTRY, nodes=NODES, catalog=catalog, parameters=PARAMETERS)


@pytest.fixture(scope="module")
def python() -> Iterator[str]:
    with stand_in() as program:
        yield str(program)


class Module:
    """An exported pipeline, to be run again and again."""

    def __init__(
        self, luigi: LuigiEnv, project: KedroProject, python: str, settings: object, name: str
    ) -> None:
        assert isinstance(settings, dict)
        folder = export(project, "--all", settings=settings, options={"python": python})
        self.luigi, self.project = luigi, project
        self.file = folder / name / "luigi_tasks.py"
        self.task = f"{name}.{''.join(word.capitalize() for word in name.split('_'))}"

    def run(self, *words: str, scheduler: str = "--local-scheduler") -> tuple[int, str]:
        outcome = self.luigi.run(
            self.file, self.task, *words, more=run_env(self.project), scheduler=[scheduler]
        )
        return outcome.returncode, outcome.stdout

    def command(self, *words: str) -> list[str]:
        return self.luigi.command(self.file, self.task, *words)

    @property
    def tries(self) -> list[float]:
        return [float(line) for line in (self.project.path / "tries").read_text().split()]

    def state(self, run_id: str) -> dict[str, object]:
        folder = self.project.path / ".luigi" / self.task.partition(".")[0] / f"run-{run_id}"
        document = json.loads((folder / "run.json").read_text())
        assert isinstance(document, dict)
        return document


def test_a_failed_run_goes_on_where_it_failed_as_the_same_version(
    luigi: LuigiEnv, project: KedroProject, python: str
) -> None:
    module = Module(luigi, project, python, FACTS, project.package)
    code, output = module.run("--run-id=x/../y", "--factor=2.5")
    assert code == 30, output
    assert "RuntimeError: exit code 1" in output
    assert "`--run-id x/../y` continues the run" in output
    assert len(module.tries) == 1, "no retries were set"
    begun = module.state("x%2F..%2Fy")
    project.write("works", "")
    code, output = module.run("--run-id=x/../y")
    assert code == 0, output
    assert module.state("x%2F..%2Fy") == begun
    text = (project.path / "data" / "two.txt").read_text()
    assert "'factor': 2.5" in text, "what it was begun with"
    assert "'workers': 3" in text
    assert text.startswith(str(begun["created"])[:10])
    assert f"'day': '{begun['created']}'" in text
    assert "'which': {'run': 'x/../y'}" in text
    code, output = module.run("--run-id=x/../y")
    assert (code, len(module.tries)) == (0, 2), output
    assert "Did not run any tasks" in output
    code, output = module.run("--run-id=x/../y", "--factor=3.5")
    assert code == 35, output
    assert "was begun with other parameters" in output
    code, output = module.run("--run-id=x/../y", "--factor=1.5")
    assert code == 35, f"the default is another value than that of the run: {output}"
    code, output = module.run("--run-id=wrong", '--many={"a": 1}')
    assert code == 40, output
    assert "--many: '{\"a\": 1}' is no list" in output
    code, output = module.run("--run-id=other", "--factor=3.5", "--yes=false", "--many=[]")
    assert code == 0, output
    text = (project.path / "data" / "two.txt").read_text()
    assert "'factor': 3.5" in text
    assert "'yes': False" in text
    assert "'many': []" in text


def test_a_run_that_goes_on_after_another_export_keeps_only_what_was_set(
    luigi: LuigiEnv, project: KedroProject, python: str
) -> None:
    module = Module(luigi, project, python, {}, project.package)
    code, output = module.run("--run-id=a", "--text=as set")
    assert code == 30, output
    changed = {**PARAMETERS, "factor": 7.5, "text": "it was"}
    project.write("conf/base/parameters.yml", yaml.safe_dump(changed))
    project.write("works", "")
    module = Module(luigi, project, python, {}, project.package)
    code, output = module.run("--run-id=a")
    assert code == 0, output
    text = (project.path / "data" / "two.txt").read_text()
    assert "'factor': 7.5" in text
    assert "'text': 'as set'" in text


def test_a_task_is_tried_again_after_a_pause(
    luigi: LuigiEnv, project: KedroProject, python: str
) -> None:
    module = Module(luigi, project, python, RETRIES, project.package)
    code, output = module.run("--run-id=a")
    assert code == 30, output
    first, second, third = module.tries
    assert min(second - first, third - second) >= 1
    # The control: without its configuration it is tried once, and the run seems to be well.
    (module.file.parent / "luigi.cfg").unlink()
    code, output = module.run("--run-id=b")
    assert (code, len(module.tries)) == (0, 4), output


def test_a_run_ends_with_luigi_and_by_its_deadline(
    luigi: LuigiEnv, project: KedroProject, tmp_path: Path
) -> None:
    settings = {"pipelines": {"late": {"timeout": "3s"}}}
    name = f"{project.package}_late"
    module = Module(luigi, project, sys.executable, settings, name)
    code, output = module.run()
    assert code == 30, output
    assert "exit code 124: shipway: not done within 3 s" in output
    module = Module(luigi, project, sys.executable, {}, name)
    for number, workers in ((signal.SIGTERM, 1), (signal.SIGKILL, 2)):
        pids = project.path / "pids"
        pids.unlink(missing_ok=True)  # a slow machine has not come so far by the deadline
        process = subprocess.Popen(
            [*module.command("--local-scheduler", f"--workers={workers}")],
            env=luigi.variables(run_env(project)),
            cwd=module.file.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 120
        while not pids.exists() and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(number)
        process.wait(30)
        started = [int(pid) for pid in pids.read_text().split()]
        until = time.monotonic() + 30
        while any(map(is_alive, started)) and time.monotonic() < until:
            time.sleep(0.1)
        assert not any(map(is_alive, started)), number


def test_two_runs_at_once_on_luigid_keep_apart(
    luigi: LuigiEnv, project: KedroProject, python: str, tmp_path: Path
) -> None:
    module = Module(luigi, project, python, {}, project.package)
    project.write("works", "")
    (port,) = free_ports(1)
    home = tmp_path / "luigid"
    home.mkdir()
    variables = luigi.variables({"LUIGID_OF_TEST": str(home)})
    processes = Processes(home, variables, "LUIGID_OF_TEST")
    luigid = luigi.python.with_name("luigid")
    processes.start("luigid", [luigi.python, luigid, f"--port={port}", "--address=127.0.0.1"])
    try:
        processes.wait_until(lambda: _answers(port), "luigid answers", 30)
        url = f"--scheduler-url=http://127.0.0.1:{port}"
        env = luigi.variables(run_env(project))
        runs = [
            subprocess.Popen(
                module.command(url, f"--run-id={name}"),
                env=env,
                cwd=module.file.parent,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for name in ("one", "two")
        ]
        outputs = [run.communicate(timeout=120)[0] for run in runs]
        assert [run.returncode for run in runs] == [0, 0], outputs
        assert len(module.tries) == 2
        assert module.state("one")["run_id"] != module.state("two")["run_id"]
        code, output = module.run("--run-id=one", scheduler=url)
        assert (code, len(module.tries)) == (0, 2), output
        # The control: a name of its own is a run of its own.
        code, output = module.run(scheduler=url)
        assert (code, len(module.tries)) == (0, 3), output
    finally:
        processes.stop()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/graph", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
