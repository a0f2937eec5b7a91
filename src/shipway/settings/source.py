"""Raw settings with the file and line that each value came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from shipway.errors import Finding, SettingsError
from shipway.secrecy import without_quotes
from shipway.settings.job_overlays import mixed, overruled, without
from shipway.settings.misread_numbers import misread_numbers

Path_ = tuple["str | int", ...]
"""Where a value stands in the settings: keys and list positions from the top."""


@dataclass(frozen=True, kw_only=True)
class SettingsSource:
    """Nested values as written, and the `file:line` of each.

    Args:
        values: the settings, base and environment merged.
        places: `file:line` by path.
        overrides_read: what of `--params` they are made of; dotted names.
        misread: what is wrong with numbers that are spelled unlike numbers.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[Path_, str] = field(default_factory=dict)
    overrides_read: frozenset[str] = frozenset()
    misread: tuple[Finding, ...] = ()

    def place(self, path: Path_) -> str:
        """Return `file:line: dotted.path`, the line being that of the nearest known ancestor."""
        name = ".".join(str(part) for part in path)
        # From the value outwards: an interpolated one has no line of its own.
        for end in range(len(path), -1, -1):
            if path[:end] in self.places:
                return f"{self.places[path[:end]]}: {name}"
        return name or "the settings"


def read_files(files: Sequence[Path]) -> SettingsSource:
    """Read plain YAML files, each one overlaying those before it, key by key.

    Raises:
        SettingsError: a file is missing, is no YAML, repeats a key, or interpolates.
    """
    values: Any = {}
    texts: list[tuple[str, str]] = []
    for file in files:
        texts.append((file.as_posix(), _read(file)))
        document = _load(texts[-1][1], file.as_posix())
        _refuse_mixed(values, document, texts)
        values = overlay(values, document)
    source = source_of(values, texts)
    _refuse_interpolation(values, source.places)
    return source


def _refuse_mixed(
    values: Any, document: Mapping[str, Any], texts: Sequence[tuple[str, str]]
) -> None:
    """Refuse a list of nodes that would take the place of settings, and the reverse.

    Raises:
        SettingsError: one finding for each, with the places of both.
    """
    findings = []
    for path in mixed(values, document):
        *earlier, later = [p for file in texts if (p := find_places(file[1], file[0]).get(path))]
        what = f"`{path[-1]}` of the job chooses nodes in one file and sets something in another."
        remedy = f"Write both in one file; the other is {earlier[-1]}."
        place = f"{later}: {'.'.join(path)}"
        findings.append(Finding(what=what, where=place, remedy=remedy))
    if findings:
        raise SettingsError(*findings)


def source_of(values: Mapping[str, Any], texts: Iterable[tuple[str, str]]) -> SettingsSource:
    """Return values with what the files say that they come from, each composed once.

    Args:
        texts: the name and the text of each file, later ones over earlier ones.
    """
    by_file: list[dict[Path_, str]] = []
    misread: list[Finding] = []
    for file, text in texts:
        root = _compose(text)
        by_file.append(dict(_places((), root, file)) if root else {})
        misread += misread_numbers(root, file)
    gone = set(overruled(values, by_file))
    places = {path: place for places in by_file for path, place in places.items()}
    return SettingsSource(
        values=without(values, gone),
        places={path: place for path, place in places.items() if path not in gone},
        misread=tuple(misread),
    )


def overlay(below: Any, above: Any) -> Any:
    """Return `above` laid over `below`: mappings key by key, everything else as a whole."""
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return above
    result = dict(below)
    for key, value in above.items():
        result[key] = overlay(result[key], value) if key in result else value
    return result


_MOST = 1_000_000
"""Values that a file may hold; a few lines of aliases can stand for more than any memory holds."""


def find_places(text: str, file: str) -> dict[Path_, str]:
    """Return the `file:line` of every value of a YAML document."""
    root = _compose(text)
    return dict(_places((), root, file)) if root else {}


def _compose(text: str) -> yaml.Node | None:
    """Nodes know their marks; the values that are made of them do not."""
    root: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return root


def _places(path: Path_, node: yaml.Node, file: str) -> Iterator[tuple[Path_, str]]:
    yield path, f"{file}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner_path = (*path, str(key.value))
            yield from _places(inner_path, value, file)
            yield inner_path, f"{file}:{key.start_mark.line + 1}"
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _places((*path, index), item, file)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(
            Finding(what=f"The settings cannot be read: {reason}.", where=file.as_posix())
        ) from error


def _load(text: str, file: str) -> Mapping[str, Any]:
    try:
        document = yaml.load(text, Loader=_StrictLoader)
    except RecursionError as error:
        raise SettingsError(
            Finding(what="The settings are nested too deeply.", where=file)
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or type(error).__name__
        tab = what_of_tab(text, mark.line + 1) if mark else None
        raise SettingsError(
            Finding(
                what=tab or f"This is not valid YAML: {without_quotes(problem)}.",
                where=f"{file}:{mark.line + 1}" if mark else file,
            )
        ) from None  # the error quotes the line, which may hold a secret
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise SettingsError(
            Finding(what="Settings must be a mapping at the top level.", where=file)
        )
    if _size(document, {}) > _MOST:
        what = f"With aliases expanded, the settings hold more than {_MOST:,} values."
        raise SettingsError(
            Finding(what=what, where=file, remedy="Use fewer `*alias` repetitions.")
        )
    return without_anchors(document)


def without_anchors(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings without the keys at the top that hold what YAML anchors are for.

    Kedro's loader drops `_…` by itself (OmegaConfigLoader); `x-…` is what Compose calls them.
    """
    return {key: item for key, item in document.items() if not str(key).startswith(("_", "x-"))}


def what_of_tab(text: str, line: int) -> str | None:
    """Return what to say of a line that YAML cannot read for its tab; `None` if it has none."""
    content = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
    column = content.find("\t") + 1
    # In a text a tab is fine (YAML 1.2, section 6.1): only before the first word it is not.
    if not column or content[:column].strip(" -\t"):
        return None
    return f"A tab stands in column {column}, and YAML is indented with spaces alone."


def _size(value: Any, sizes: dict[int, int]) -> int:
    """Return how many values there are, were each alias written out."""
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in sizes:
        sizes[id(value)] = _MOST  # for one that holds itself
        items = value.values() if isinstance(value, dict) else value
        sizes[id(value)] = 1 + sum(_size(item, sizes) for item in items)
    return sizes[id(value)]


class _StrictLoader(yaml.SafeLoader):
    """A safe loader for which a key written twice is an error.

    Dates stay text and `1e-3` is a number, as with Kedro's loader (OmegaConf, `get_yaml_loader`).
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - as in the class above
        start: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(":timestamp")]
        for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, TypeError, KeyError, AttributeError) as error:  # `!!int x`, `0x_`
            kind = node.tag.rpartition(":")[2]
            raise yaml.constructor.ConstructorError(
                None, None, f"this is no {kind}", node.start_mark
            ) from error


_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)


def _strict_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys: set[str] = set()
    for key, _value in node.value:
        # `<<` may stand twice, since each merges a mapping of its own.
        if key.tag != "tag:yaml.org,2002:merge" and str(key.value) in keys:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key `{key.value}` is written twice", key.start_mark
            )
        keys.add(str(key.value))
    # After the check: this puts the merged keys in front, and those may be written again.
    loader.flatten_mapping(node)
    return {
        loader.construct_object(key, deep=True): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _strict_mapping)


def _refuse_interpolation(values: Any, places: Mapping[Path_, str]) -> None:
    findings = [
        Finding(
            what="Kedro would interpolate this value, but it does not read this file.",
            where=places.get(path, ".".join(map(str, path))),
            remedy="Write the value out, or keep the settings in conf/<env>/deploy.yml.",
        )
        for path, text in _texts((), values)
        if "${" in text
    ]
    if findings:
        raise SettingsError(*findings)


def _texts(path: Path_, value: Any) -> Iterator[tuple[Path_, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts((*path, str(key)), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts((*path, index), item)
