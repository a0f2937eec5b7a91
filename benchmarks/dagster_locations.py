"""How long Dagster takes to load the example and to run it, against kedro-dagster.

Both run all steps in one process of Dagster's: kedro-dagster's call the nodes there, ours start
`shipway.runtime` each. The environment of kedro-dagster, with what the example needs and Dagster's
own commands, is named by `--peer PYTHON`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import SHIPWAY, Command, Run, run, spread

from shipway.readers.kedro import ReadOptions, read
from shipway_exporters.dagster.starter import first_files
from tests.engines.dagster.env import dagster_env
from tests.projects import KedroProject, copy_example

_LOAD = "from {module} import defs; defs.get_repository_def().get_all_jobs()"
_IN_ONE_PROCESS = "execution: {config: {in_process: {}}}\n"


@dataclass(frozen=True, kw_only=True)
class _Side:
    """One of the two: its Python, where its definitions are, and the whole example's job there."""

    project: KedroProject
    python: Path
    module: str
    job: str
    env: Mapping[str, str]

    def load(self) -> Run:
        words = (self.python, "-c", _LOAD.format(module=self.module))
        return run(words, self.project.path, self.env)

    def run(self) -> Run:
        config = self.project.write("one_process.yaml", _IN_ONE_PROCESS)
        start: Command = (self.python, "-m", "dagster", "job", "execute", "-m", self.module)
        return run((*start, "-j", self.job, "-c", config), self.project.path, self.env)


def main() -> None:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--peer", metavar="PYTHON", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        ours = _ours(Path(name))
        peer = _peer(Path(name), options.peer.absolute())
        for what in ("load", "run"):
            pairs = [(getattr(ours, what)(), getattr(peer, what)()) for _ in range(options.times)]
            _say(what, pairs)


def _ours(folder: Path) -> _Side:
    project = copy_example(folder / "energy")
    run(
        (*SHIPWAY, "export", "dagster", *(f"--pipeline={name}" for name in _PIPELINES)),
        project.path,
    )
    for path, text in first_files(read(ReadOptions(project=project.path)).project, ()).items():
        project.write(path, text)
    env = dagster_env(folder)
    variables = {
        **env.variables(env.home()),
        "ENERGY_ROOT": str(project.path),
        "ENERGY_PYTHON": SHIPWAY[0],
        "PYTHONPATH": str(project.path),
    }
    return _Side(
        project=project, python=env.python, module="definitions", job="energy", env=variables
    )


_PIPELINES = ("__default__", "data_engineering", "forecasting", "reporting")


def _peer(folder: Path, python: Path) -> _Side:
    project = copy_example(folder / "peer" / "energy")
    path = os.pathsep.join((str(python.parent), os.environ["PATH"]))
    variables = {
        **dagster_env(folder).variables(dagster_env(folder).home()),
        "PYTHONPATH": str(project.path / "src"),
        "PATH": path,
    }
    run((python, "-m", "kedro", "dagster", "init", "-e", "base"), project.path, variables)
    return _Side(
        project=project,
        python=python,
        module="energy.definitions",
        job="local__default",
        env=variables,
    )


def _say(what: str, pairs: list[tuple[Run, Run]]) -> None:
    ours, theirs = zip(*pairs, strict=True)
    print(f"{what}: ours {spread([one.cpu for one in ours])} s of cpu, ", end="")
    print(f"kedro-dagster's {spread([one.cpu for one in theirs])} s; by the clock ", end="")
    print(f"{spread([one.wall for one in ours])} s and {spread([one.wall for one in theirs])} s")


if __name__ == "__main__":
    main()
