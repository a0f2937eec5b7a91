"""Which files are of one artifact, by the name in their paths: a pipeline may have had several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shipway.compiler import Compiled
from shipway.targets.exporter import Exporter, companions


def artifacts_in(
    files: Mapping[str, str], exporter: Exporter, compiled: Sequence[Compiled]
) -> list[dict[str, str]]:
    """Return files of one pipeline by artifact, in the order of their paths.

    Args:
        compiled: what the target gets today, whose paths show where a name stands in them.
    """
    forms = {form for item in compiled for form in _forms(exporter, item)}
    result: dict[str, dict[str, str]] = {}
    for path, text in sorted(files.items()):
        names = [match["name"] for form in forms if (match := re.fullmatch(form, path))]
        # The form with the most words of its own leaves the shortest name.
        result.setdefault(min(names, key=len, default=""), {})[path] = text
    return list(result.values())


def nearest(artifacts: Sequence[dict[str, str]], item: Compiled) -> dict[str, str]:
    """Return the artifact with the fewest other lines than today's; of several alike, the first.

    When one was made, neither it says nor a checkout of git.
    """
    lines = _lines(file.text for file in item.files)
    return min(artifacts, key=lambda files: len(lines ^ _lines(files.values())), default={})


def _lines(texts: Iterable[str]) -> set[str]:
    return {line for text in texts for line in text.splitlines()}


def _forms(exporter: Exporter, item: Compiled) -> Iterator[str]:
    """Yield a pattern for each path that a pipeline has or may have, with its name left open."""
    name = item.plan.name
    for path in (*(file.path for file in item.files), *companions(exporter, item.plan)):
        before, is_named, after = path.rpartition(name)
        if is_named:
            yield f"{re.escape(before)}(?P<name>[^/]+){re.escape(after)}"
