"""Where a value, or a mistake, stands in the files of a project's configuration."""

from __future__ import annotations

import io
import re
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from shipway.frames import summary
from shipway.readers.failed_interpolations import words_of
from shipway.secrecy import without_quotes
from shipway.settings.source import (
    Path_,
    SettingsSource,
    find_places,
    source_of,
    what_of_tab,
)

if TYPE_CHECKING:
    from kedro.config import AbstractConfigLoader

_SUFFIXES = (".yml", ".yaml", ".json")
_DUPLICATES = re.compile(r"Duplicate keys found in (?P<files>.+): (?P<key>[^,\n]+)")


def all_places(loader: AbstractConfigLoader, root: Path, section: str) -> dict[Path_, str]:
    """Return the `file:line` of every value of a section, the environment's over the base's."""
    places: dict[Path_, str] = {}
    for file, text in texts_of(loader, root, section):
        places |= find_places(text, file)
    return places


def with_source(
    values: Mapping[str, Any], loader: AbstractConfigLoader, root: Path, section: str
) -> SettingsSource:
    """Return the values of a section with where they stand, each file read once."""
    return source_of(values, texts_of(loader, root, section))


def find_entry(loader: AbstractConfigLoader, root: Path, section: str, key: str) -> str | None:
    """Return the `file:line` of a top-level key, the environment's before the base's."""
    place = None
    for file, text in texts_of(loader, root, section):
        place = find_places(text, file).get((key,), place)
    return place


def find_mistake(
    loader: AbstractConfigLoader, root: Path, section: str, error: BaseException
) -> str | None:
    """Return the `file:line` of what made reading a section fail, if it can be told."""
    files = list(texts_of(loader, root, section))
    for file, text in files:
        if line := _broken_line(text):
            return f"{file}:{line}"
    if duplicate := find_duplicate(loader, root, section, error):
        return duplicate[1]
    if full_key := getattr(error, "full_key", None):  # an interpolation that fails
        return SettingsSource(places=all_places(loader, root, section)).place(
            tuple(str(full_key).split("."))
        )
    return None


def find_tab(loader: AbstractConfigLoader, root: Path, section: str) -> str | None:
    """Return what to say of a tab by which a file of a section is no YAML."""
    for _file, text in texts_of(loader, root, section):
        if (line := _broken_line(text)) and (what := what_of_tab(text, line)):
            return what
    return None


def has_files(loader: AbstractConfigLoader, root: Path, section: str) -> bool:
    """Tell whether any file of a folder holds a section; archives and hooks have no such files."""
    is_folder = Path(loader.conf_source).is_dir() and section not in loader.data
    return not is_folder or any(True for _ in texts_of(loader, root, section))


def find_duplicate(
    loader: AbstractConfigLoader, root: Path, section: str, error: BaseException
) -> tuple[str, str] | None:
    """Return a key that two files of one environment hold, and the `file:line` of both.

    Source: Kedro, `OmegaConfigLoader._check_duplicates`.
    """
    duplicate = _DUPLICATES.search(str(error))
    if duplicate is None:
        return None
    key = duplicate["key"].strip()
    lines = [
        place
        for file, text in texts_of(loader, root, section)
        if file in duplicate["files"] and (place := find_places(text, file).get((key,)))
    ]
    return (key, ", ".join(lines)) if lines else None


def describe(error: BaseException, root: Path) -> str:
    """Return what is wrong on one line; Kedro counts the lines of broken YAML from nought."""
    if _is_of_yaml(error):
        return "A value is not of the type that its YAML tag names."
    for link in (error.__cause__, error):
        if isinstance(link, yaml.MarkedYAMLError) and link.problem:
            return f"This is not valid YAML: {without_quotes(link.problem)}."
    return words_of(error) or summary(error, root)


def _is_of_yaml(error: BaseException) -> bool:
    """Tell whether a parser of YAML has failed at a value, which its message would quote."""
    frames = traceback.walk_tb(error.__traceback__)
    inner = [str(frame.f_globals.get("__name__")) for frame, _ in frames]
    return isinstance(error, ValueError) and bool(inner) and inner[-1].startswith("yaml.")


def section_files(loader: AbstractConfigLoader, section: str) -> Iterator[Path]:
    """Yield the files that Kedro reads for a section, base first; those of an archive have none.

    Without a name, an environment is the whole configuration (Kedro,
    `OmegaConfigLoader.load_and_merge_dir_config`): a file may then be of the base and of the run.
    """
    env = loader.env or getattr(loader, "default_run_env", "local")
    patterns = getattr(loader, "config_patterns", {}).get(section, ())
    globs = [f"{p}/*" if p.endswith("**") else p for p in patterns]
    conf = Path(loader.conf_source)
    for folder in dict.fromkeys((getattr(loader, "base_env", "base"), env)):
        paths = {path for glob in globs for path in (conf / str(folder)).glob(glob)}
        for path in sorted(paths):
            if path.suffix in _SUFFIXES and path.is_file() and not _is_hidden(loader, path):
                yield path


def texts_of(loader: AbstractConfigLoader, root: Path, section: str) -> Iterator[tuple[str, str]]:
    """Yield each file of a section, base first: its name from the project on, and its text."""
    for path in section_files(loader, section):
        name = path.relative_to(root) if path.is_relative_to(root) else path
        yield name.as_posix(), path.read_text(encoding="utf-8", errors="replace")


def _is_hidden(loader: AbstractConfigLoader, path: Path) -> bool:
    parts = path.relative_to(loader.conf_source).parts
    return getattr(loader, "ignore_hidden", True) and any(part[0] == "." for part in parts)


def _broken_line(text: str) -> int | None:
    from omegaconf import OmegaConf

    try:
        OmegaConf.load(io.StringIO(text))  # as Kedro does: a key written twice is an error
    except yaml.MarkedYAMLError as error:
        return error.problem_mark.line + 1 if error.problem_mark else None
    except Exception:  # noqa: BLE001 - only a place is looked for
        return None
    return None
