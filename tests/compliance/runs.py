"""The cases by `kedro run`, and on an orchestrator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from tests.engines.exports import Export, PipelineRun
from tests.projects import KedroProject
from tests.proof.by_kedro import KedroRun, params_words, run_by_kedro
from tests.proof.runners import one_by_one, runner
from tests.written import unversioned, written

from .case import Case
from .columns import Column
from .zoo import CASES, EXPORT_VARIABLES, TASK_VARIABLES, deploy_settings, write_zoo

Files = Mapping[str, Counter[tuple[str, bytes]]]
"""What each case has left behind, by its name: paths with contents, each version of its own."""


def by_kedro(folder: Path, cases: Sequence[Case]) -> Files:
    """What `kedro run` leaves behind, as often as the tries and runs of a case say."""
    project = write_zoo(folder)
    runs = [run for case in cases for run in _kedro_runs(project, case)]
    run_by_kedro(project, runs, **TASK_VARIABLES)
    return files_of(project)


def _kedro_runs(project: KedroProject, case: Case) -> Iterator[KedroRun]:
    params = {**(case.job or {}).get("params", {}), **case.values, **case.facts}
    words = ["run", f"--pipelines={case.pipeline}", *params_words(project, params)]
    words += [f"--env={case.env}"] if case.env else []
    versions = [f"{name}:{one}" for name, one in case.settings.get("load_versions", {}).items()]
    words += [f"--load-versions={','.join(versions)}"] if versions else []
    words += [f"--{k.replace('_', '-')}={','.join(names)}" for k, names in case.choice.items()]
    env = case.settings.get("env", {})
    for _ in range(case.runs):
        for number in range(1, case.tries + 1):
            fails = number < case.tries or case.ends == "failure"
            yield KedroRun(words=words, env=env, fails=fails)


def on_columns(cases: Mapping[Column, Sequence[Case]], scratch: Path) -> dict[Column, Files]:
    """Export and run cases on the orchestrators of one target; return the files."""
    (target,) = {column.target for column in cases}
    projects = {column: write_zoo(scratch / f"zoo-{column.word}") for column in cases}
    calls = _calls(cases, by_itself=one_by_one(target))
    with ThreadPoolExecutor(len(calls)) as pool:
        ends = [
            pool.submit(runner(target), list(_exports(projects, call)), scratch / f"call{number}")
            for number, call in enumerate(calls)
        ]
        for end in ends:
            end.result()
    return {column: files_of(project) for column, project in projects.items()}


def _calls(
    cases: Mapping[Column, Sequence[Case]], *, by_itself: bool
) -> list[Mapping[Column, Sequence[Case]]]:
    """What one call of `run_all` runs: all, or, of what runs at once, one each, and that first."""
    twice = {column: [case for case in some if case.runs > 1] for column, some in cases.items()}
    first = {column: sorted(some, key=lambda case: -case.runs) for column, some in cases.items()}
    if not by_itself:
        return [first]
    return [_once(first), _once(twice)]


def _once(cases: Mapping[Column, Sequence[Case]]) -> Mapping[Column, Sequence[Case]]:
    return {column: [replace(case, runs=1) for case in some] for column, some in cases.items()}


def _exports(
    projects: Mapping[Column, KedroProject], cases: Mapping[Column, Sequence[Case]]
) -> Iterator[Export]:
    """One of each orchestrator and environment."""
    for column, some in cases.items():
        for env in sorted({case.env or "" for case in some}):
            yield Export(
                project=projects[column],
                runs=[run for case in some if (case.env or "") == env for run in _runs(case)],
                settings=deploy_settings(),
                words=[f"--env={env}"] if env else [],
                export_variables=EXPORT_VARIABLES,
                task_variables={**TASK_VARIABLES, "MEETING": "2"},
                orchestrator=column.word,
            )


def _runs(case: Case) -> list[PipelineRun]:
    is_job = case.job is not None
    run = PipelineRun(pipeline=case.name, values=case.values, is_job=is_job, ends=case.ends)
    return [run] * case.runs


def files_of(project: KedroProject) -> Files:
    """What stands in `data`, by the case whose folder it is in."""
    result: dict[str, Counter[tuple[str, bytes]]] = {}
    for path, content in written(project).items():
        (name,) = unversioned({path: content})
        if not name.startswith("meeting/"):
            result.setdefault(name.partition("/")[0], Counter())[name, content] += 1
    return result


def differences(output: Files, authored: Files, names: Collection[str]) -> dict[str, list[str]]:
    """What an orchestrator made and what `kedro run` did, by case, where they are not the same.

    Beside the folders of cases there is none but that of a store, which must be empty.
    """
    cases = {case.name for case in CASES}
    others = [name for name in output if name not in cases]
    pairs = {name: (output.get(name), authored.get(name)) for name in (*names, *others)}
    return {name: [f"{one}" for one in pair] for name, pair in pairs.items() if pair[0] != pair[1]}
