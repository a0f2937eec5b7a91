"""The shapes of single values in `deploy.yml`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from shipway.errors import nearest
from shipway.locations import kind_of
from shipway.schemas.problems import DocumentPath, Problem, display
from shipway.schemas.records import Either, Field, Record, is_list, is_mapping
from shipway.schemas.shapes import Choice, Flag, ListOf, Parsed, Shape, Text, Whole, anything
from shipway.settings.quantities import BYTES
from shipway.settings.values import (
    NOTICE_KINDS,
    VOLUME_KINDS,
    EnvSource,
    Notice,
    Toleration,
    Volume,
)
from shipway.tasks.limits import LONGEST_ARGUMENT

RUN_FACTS: Mapping[str, str] = {
    "logical_date": "the time that a run is for",
    "run_id": "the id of a run",
    "interval_start": "the start of a run's data",
    "interval_end": "the end of a run's data",
}
"""What an orchestrator may know of a run and can hand over as a parameter, with its meaning."""

GROUPINGS = ("none", "namespace", "tag", "chain", "pipeline")

_WEBHOOK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_LONGEST_VALUE = LONGEST_ARGUMENT - 1_000  # its name is part of it
ENV_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
ENV_REMEDY = "Write it in letters of ASCII, digits and `_`, with no digit first."
_GROUP_BY = re.compile(r"none|chain|pipeline|namespace(:[1-9]\d*)?|tag(:[\w.-]+(,[\w.-]+)*)?")


def _group_by(value: Any) -> str:
    if isinstance(value, str) and _GROUP_BY.fullmatch(value):
        return value
    word, colon, detail = str(value).partition(":")
    close = f"{nearest(word, GROUPINGS)}{colon}{detail}"
    mean = f"Did you mean `{close}`? " if _GROUP_BY.fullmatch(close) else ""
    raise ValueError(
        f"{display(value)} is not a grouping.\n{mean}"
        f"Write {', '.join(GROUPINGS)}, `namespace:2` for a depth, or `tag:etl,ml` for some tags."
    )


def _env_value(value: Any) -> str:
    # A number has one form as a text; a boolean has `true`, `True` and `1`.
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{display(value)} is not text.\nPut it in quotes.")
    if (size := len(value.encode(errors="surrogatepass"))) > _LONGEST_VALUE:
        raise ValueError(f"A variable of {size:,} bytes: no process starts with so much.")
    return value


def _no_nul(value: Any) -> str:
    if isinstance(value, str) and value and "\0" not in value:
        return value
    remedy = "\nPut it in quotes." if isinstance(value, (bool, int, float)) else ""
    raise ValueError(f"{display(value)} is not text.{remedy}")


def _whole_path(value: Any) -> str:
    text = _no_nul(value)
    if text.startswith("~"):
        raise ValueError(f"{display(text)}: only a shell knows `~`.\nWrite the whole path.")
    return text


def _date(value: Any) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = date.min
    if 1970 <= day.year < 9999 and day.isoformat() == value:  # others overflow in other zones
        return str(value)
    raise ValueError(f"{display(value)} is not a date since 1970.\nWrite one like `2026-01-31`.")


def _plain(value: Any) -> Any:
    try:
        # NaN and Infinity are no JSON (RFC 8259, section 6).
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(f"{display(value)} cannot be written as JSON.") from None
    return value


def _webhook_name(value: Any) -> str:
    if isinstance(value, str) and _WEBHOOK_NAME.fullmatch(value):
        return value
    raise ValueError(
        f"{display(value)} is no name of a webhook.\n"
        "Keep its URL where the orchestrator keeps such, and write the name that it has there."
    )


def _maybe_empty(value: Any) -> str:
    return "" if value == "" else _no_nul(value)


def _store(value: Any) -> str:
    location = _no_nul(value)
    if kind_of(location) == "memory":
        raise ValueError(
            f"{display(value)} is the memory of one process, which ends with its task.\n"
            "Write a URL that all tasks reach, such as `s3://bucket/shipway`."
        )
    return location


PLAIN = Parsed(_plain, {})
STORE = Parsed(_store, {"type": "string", "minLength": 1})
MAYBE_EMPTY = Parsed(_maybe_empty, {"type": "string"})
"""As the label of a machine that has a role, `node-role.kubernetes.io/gpu`, is."""
TEXT = Parsed(_no_nul, {"type": "string", "minLength": 1})
PATH = Parsed(_whole_path, {"type": "string", "minLength": 1, "pattern": "^[^~]"})
ENV_VALUE = Parsed(_env_value, {"type": ["string", "integer"], "maxLength": _LONGEST_VALUE})
RUNNER = Text(
    rf"(Sequential|Thread|Parallel)Runner|{ENV_NAME}(\.{ENV_NAME})+",
    "`SequentialRunner`, `ThreadRunner`, `ParallelRunner` or the path of a class",
)
GROUP_BY = Parsed(_group_by, {"type": "string", "pattern": f"^({_GROUP_BY.pattern})$"})

SECRET = Record(
    {
        "name": Field(TEXT, "the secret's name in the orchestrator's store", required=True),
        "key": Field(TEXT, "the key in that secret", required=True),
    },
    "a secret",
)
# Kubernetes takes no path with `..` (validatePathNoBacksteps), and Docker's short form of a bind
# mount none with a colon.
_PATH = Text(
    r"(?!(.*/)?\.\.(/|$))/[^:\x00-\x1f\x7f]*",
    "an absolute path without `..`, `:` or control characters",
)
# Kubernetes compares paths as texts, so that one folder may have but one spelling. `/` would hide
# the image itself.
_MOUNT = Text(
    r"(?!(.*/)?\.\.?(/|$))(/[^/\x00-\x1f\x7f]+)+",
    "an absolute path in the container, below `/`, without `..`, `//` or a `/` at its end",
)
_EMPTY_DIR = Record(
    {
        "medium": Field(Choice(("Memory",)), "`Memory`, which counts as memory of the task"),
        "size": Field(BYTES, "the most that it holds"),
    },
    "`empty_dir`",
)
VOLUME = Record(
    {
        "claim": Field(TEXT, "the name of a volume claim; on Docker, of a volume"),
        "config_map": Field(TEXT, "the name of a config map"),
        "secret": Field(TEXT, "the name of a secret"),
        "host_path": Field(_PATH, "a folder of the machine that the container runs on"),
        "empty_dir": Field(_EMPTY_DIR, "a directory that ends with the task"),
        "mount": Field(_MOUNT, "where it is mounted", required=True),
        "key": Field(TEXT, "one value of the config map or secret, as a file at `mount`"),
        "read_only": Field(Flag(), "whether the task cannot write there; default false"),
    },
    "a volume",
    one_of=VOLUME_KINDS,
    needs=(("key", "config_map", "secret"),),
)


@dataclass(frozen=True)
class _Volumes(ListOf[dict[str, Any]]):
    """Volumes of one container, each at a path of its own."""

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> tuple[dict[str, Any], ...] | None:
        items = value if isinstance(value, list) else []
        mounts = [item.get("mount") if isinstance(item, Mapping) else None for item in items]
        for index, mount in enumerate(mounts):
            if isinstance(mount, str) and mount in mounts[:index]:
                what = f"Another volume is mounted at {display(mount)} already."
                problems.append(Problem((*path, index, "mount"), what, "Give it another path."))
        return super().read(value, path, problems)


VOLUMES = _Volumes(VOLUME)
_EMAIL = Text(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", "an e-mail address")
_NAME_OF_WEBHOOK = Parsed(
    _webhook_name, {"type": "string", "pattern": f"^{_WEBHOOK_NAME.pattern}$"}
)
_WEBHOOK = Record(
    {
        "name": Field(_NAME_OF_WEBHOOK, "by which the orchestrator knows its URL", required=True),
    },
    "a webhook",
)
NOTICE = Record(
    {
        "email": Field(ListOf(_EMAIL, least=1), "addresses that get an e-mail"),
        "webhook": Field(
            Either(((is_mapping, _WEBHOOK), (anything, _NAME_OF_WEBHOOK))),
            "an address that gets a message as JSON",
        ),
    },
    "a notice",
    one_of=NOTICE_KINDS,
)
ENV_SOURCE = Record(
    {
        "secret": Field(TEXT, "the name of a secret"),
        "config_map": Field(TEXT, "the name of a config map"),
    },
    "a source of variables",
    one_of=("secret", "config_map"),
)
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
OPERATORS = ("Equal", "Exists")
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
TOLERATION = Record(
    {
        "key": Field(TEXT, "the taint's key"),
        "operator": Field(Choice(OPERATORS), "default Equal with a value, else Exists"),
        "value": Field(MAYBE_EMPTY, "the taint's value"),
        "effect": Field(Choice(EFFECTS), "default any"),
        "seconds": Field(Whole(0), "how long a pod may stay"),
    },
    "a toleration",
)


def to_volume(value: Mapping[str, Any]) -> Volume:
    """Return the volume that a checked value of `VOLUME` stands for."""
    (kind,) = (kind for kind in VOLUME_KINDS if kind in value)
    others = {key: value[key] for key in ("mount", "key", "read_only") if key in value}
    if kind == "empty_dir":
        return Volume(kind=kind, **others, **value[kind])
    return Volume(kind=kind, source=value[kind], **others)


def to_notice(value: Mapping[str, Any]) -> Notice:
    """Return the notice that a checked value of `NOTICE` stands for."""
    if "webhook" in value:
        webhook = value["webhook"]
        # The name alone will do.
        return Notice(
            kind="webhook", to=(webhook if isinstance(webhook, str) else webhook["name"],)
        )
    return Notice(kind="email", to=tuple(value["email"]))


def to_env_source(value: Mapping[str, str]) -> EnvSource:
    """Return the source of variables that a checked value of `ENV_SOURCE` stands for."""
    kind: Literal["secret", "config_map"] = "secret" if "secret" in value else "config_map"
    return EnvSource(kind=kind, name=value[kind])


def to_toleration(value: Mapping[str, Any]) -> Toleration:
    """Return a toleration; Kubernetes' own default operator does not fit a key alone."""
    return Toleration(**{"operator": "Equal" if "value" in value else "Exists", **value})


DATE = Parsed(_date, {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})


def _not_values(value: Any) -> str | None:
    """Return what to do with values where names alone stand."""
    if not isinstance(value, Mapping):
        return None
    return "Here stand names alone, of what may be set for one run. A job sets values in `params`."


PARAMETERS: Shape[Any] = Either(
    ((is_list, ListOf(TEXT)), (anything, Choice(("all", "none"), _not_values)))
)
