"""Where a dataset stands, as text: in parts that can be compared, also where a run computes some.

A location is a path or a URL. A part that only a run computes stands in it as `${resolver:…}`, see
`shipway.model.computed_parts`.
"""

from __future__ import annotations

import re
from itertools import takewhile

from shipway.model import DatasetKind, computed_parts

Parts = tuple[str, ...]
"""The root (`.` for the project, `/`, or a scheme such as `s3:`), and each name below it.

A location that begins with what only a run computes has no root.
"""

_COMPUTATION = re.compile(r"\$\{[^{}]*\}")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")
_ONE_STORAGE = {"s3a": "s3", "s3n": "s3", "gcs": "gs", "abfss": "abfs", "az": "abfs"}
"""Schemes by which fsspec reaches one and the same storage. Source: `fsspec.registry`."""
_OF_DISK = ("file", "local")
"""Schemes of the machine's own disk. Source: `fsspec.implementations.local`, LocalFileSystem."""
_WITH_DEFAULT = ("oc.env", "runtime_params")
"""Resolvers whose second argument is a default, and which give one value all through a run."""
_NO_DEFAULT = ("", "…", "None", "null")
_HIDE = str.maketrans("/:", "\0\1")
_SHOW = str.maketrans("\0\1", "/:")
_ABOVE = "${..}"
"""Stands for the folders above the project, which only the machine knows."""


def parts_of(location: str) -> Parts:
    """Return the parts of a location in normal form: without `.`, `..` and doubled slashes.

    Of a chained URL (`simplecache::s3://…`) the last counts, which is where the data stands.
    """
    text = _without_slashes_inside(location).rpartition("::")[2]
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in _OF_DISK:
        name = scheme[1].lower()
        root, rest = f"{_ONE_STORAGE.get(name, name)}:", text[scheme.end() :]
    else:
        path = re.sub(rf"^({'|'.join(_OF_DISK)}):(//)?", "", text, flags=re.IGNORECASE)
        root, rest = ("/" if path.startswith("/") else "."), path
    names = _resolve(rest.split("/"))
    above = len(list(takewhile("..".__eq__, names))) if root == "." else 0
    if above:
        return (_ABOVE * above, *names[above:])
    if root == "." and names and _COMPUTATION.match(names[0]):
        return tuple(names)
    return (root, *names)


def path_of(parts: Parts) -> str:
    """Return the path that has these parts; one in the project is relative to it."""
    root, *names = parts
    if root.startswith(_ABOVE):
        return "/".join([".."] * root.count(_ABOVE) + names)
    if root == ".":
        return "/".join(names) or "."
    return "/" + "/".join(names) if root == "/" else "/".join(parts)


def normal(path: str) -> str:
    """Return a local path in normal form."""
    return path_of(parts_of(path))


def _last_url(location: str) -> str:
    """Return the last URL of a chain, where the data stands."""
    return _without_slashes_inside(location).rpartition("::")[2].translate(_SHOW)


def _without_slashes_inside(location: str) -> str:
    """Keep what a run computes in one part; its text may hold slashes and colons."""
    return _COMPUTATION.sub(lambda part: part[0].translate(_HIDE), location)


def _resolve(names: list[str]) -> list[str]:
    result: list[str] = []
    for name in names:
        if name in ("", "."):
            continue
        if name == ".." and result and result[-1] != ".." and not is_computed(result[-1]):
            result.pop()
        else:
            result.append(name.translate(_SHOW))
    return result


def is_computed(part: str) -> bool:
    """Tell whether only a run knows a part, or some of it."""
    return "${" in part


def is_one_value(part: str) -> bool:
    """Tell whether a part has one value all through a run: it is written out, or set from outside.

    A resolver of the project's own may give another value each time.
    """
    return all(
        interpolation == _ABOVE
        or (interpolation[2:].partition(":")[0] in _WITH_DEFAULT and "…" not in interpolation)
        for interpolation in computed_parts(part)
    )


def with_defaults(location: str) -> str:
    """Return a location in which each computed part that has a default stands as that."""
    return _COMPUTATION.sub(lambda part: _default(part[0]) or part[0], location)


def _default(interpolation: str) -> str | None:
    resolver, _, arguments = interpolation[2:-1].partition(":")
    default = arguments.partition(",")[2].strip() if resolver in _WITH_DEFAULT else ""
    return None if default in _NO_DEFAULT else default


def kind_of(location: str | None) -> DatasetKind:
    """Return what kind of dataset stands at a location, by its beginning.

    Where a computed part comes first, its default decides; without one nobody knows. Of a chained
    URL the last counts, as in `parts_of`; one without a scheme is a path (`fsspec.core._un_chain`).
    """
    if location is None:
        return "other"
    text = _last_url(with_defaults(location))
    if text.startswith("memory://"):  # fsspec's file system in this process's memory
        return "memory"
    if _COMPUTATION.match(text):
        return "other"
    if text.lower().startswith(tuple(f"{scheme}:" for scheme in _OF_DISK)):
        return "local"
    return "remote" if "://" in text or _SCHEME.match(text) else "local"


def overlap(one: Parts, other: Parts) -> bool | None:
    """Tell whether two places share files: one is the other, or lies in it.

    Returns:
        True where they surely do, `None` where they may, by what a run computes, False otherwise.
        They may where the texts can become alike and the name of the file, or of the folder that
        would hold the other, agrees.
    """
    same = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += 1
    if same == min(len(one), len(other)):
        return True if all(map(is_one_value, one[:same])) else None
    rest, other_rest = one[same:], other[same:]
    if not any(map(is_computed, (*rest, *other_rest))):
        # Alike so far only if what is computed has one value; names that differ are two files.
        return False
    may = _can_equal(rest, other_rest) or _can_hold(rest, other_rest) or _can_hold(other_rest, rest)
    return None if may else False


def _can_hold(folder: Parts, below: Parts) -> bool:
    last = folder[-1]
    is_name_open = is_computed(last) or last in below[:-1]
    return is_name_open and _can_equal((*folder, "${below}"), below)


def _can_equal(one: Parts, other: Parts) -> bool:
    left, right = _pieces(one), _pieces(other)
    if len(left) > 1 and len(right) > 1:
        heads, tails = (left[0], right[0]), (left[-1], right[-1])
        starts = heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])
        return starts and (tails[0].endswith(tails[1]) or tails[1].endswith(tails[0]))
    pieces, text = (left, right[0]) if len(left) > 1 else (right, left[0])
    return re.fullmatch(".*".join(map(re.escape, pieces)), text, re.DOTALL) is not None


def _pieces(parts: Parts) -> list[str]:
    """Return the literal texts around what is computed."""
    return _COMPUTATION.split("/".join(parts))
