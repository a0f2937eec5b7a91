"""The fields of a job: how the value of each is read, and what `--help` says of it."""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from shipway.model import Json
from shipway.runtime.readable import line, loads, readable

VARIABLE = "SHIPWAY_JOB"
"""The environment variable that may hold the job, as a JSON object."""
UNSET = object()


def _yaml(text: str) -> Json:
    """Read a value as `kedro run --params` does; nothing at all leaves the parameter as it is."""
    from omegaconf import OmegaConf

    if not readable(text).strip():
        return UNSET
    try:
        document: Any = OmegaConf.to_container(OmegaConf.from_dotlist([f"value={text}"]))
    except Exception as error:  # YAML and OmegaConf fail with many types
        raise ValueError(str(error)) from error
    return document["value"]


def _moment_text(text: str) -> str:
    """Return a moment as ISO 8601, also of a run's name."""
    return _moment(text).isoformat()


KINDS: Mapping[str, Callable[[str], Json]] = {
    "text": readable,
    "json": loads,
    "float": float,
    "yaml": _yaml,
    "moment": _moment_text,
}
"""How one parameter is handed over. The JSON of some orchestrators has `2` for `2.0`."""
FLAGS = ("clean_store", "until_stdin_ends")
_NAME_WITH_MOMENT = re.compile(
    r".*-(?:(?P<minutes>(?:2[4-9]|[3-9][0-9])[0-9]{6})|(?P<seconds>1[0-9]{9}))", re.DOTALL
)
"""A run's name that ends in minutes or seconds since 1970, where nothing else says when it began.
Not the digits of a day (20260131) or of an hour (2026013106), which people put into names, too: so
minutes count from 2015 on, and seconds until 2033."""
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?")


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


def _seconds(value: Any) -> float | None:
    """Read a length of time; nothing stands for no limit."""
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("seconds are wanted")
    seconds = float(value)
    if not (seconds > 0 and math.isfinite(seconds)):
        raise ValueError(f"{value} is no number of seconds above 0")
    return seconds


def _optional(value: Any) -> str | None:
    return _text(value) if value else None


def _json(value: Any) -> Any:
    return loads(value) if isinstance(value, str) else value


def _mapping(value: Any) -> dict[str, Any]:
    document = _json(value)
    if not isinstance(document, dict):
        raise ValueError("a JSON object is wanted")
    return document


def _texts(value: Any) -> dict[str, str]:
    texts = _mapping(value)
    if not all(isinstance(item, str) for item in texts.values()):
        raise ValueError("a JSON object of texts is wanted")
    return {line(name): line(item) for name, item in texts.items()}


def _literals(value: Any) -> dict[str, Json]:
    """Read values that each came as a text, so that none of them can run into the next."""
    texts = _texts(value)
    faults = [f"`{name}`: {why}" for name, text in texts.items() if (why := _json_fault(text))]
    if faults:
        raise ValueError("; ".join(faults))
    return {name: loads(text) for name, text in texts.items()}


def _json_fault(text: str) -> str | None:
    try:
        loads(text)
    except ValueError as error:
        return f"of {reprlib.repr(text)}, {error}"
    return None


def _list(value: Any) -> tuple[str, ...]:
    items = _json(value)
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("a JSON list of texts is wanted")
    return tuple(map(line, items))


def _nodes(value: Any) -> dict[str, str]:
    document = _json(value)
    return dict.fromkeys(_list(document), "") if isinstance(document, list) else _texts(document)


def _moment(value: Any) -> datetime:
    """Python 3.10 reads neither `Z` nor fractions of other than 3 or 6 digits."""
    if name := _NAME_WITH_MOMENT.fullmatch(_text(value)):
        seconds = int(name["seconds"] or 0) or 60 * int(name["minutes"])
        moment = datetime.fromtimestamp(seconds, timezone.utc)
        # Its version would stay the latest until then. A day, since clocks differ.
        if moment > datetime.now(timezone.utc) + timedelta(days=1):
            raise ValueError(f"{value!r} ends in a moment to come, {moment.isoformat()}")
        return moment
    match = _MOMENT.fullmatch(_text(value))
    if match is None:
        what = f"{value!r} is no moment such as 2026-01-31T06:00:00.123Z"
        raise ValueError(f"{what}, nor a name that ends in one, as `run-$(date +%s)` does")
    day, time, fraction, zone = match.groups()
    micros = (fraction or "").ljust(6, "0")[:6]
    offset = "+00:00" if zone in (None, "Z") else f"{zone[:3]}:{zone[-2:]}"
    try:
        moment = datetime.fromisoformat(f"{day}T{time}.{micros}{offset}")
        return moment.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"{value!r} is, in UTC, outside of the years 1 to 9999") from None


READERS: Mapping[str, Callable[[Any], Any]] = {
    "package": _text,
    "run_id": _text,
    "created": _moment,
    "pipeline": _text,
    "nodes": _nodes,
    "flow": line,
    "task": line,
    "exported": line,
    "digest": _optional,
    "digests": _texts,
    "others": _texts,
    "from_run": _list,
    "before_run": _list,
    "stored": _list,
    "store": _optional,
    "params": _mapping,
    "inputs": _mapping,
    "literals": _literals,
    "defaults": _mapping,
    "load_versions": _texts,
    "runner": _text,
    "timeout": _seconds,
    "until_stdin_ends": _flag,
    "project": lambda value: Path(_text(value)),
    "env": _optional,
    "conf_source": _optional,
    "clean_store": _flag,
}
WHOLE = f"all of these as a JSON object: a file, or - for stdin; it may stand in {VARIABLE}, too"
HELP: Mapping[str, str] = {
    "package": "the project's package",
    "run_id": "the orchestrator's name for the run",
    "created": "when the run was created, ISO 8601; the same for all tasks of a run",
    "pipeline": "the registered pipeline to load; default __default__",
    "nodes": "nodes to run: a JSON list, or an object with what each reads and writes",
    "flow": "the pipeline's name on the orchestrator",
    "task": "the task's name on the orchestrator",
    "exported": "the registered pipeline that was exported",
    "digest": "digest of the loaded pipeline when it was exported; default no check",
    "digests": "JSON object of the digests of all pipelines that tasks load, by name",
    "others": "nodes that other tasks run: a JSON object with what each reads and writes",
    "from_run": "JSON list of versioned datasets that other tasks of the run write",
    "before_run": "JSON list of versioned datasets to load as they were before the run",
    "stored": "JSON list of datasets in memory that the store carries",
    "store": "URL of the folder that holds them",
    "params": "parameters that every run has: a JSON object, nested or by dotted names",
    "inputs": "JSON object of the parameters that may be set, by dotted names, set or not",
    "literals": "JSON object of further such parameters, each as a text that holds JSON",
    "defaults": "JSON object of their exported defaults: an input that equals its own is not set",
    "load_versions": "JSON object of versions to load, by dataset",
    "runner": "Kedro's runner; default SequentialRunner",
    "timeout": "seconds after which the task is stopped; default no limit",
    "until_stdin_ends": "stop when standard input ends, too",
    "project": "folder to run in; default here",
    "env": "configuration environment",
    "conf_source": "configuration folder or archive",
    "clean_store": "remove what the run has stored, and run nothing",
}
