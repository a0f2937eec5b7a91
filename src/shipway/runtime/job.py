"""What a task is told: by options, and by a JSON document for what is long."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from shipway.errors import Finding, UsageError, did_you_mean
from shipway.model import Json
from shipway.runtime.readable import line, loads, readable

_UNSET = object()


def _yaml(text: str) -> Json:
    """Read a value as `kedro run --params` does; nothing at all leaves the parameter as it is."""
    from omegaconf import OmegaConf

    if not readable(text).strip():
        return _UNSET
    try:
        document: Any = OmegaConf.to_container(OmegaConf.from_dotlist([f"value={text}"]))
    except Exception as error:  # YAML and OmegaConf fail with many types
        raise ValueError(str(error)) from error
    return document["value"]


_KINDS: Mapping[str, Callable[[str], Json]] = {
    "text": readable,
    "json": loads,
    "float": float,
    "yaml": _yaml,
}
"""How one parameter is handed over. The JSON of some orchestrators has `2` for `2.0`."""
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?")


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
        others: nodes of the loaded pipeline that other tasks run, each with its signature; `None`
            when the task was not told.
        from_run: versioned datasets that other tasks of the run write.
        before_run: versioned datasets that the run does not write, though it writes one to the
            same place: the latest version from before the run is loaded. Full names.
        stored: datasets in memory that the store carries from task to task.
        store: URL of the folder that holds the stores of all runs.
        params: parameters that every run has, or that the orchestrator fills, by dotted name, or
            nested.
        inputs: values of the parameters that may be set, by dotted name, set or not: those that
            differ from their default count.
        defaults: the exported default of each parameter that may be set; null where the
            configuration makes the value.
        load_versions: versions to load instead of the run's own and of the latest.
        runner: Kedro's name of the runner, or the path of a class.
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
    others: Mapping[str, str] | None = None
    from_run: tuple[str, ...] = ()
    before_run: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()
    store: str | None = None
    params: Mapping[str, Json] = field(default_factory=dict)
    inputs: Mapping[str, Json] = field(default_factory=dict)
    defaults: Mapping[str, Json] = field(default_factory=dict)
    load_versions: Mapping[str, str] = field(default_factory=dict)
    runner: str = "SequentialRunner"
    project: Path = Path()
    env: str | None = None
    conf_source: str | None = None
    clean_store: bool = False


def read_job(words: Sequence[str]) -> Job:
    """Read the command line; what it says goes over what `--job` says.

    Raises:
        UsageError: something is missing, unknown or malformed; one finding for each.
    """
    given = {k: v for k, v in vars(_parser().parse_args(words)).items() if v is not None}
    source = given.pop("job", None)
    single = {kind: given.pop(kind, []) for kind in _KINDS}
    told = {**(_document(source) if source else {}), **given}
    findings: list[Finding] = [*_unknown(told), *_missing(told)]
    values = {name: _read(name, told[name], findings) for name in told if name in _READERS}
    set_singly = _set_singly(single, findings)
    if findings:
        raise UsageError(*findings)
    for name, value in set_singly.items():
        is_set = name not in values.get("defaults", {}) or name in _named(single["yaml"])
        place = "params" if is_set else "inputs"
        values[place] = {**values.get(place, {}), name: value}
    return Job(**values)


def _named(assignments: Sequence[str] | None) -> set[str]:
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
        flag = {"action": "store_true", "default": None} if option.name == "clean_store" else {}
        name = f"--{option.name.replace('_', '-')}"
        parser.add_argument(name, help=_HELP[option.name], **flag)  # type: ignore[arg-type]
    for kind in _KINDS:
        help_text = f"one parameter and its value, as {kind}: NAME=VALUE; may be repeated"
        parser.add_argument(f"--{kind}", action="append", help=help_text, metavar="NAME=VALUE")
    parser.add_argument("--job", help="all of these as a JSON object: a file, or - for stdin")
    return parser


def _document(source: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
        document = loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(Finding(what=f"The job cannot be read: {error}.", where="--job")) from None
    if not isinstance(document, dict):
        raise UsageError(Finding(what="The job is no JSON object.", where="--job"))
    return document


def _unknown(told: Mapping[str, Any]) -> list[Finding]:
    return [
        Finding(
            what=f"There is no `{name}` in a job.",
            where="--job",
            remedy=did_you_mean(name, _READERS)
            or "The task was exported by another release: install the same one here.",
        )
        for name in told
        if name not in _READERS
    ]


def _missing(told: Mapping[str, Any]) -> list[Finding]:
    cleans = str(told.get("clean_store")).lower() == "true"
    needed = ["package", "run_id", "created", *([] if cleans else ["nodes"])]
    return [
        Finding(what=f"`--{name.replace('_', '-')}` is missing.", where="the command line")
        for name in needed
        if not told.get(name)
    ]


def _read(name: str, value: Any, findings: list[Finding]) -> Any:
    try:
        return _READERS[name](value)
    except ValueError as error:
        where = f"--{name.replace('_', '-')}"
        findings.append(Finding(what=f"{where}: {error}.", where="the command line"))
        return None


def _set_singly(given: Mapping[str, Sequence[str] | None], findings: list[Finding]) -> Json:
    """Read parameters that come one by one, from an orchestrator that fills in each."""
    found: dict[str, Json] = {}
    for kind, assignments in given.items():
        for assignment in assignments or ():
            name, equals, value = assignment.partition("=")
            try:
                found[name] = _KINDS[kind](value)
            except ValueError:
                equals = ""
            if not (name and equals):
                shown = assignment if len(assignment) < 50 else f"{assignment[:48]}…"
                what = f"--{kind}: `{shown}` is no {kind} of the form NAME=VALUE."
                findings.append(Finding(what=what, where="the command line"))
    return {name: value for name, value in found.items() if value is not _UNSET}


def _text(value: Any) -> str:
    if not value:
        raise ValueError("a text is wanted")
    return line(value)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError("true or false is wanted")
    return bool(value == "true")


def _optional(value: Any) -> str | None:
    return _text(value) if value else None


def _json(value: Any) -> Any:
    return loads(value) if isinstance(value, str) else value


def _mapping(value: Any) -> dict[str, Any]:
    found = _json(value)
    if not isinstance(found, dict):
        raise ValueError("a JSON object is wanted")
    return found


def _texts(value: Any) -> dict[str, str]:
    found = _mapping(value)
    if not all(isinstance(item, str) for item in found.values()):
        raise ValueError("a JSON object of texts is wanted")
    return {line(name): line(item) for name, item in found.items()}


def _list(value: Any) -> tuple[str, ...]:
    found = _json(value)
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ValueError("a JSON list of texts is wanted")
    return tuple(map(line, found))


def _nodes(value: Any) -> dict[str, str]:
    found = _json(value)
    return dict.fromkeys(_list(found), "") if isinstance(found, list) else _texts(found)


def _moment(value: Any) -> datetime:
    """Python 3.10 reads neither `Z` nor fractions of other than 3 or 6 digits."""
    match = _MOMENT.fullmatch(_text(value))
    if match is None:
        raise ValueError(f"{value!r} is no moment such as 2026-01-31T06:00:00.123Z")
    day, time, fraction, zone = match.groups()
    micros = (fraction or "").ljust(6, "0")[:6]
    offset = "+00:00" if zone in (None, "Z") else f"{zone[:3]}:{zone[-2:]}"
    try:
        moment = datetime.fromisoformat(f"{day}T{time}.{micros}{offset}")
        return moment.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"{value!r} is, in UTC, outside of the years 1 to 9999") from None


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "package": _text,
    "run_id": _text,
    "created": _moment,
    "pipeline": _text,
    "nodes": _nodes,
    "flow": line,
    "task": line,
    "exported": line,
    "digest": _optional,
    "others": _texts,
    "from_run": _list,
    "before_run": _list,
    "stored": _list,
    "store": _optional,
    "params": _mapping,
    "inputs": _mapping,
    "defaults": _mapping,
    "load_versions": _texts,
    "runner": _text,
    "project": lambda value: Path(_text(value)),
    "env": _optional,
    "conf_source": _optional,
    "clean_store": _flag,
}
_HELP: Mapping[str, str] = {
    "package": "the project's package",
    "run_id": "the orchestrator's name for the run",
    "created": "when the run was created, ISO 8601; the same for all tasks of a run",
    "pipeline": "the registered pipeline to load; default __default__",
    "nodes": "nodes to run: a JSON list, or an object with what each reads and writes",
    "flow": "the pipeline's name on the orchestrator",
    "task": "the task's name on the orchestrator",
    "exported": "the registered pipeline that was exported",
    "digest": "digest of the loaded pipeline when it was exported; default no check",
    "others": "nodes that other tasks run: a JSON object with what each reads and writes",
    "from_run": "JSON list of versioned datasets that other tasks of the run write",
    "before_run": "JSON list of versioned datasets to load as they were before the run",
    "stored": "JSON list of datasets in memory that the store carries",
    "store": "URL of the folder that holds them",
    "params": "parameters that every run has: a JSON object, nested or by dotted names",
    "inputs": "JSON object of the parameters that may be set, by dotted names, set or not",
    "defaults": "JSON object of their exported defaults: an input that equals its own is not set",
    "load_versions": "JSON object of versions to load, by dataset",
    "runner": "Kedro's runner; default SequentialRunner",
    "project": "folder to run in; default here",
    "env": "configuration environment",
    "conf_source": "configuration folder or archive",
    "clean_store": "remove what the run has stored, and run nothing",
}
