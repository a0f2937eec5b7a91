"""A whole run of the example on a warm engine: ours, beside deployments written by other means.

Server, scheduler and worker are up. Each deployment runs by turns, once before it counts:

- ours, a task for each node where that is possible, and with larger tasks. `group_by: chain` makes
  none of the example's: each of its runs of nodes forks, or its settings change on the way
- by hand: the leanest that does the same work, in benchmarks/peers
- kedro-airflow's, where SHIPWAY_ENV_PEERS names an Airflow that has Kedro beside it
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml
from benchmarks.measure import SHIPWAY, spread

from tests.engines.airflow.env import AirflowEnv, airflow_env
from tests.engines.airflow.stack import AirflowStack
from tests.engines.prefect.env import prefect_env
from tests.engines.prefect.server import PrefectServer
from tests.projects import copy_example

_PEERS = Path(__file__).with_name("peers")
_OURS = {"ours": "none", "ours_grouped": "tag:features,weekly"}
Runs = Mapping[str, Callable[[], object]]


def main() -> None:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--engine", choices=("prefect", "airflow"), help="only one of them")
    arguments = parser.parse_args()
    for name, measure in (("prefect", _prefect), ("airflow", _airflow)):
        if arguments.engine in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                measure(Path(folder), arguments.times)


def _airflow(folder: Path, times: int) -> None:
    project, dags = _project(folder), folder / "dags"
    for name, group_by in _OURS.items():
        _export("airflow", project, dags, name, group_by)
    (dags / "by_hand.py").write_text((_PEERS / "energy_by_hand.py").read_text())
    peers = os.environ.get("SHIPWAY_ENV_PEERS")
    names = {**dict.fromkeys(_OURS), "by hand": "energy_by_hand"}
    if peers:
        python = Path(peers, "bin", "python")
        _kedro_airflow(python, project, dags)
        airflow, names = AirflowEnv(python=python, major=3, root=folder), {**names, "peer": "peer"}
    else:
        airflow = airflow_env(3, folder)
    variables = {"ENERGY_ROOT": str(project), "PYTHONPATH": str(project / "src")}
    with AirflowStack(airflow, dags, variables) as stack:
        runs = {name: _dag_run(stack, dag or name) for name, dag in names.items()}
        _report(f"Airflow {airflow.version}", _by_turns(runs, times))


def _prefect(folder: Path, times: int) -> None:
    project = _project(folder)
    flows = project / "deploy" / "prefect"  # where the entry points of a deployment start
    for name, group_by in _OURS.items():
        _export("prefect", project, flows, name, group_by)
    _flow_by_hand(flows / "by_hand")
    deployments = {name: f"{name}/{name}" for name in _OURS}
    deployments["by hand"] = "energy-by-hand/by-hand"
    with PrefectServer(prefect_env(folder)) as server:
        for file in flows.glob("*/prefect.yaml"):
            server.deploy(file, project if file.parent.name in _OURS else file.parent)
        server.start_worker({"ENERGY_ROOT": str(project)})
        runs = {name: _flow_run(server, of) for name, of in deployments.items()}
        _report("Prefect", _by_turns(runs, times))


def _project(folder: Path) -> Path:
    """The example, with the Python that runs this as its own."""
    project = copy_example(folder / "energy").path
    (project / ".venv").symlink_to(sys.prefix)
    return project


def _export(target: str, project: Path, out: Path, name: str, group_by: str) -> None:
    more = project / f"{name}.yml"
    held = {"name": name, "group_by": group_by, "schedule": {"cron": "0 6 1 1 *"}}
    more.write_text(yaml.safe_dump({"pipelines": {"__default__": held}}))
    settings = ("--settings", "conf/base/deploy.yml", "--settings", more)
    _call(*SHIPWAY, "export", target, *settings, "-o", out, folder=project)


def _kedro_airflow(python: Path, project: Path, dags: Path) -> None:
    """As its documentation says, and with the paths and the name that a person fills in."""
    _call(python, "-m", "kedro", "airflow", "create", "-g", "memory", "-t", dags, folder=project)
    (made,) = dags.glob("*_dag.py")
    text = made.read_text().replace('dag_id="energy"', 'dag_id="peer"')
    text = text.replace("Path.cwd()", f"Path({str(project)!r})").replace('"@once"', "None")
    made.write_text(text.replace('env = "local"', 'env = "base"'))


def _flow_by_hand(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "flow.py").write_text((_PEERS / "energy_flow_by_hand.py").read_text())
    held = {"name": "by-hand", "entrypoint": "flow.py:energy_by_hand"}
    held["work_pool"] = {"name": "default"}  # type: ignore[assignment]
    pull = [{"prefect.deployments.steps.set_working_directory": {"directory": str(folder)}}]
    document = {"pull": pull, "deployments": [held]}
    (folder / "prefect.yaml").write_text(yaml.safe_dump(document))


def _call(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(
        [*map(str, command)], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}failed: {command}")


def _dag_run(stack: AirflowStack, dag: str) -> Callable[[], object]:
    def run() -> object:
        result = stack.wait(dag, stack.trigger(dag), timeout=600)
        assert result.state == "success", result
        return result

    return run


def _flow_run(server: PrefectServer, deployment: str) -> Callable[[], object]:
    def run() -> object:
        ended = server.wait(server.trigger(deployment), timeout=600)
        assert ended.state == "COMPLETED", ended
        return ended

    return run


def _by_turns(runs: Runs, times: int) -> dict[str, list[float]]:
    """Seconds by the clock from the trigger to the end, of each deployment.

    Each round begins with another one: what comes after the last run's clean-up is slower.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for number in range(times + 1):
        first = number % len(names)
        for name in (*names[first:], *names[:first]):
            run = runs[name]
            start = time.monotonic()
            run()
            seconds[name].append(time.monotonic() - start)
    return {name: taken[1:] for name, taken in seconds.items()}


def _report(engine: str, seconds: Mapping[str, list[float]]) -> None:
    for name, taken in seconds.items():
        ratios = [ours / other for ours, other in zip(seconds["ours"], taken, strict=True)]
        print(f"{engine}, {name}: {spread(taken)} s; ours against it {spread(ratios)}", flush=True)
    print(f"{'':4}{engine}: {statistics.median(seconds['ours']):.3g} s, budget 1.0 of each")


if __name__ == "__main__":
    main()
