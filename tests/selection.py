"""Which tests concern one target: `pytest --target NAME`, and `make test TARGET=NAME`.

A test concerns the target after which its folder or its file is named, or else that which is
among its parameters. What concerns none of them in particular is left to `make test-fast`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from shipway.targets.orchestrators import orchestrators_of
from shipway.targets.registry import every, find

_FOLDERS = ("engines", "unit")
"""Folders of tests with a folder for a target."""


def names() -> dict[str, str]:
    """Return targets by name, and by words that choose an orchestrator: Kubeflow by `vertex`."""
    words = {exporter.name: exporter.name for exporter in every()}
    for exporter in every():
        for each in orchestrators_of(exporter):
            words |= dict.fromkeys(each.options.values(), exporter.name)
    return words


def concerns(target: str, path: PurePath, case: str, words: Mapping[str, str]) -> bool:
    """Tell whether a test is one of a target's: of several in its case, the first counts.

    `airflow kubernetes` is Airflow, whose tasks are pods.

    Args:
        path: of its file, below the folder of all tests.
        case: the id of its parameters; empty without any.
        words: from `names`.
    """
    owners = (*_by_path(path, words), *_by_case(case, words))
    return owners[:1] == (target,)


def _by_path(path: PurePath, words: Mapping[str, str]) -> Iterator[str]:
    folder, below, *_ = (*path.parts, "", "")
    if folder in _FOLDERS and below in words:
        yield words[below]
        return
    stem = path.stem.removeprefix("test_")
    for word, target in words.items():
        if stem == word or stem.startswith(f"{word}_"):
            yield target


def _by_case(case: str, words: Mapping[str, str]) -> Iterator[str]:
    parts = re.split(r"[^a-z0-9_]+", case)
    yield from (words[part] for part in parts if part in words)


def check(target: str) -> None:
    """Check that there is such a target.

    Raises:
        UsageError: there is none; its remedy names the nearest.
    """
    find(target)
