"""The arguments that a release of Airflow knows, by class, as `scripts/airflow_arguments.py` found
them in its packages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

OPERATORS = ("BaseOperator", "KubernetesPodOperator", "DockerOperator")
"""The classes of operators that have a table; what `BaseOperator` knows, each of them knows."""
_SINCE: Mapping[str, str] = {"rerun_with_latest_version": "3.3"}
"""The release of Airflow 3 that brought an argument, of those that a literal can say and 3.0 lacks.

Source: `DAG` and `BaseOperator` of the task SDK 1.0.0, 1.1.0, 1.2.0 and 1.3.0.
"""
_RELEASES = ("3.0", "3.1", "3.2", "3.3")
_ANY_3 = "3.2"
"""The oldest release that `version: "3"` stands for."""


@dataclass(frozen=True, kw_only=True)
class Argument:
    """An argument of a constructor.

    Args:
        kinds: the kinds of literals that it takes (`flag`, `whole`, `number`, `duration`, `text`,
            `texts`, `mapping`, `choice`); none where only an object will do.
        words: what may be chosen, of a `choice`.
        templated: whether Airflow renders it with Jinja.
    """

    kinds: tuple[str, ...]
    words: tuple[str, ...] = ()
    templated: bool = False


def arguments_of(cls: str, version: str) -> Mapping[str, Argument]:
    """Return the arguments of a class (`DAG`, or one of `OPERATORS`) by name.

    Args:
        version: as `targets.airflow.version` has it.
    """
    known = _tables(version.startswith("2"))[cls]
    return {name: about for name, about in known.items() if not is_later(name, version)}


def is_later(name: str, version: str) -> bool:
    """Tell whether a later release of Airflow 3 brought an argument."""
    if version.startswith("2") or name not in _SINCE:
        return False
    release = version if version in _RELEASES else _ANY_3
    return _RELEASES.index(release) < _RELEASES.index(_SINCE[name])


def since(name: str) -> str:
    """Return the release that brought such an argument."""
    return _SINCE[name]


@cache
def _tables(of_2: bool) -> Mapping[str, Mapping[str, Argument]]:
    file = files(__name__) / ("airflow2.json" if of_2 else "airflow3.json")
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    del document["airflow"]  # the release, for people
    return {
        cls: {name: _argument(about) for name, about in arguments.items()}
        for cls, arguments in document.items()
    }


def _argument(about: Mapping[str, Any]) -> Argument:
    return Argument(
        kinds=tuple(about["kinds"]),
        words=tuple(about.get("words", ())),
        templated=about.get("templated", False),
    )
