"""What a task is told: by options, and by a JSON document, in a file or in the environment."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from shipway.errors import Finding, UsageError, did_you_mean
from shipway.model import Json
from shipway.runtime.fields import FLAGS, HELP, KINDS, READERS, UNSET, VARIABLE, WHOLE
from shipway.runtime.readable import HOW_TO_WRITE_JSON, loads


@dataclass(frozen=True, kw_only=True)
class Job:
    """One task of one run.

    Args:
        package: the project's package.
        pipeline: the registered pipeline that is loaded; the smallest that holds the nodes.
        nodes: the nodes to run, in this order, each with its signature, or with none known.
        run_id: the orchestrator's name for the run.
        created: when the run was created; the same for all its tasks, and after a retry.
        flow: the pipeline's name on the orchestrator; run ids are unique below it.
        task: the task's name on the orchestrator.
        exported: the registered pipeline that was exported.
        digest: what the loaded pipeline was when it was exported, or `None` for no check.
        digests: the same of each pipeline that tasks of the run load, by name; it counts where
            `digest` is not said.
        others: nodes of the loaded pipeline that other tasks run, each with its signature; `None`
            when the task was not told.
        from_run: versioned datasets that other tasks of the run write.
        before_run: versioned datasets that the run does not write, though it writes one to the
            same place, or is of some tasks alone: the latest version from before the run is
            loaded. Full names, or those without transcoding.
        stored: datasets in memory that the store carries from task to task.
        store: URL of the folder that holds the stores of all runs.
        params: parameters that every run has, or that the orchestrator fills, by dotted name, or
            nested.
        inputs: values of the parameters that may be set, by dotted name, set or not: those that
            differ from their default count.
        literals: further such values, which came as texts of JSON.
        defaults: the exported default of each parameter that may be set; null where the
            configuration makes the value.
        load_versions: versions to load instead of the run's own and of the latest.
        runner: Kedro's name of the runner, or the path of a class.
        timeout: seconds after which the task is stopped, or `None` for no limit.
        until_stdin_ends: stop, too, when standard input ends: so whoever started the task ends it
            by closing a pipe, and cannot fail to when it is killed.
        project: folder in which the task runs.
        env: configuration environment, or `None` for the project's own.
        conf_source: configuration folder or archive, likewise.
        clean_store: remove what the run has stored, and run no node.
    """

    package: str
    run_id: str
    created: datetime
    pipeline: str = "__default__"
    nodes: Mapping[str, str] = field(default_factory=dict)
    flow: str = ""
    task: str = ""
    exported: str = ""
    digest: str | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] | None = None
    from_run: tuple[str, ...] = ()
    before_run: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    store: str | None = None
    params: Mapping[str, Json] = field(default_factory=dict)
    inputs: Mapping[str, Json] = field(default_factory=dict)
    literals: Mapping[str, Json] = field(default_factory=dict)
    defaults: Mapping[str, Json] = field(default_factory=dict)
    load_versions: Mapping[str, str] = field(default_factory=dict)
    runner: str = "SequentialRunner"
    timeout: float | None = None
    until_stdin_ends: bool = False
    project: Path = Path()
    env: str | None = None
    conf_source: str | None = None
    clean_store: bool = False


def read_job(words: Sequence[str]) -> Job:
    """Read the command line; what it says goes over what `--job` says, and that over `VARIABLE`.

    The variable is taken out of the environment: what a node starts is no task of the run.

    Raises:
        UsageError: something is missing, unknown or malformed; one finding for each.
    """
    options = {k: v for k, v in vars(_parser().parse_args(words)).items() if v is not None}
    source = options.pop("job", None)
    single = {kind: options.pop(kind, []) for kind in KINDS}
    arguments = {**_in_environment(), **(_in_file(source) if source else {}), **options}
    findings: list[Finding] = [
        *_unknown(arguments),
        *_missing(arguments),
        *_twice(source, arguments),
    ]
    values = {name: _read(name, arguments[name], findings) for name in arguments if name in READERS}
    single_values = _single_values(single, findings)
    if findings:
        raise UsageError(*findings)
    for name, value in single_values.items():
        is_set = name not in values.get("defaults", {}) or name in _names_in(single["yaml"])
        place = "params" if is_set else "inputs"
        values[place] = {**values.get(place, {}), name: value}
    job = Job(**values)
    return replace(job, digest=job.digest or job.digests.get(job.pipeline))


def _names_in(assignments: Sequence[str] | None) -> set[str]:
    """Return the names in `NAME=VALUE`: such a text is set unless it is empty, also to null."""
    return {assignment.partition("=")[0] for assignment in assignments or ()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m shipway.runtime",
        description="Run nodes of a Kedro pipeline as one task of a run. Made to be called by "
        "what `shipway export` emits.",
        epilog="Example: python -m shipway.runtime --package energy --pipeline forecasting "
        "--nodes '[\"train_model\"]' --run-id try-1 --created 2026-01-31T06:00:00Z",
        allow_abbrev=False,
    )
    for option in fields(Job):
        flag = {"action": "store_true", "default": None} if option.name in FLAGS else {}
        name = f"--{option.name.replace('_', '-')}"
        parser.add_argument(name, help=HELP[option.name], **flag)  # type: ignore[arg-type]
    for kind in KINDS:
        help_text = f"one parameter and its value, as {kind}: NAME=VALUE; may be repeated"
        parser.add_argument(f"--{kind}", action="append", help=help_text, metavar="NAME=VALUE")
    parser.add_argument("--job", help=WHOLE)
    return parser


def _in_environment() -> dict[str, Any]:
    text = os.environ.pop(VARIABLE, None)
    return {} if text is None else _document(text, VARIABLE)


def _in_file(source: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise _unreadable(error, "--job") from None
    return _document(text, "--job")


def _document(text: str, where: str) -> dict[str, Any]:
    try:
        document = loads(text)
    except ValueError as error:
        raise _unreadable(error, where) from None
    if not isinstance(document, dict):
        raise UsageError(Finding(what="The job is no JSON object.", where=where))
    return document


def _unreadable(error: Exception, where: str) -> UsageError:
    return UsageError(Finding(what=f"The job cannot be read: {error}.", where=where))


def _twice(source: str | None, arguments: Mapping[str, Any]) -> list[Finding]:
    if source != "-" or not arguments.get("until_stdin_ends"):
        return []
    what = "Standard input cannot hold the job and say by its end when to stop."
    return [Finding(what=what, where="--job", remedy=f"Hand the job over in {VARIABLE}.")]


def _unknown(arguments: Mapping[str, Any]) -> list[Finding]:
    return [
        Finding(
            what=f"There is no `{name}` in a job.",
            where="--job",
            remedy=did_you_mean(name, READERS)
            or "The task was exported by another release: install the same one here.",
        )
        for name in arguments
        if name not in READERS
    ]


def _missing(arguments: Mapping[str, Any]) -> list[Finding]:
    cleans = str(arguments.get("clean_store")).lower() == "true"
    mandatory = ["package", "run_id", "created", *([] if cleans else ["nodes"])]
    return [
        Finding(what=f"`--{name.replace('_', '-')}` is missing.", where="the command line")
        for name in mandatory
        if not arguments.get(name)
    ]


def _read(name: str, value: Any, findings: list[Finding]) -> Any:
    try:
        return READERS[name](value)
    except ValueError as error:
        where = f"--{name.replace('_', '-')}"
        findings.append(Finding(what=f"{where}: {error}.", where="the command line"))
        return None


def _single_values(options: Mapping[str, Sequence[str] | None], findings: list[Finding]) -> Json:
    """Read parameters that come one by one, from an orchestrator that fills in each."""
    values: dict[str, Json] = {}
    for kind, assignments in options.items():
        for assignment in assignments or ():
            name, equals, value = assignment.partition("=")
            try:
                values[name] = KINDS[kind](value)
            except ValueError:
                equals = ""
            if not (name and equals):
                excerpt = assignment if len(assignment) < 50 else f"{assignment[:48]}…"
                what = f"--{kind}: `{excerpt}` is no {kind} of the form NAME=VALUE."
                remedy = f"{HOW_TO_WRITE_JSON}." if kind == "json" else None
                findings.append(Finding(what=what, where="the command line", remedy=remedy))
    return {name: value for name, value in values.items() if value is not UNSET}
