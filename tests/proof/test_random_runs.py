"""Random pipelines, run by each orchestrator: the files are those of `kedro run`.

Their configuration is what people write, and each is run in one of three ways: with nothing set,
with one value set when it is triggered, or exported for another environment. It is read where
nothing is set as it is where tasks run.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from shipway.targets.registry import names
from tests.engines.exports import Export, PipelineRun
from tests.projects import KedroProject
from tests.proof.by_kedro import KedroRun, params_words, run_by_kedro
from tests.proof.random_cases import collected
from tests.proof.random_project import write_project
from tests.proof.random_runs import PIPELINES, ProjectCase
from tests.proof.runners import runner, sees_its_own
from tests.written import persisted

pytestmark = pytest.mark.engine

COUNT = int(os.environ.get("SHIPWAY_SOAK_RUNS", "40"))
SEED = int(os.environ.get("SHIPWAY_SOAK_SEED", "0"))
AT_ONCE = 5
"""Projects whose pipelines one server runs."""
TASK_VARIABLES = {"BUCKET": "worker", "MOMENT": "noon"}
"""Variables that the configuration reads, where tasks run and where `kedro run` does."""
EXPORT_VARIABLES: tuple[Mapping[str, str], ...] = (
    {"BUCKET": "canary-bucket", "MOMENT": "canary-moment", "KEDRO_ENV": "prod"},
    {},
)
"""The same where it is exported, by turns: no artifact holds one of them."""
_FOLDERS = count()


@pytest.fixture(scope="module")
def sample() -> list[ProjectCase]:
    """Projects of so many pipelines.

    What Hypothesis draws first is the simplest there is, and after some it alters earlier ones.
    """
    seeds = range(SEED * 1000, SEED * 1000 + -(-COUNT // PIPELINES))
    return [of[-1] for of in collected("tests.proof.random_runs:project_cases", 2, seeds)]


@pytest.fixture(scope="module")
def authored(
    sample: Sequence[ProjectCase], tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, bytes]]:
    """What `kedro run` leaves behind, of each project."""
    folder = tmp_path_factory.mktemp("kedro")
    with ThreadPoolExecutor(2) as two:
        return list(two.map(lambda case: _authored(case, folder), sample))


def _authored(case: ProjectCase, folder: Path) -> dict[str, bytes]:
    project = write_project(folder / str(next(_FOLDERS)), case)
    runs = [_kedro_run(project, run, env, case) for run, env in case.runs]
    run_by_kedro(project, runs, **TASK_VARIABLES)
    return persisted(project)


def _kedro_run(
    project: KedroProject, run: PipelineRun, env: str | None, case: ProjectCase
) -> KedroRun:
    words = ["run", f"--pipelines={run.pipeline}", *([f"--env={env}"] if env else [])]
    params = {**case.configuration.constants, **run.values}
    return KedroRun(words=[*words, *params_words(project, params)])


def exports_of(case: ProjectCase, project: KedroProject, number: int) -> Iterator[Export]:
    """An export for the project's own environment, and one for another."""
    constants = ",".join(f"{name}={value}" for name, value in case.configuration.constants.items())
    for env in (None, "prod"):
        yield Export(
            project=project,
            runs=[run for run, of in case.runs if of == env],
            settings=case.settings,
            words=[
                *([f"--env={env}"] if env else []),
                *([f"--params={constants}"] if constants else []),
            ],
            export_variables=EXPORT_VARIABLES[number % 2],
            task_variables=TASK_VARIABLES,
        )


@pytest.mark.parametrize("target", names())
def test_each_orchestrator_makes_what_kedro_run_makes(
    target: str,
    sample: Sequence[ProjectCase],
    authored: Sequence[dict[str, bytes]],
    tmp_path: Path,
) -> None:
    wrong: dict[str, Any] = {}
    for first in range(0, len(sample), AT_ONCE):
        cases = sample[first : first + AT_ONCE]
        scratch = tmp_path / f"from{first}"
        projects = [write_project(scratch / str(n), case) for n, case in enumerate(cases)]
        exports = [
            export
            for number, (case, project) in enumerate(zip(cases, projects, strict=True))
            for export in exports_of(case, project, number)
        ]
        runner(target)(exports, scratch)
        for number, project in enumerate(projects, first):
            shutil.rmtree(project.path / "data" / "store", ignore_errors=True)
            output = persisted(project)
            if sees_its_own(target):
                output = without_more_seen(output, authored[number])
            result = differences(output, authored[number])
            wrong |= {f"project {number}: {name}": content for name, content in result.items()}
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


def without_more_seen(
    output: Mapping[str, bytes], authored: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Leave out what hooks were shown beside what those of `kedro run` were."""
    return {
        name: x for name, x in output.items() if name in authored or not name.startswith("seen/")
    }


def differences(output: Mapping[str, bytes], authored: Mapping[str, bytes]) -> dict[str, list[str]]:
    """What the orchestrator made and what `kedro run` did, where they are not the same."""
    nothing = b"(no such file)"
    return {
        name: [files.get(name, nothing).decode() for files in (output, authored)]
        for name in sorted(output.keys() | authored.keys())
        if output.get(name) != authored.get(name)
    }


def test_control_with_nothing_set_other_files_are_made(
    sample: Sequence[ProjectCase], authored: Sequence[dict[str, bytes]], tmp_path: Path
) -> None:
    """In the runs that set a value, and in no others; of a project where one changes a file."""
    changes = (
        (case, differences(_authored(_with_nothing_set(case), tmp_path), files))
        for case, files in zip(sample, authored, strict=True)
    )
    case, change = next(
        (case, names) for case, names in changes if any(not n.startswith("seen/") for n in names)
    )
    of_data = {Path(name).name for name in change if not name.startswith("seen/")}
    prefixes = {f"{run.pipeline}_d" for run, _ in case.runs if run.values}
    assert all(name.startswith(tuple(prefixes)) for name in of_data)
    of_hooks = {name.split("/")[1] for name in change if name.startswith("seen/")}
    assert len(of_hooks) == len(prefixes)


def _with_nothing_set(case: ProjectCase) -> ProjectCase:
    return replace(case, runs=[(replace(run, values={}), env) for run, env in case.runs])
