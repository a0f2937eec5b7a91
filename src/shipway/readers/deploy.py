"""Reads `deploy.yml` through the project's own config loader, where Kedro finds the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from shipway.errors import Finding, SettingsError
from shipway.readers.merge_clash import merge_clashes
from shipway.readers.source_lines import (
    describe,
    find_duplicate,
    find_mistake,
    find_tab,
    section_files,
    with_source,
)
from shipway.settings.source import SettingsSource, without_anchors

if TYPE_CHECKING:
    from kedro.config import AbstractConfigLoader

_NAMES = ("deploy.yml", "deploy.yaml")
_PATTERNS = (*_NAMES, *(f"**/{name}" for name in _NAMES))
"""As of the catalog (Kedro, `OmegaConfigLoader.config_patterns`), for these two names alone."""
_SETTINGS_FILES = ("yml", "yaml", "json")
_BASE = "base"
_SECTIONS = frozenset({"defaults", "pipelines", "jobs", "targets"})


def read_deploy(loader: AbstractConfigLoader, root: Path) -> SettingsSource:
    """Return `conf/<base>/deploy.yml` overlaid by `conf/<env>/deploy.yml`, key by key.

    They stand wherever Kedro finds a catalog: in these two folders, or below them. Interpolation
    (`${globals:…}`) works as in every other file of the configuration. No file at all gives empty
    settings.

    Raises:
        SettingsError: a file is no YAML, an interpolation fails, two files of one environment hold
            the same key, or a file stands where it would be ignored.
    """
    patterns = _deploy_patterns(loader)
    source = _load(loader, root)
    if patterns is None and source.values:
        return source  # a loader of the project's own, which finds them in its own way
    if patterns is None or patterns["deploy"] == list(_PATTERNS):
        _check_none_ignored(loader, root)
    return source


def settings_file(loader: AbstractConfigLoader) -> Path | None:
    """Return the file that holds the settings of every environment, or where one would be read.

    `None` for a configuration that is no folder.
    """
    base = _base(loader)
    _deploy_patterns(loader)
    if not base.is_dir():
        return None
    existing = [path for path in section_files(loader, "deploy") if path.is_relative_to(base)]
    inner = base / _BASE
    home = inner if base == Path(loader.conf_source) and inner.is_dir() else base
    return next(iter(existing), home / _NAMES[0])


def notes_of_unread(loader: AbstractConfigLoader, root: Path) -> Iterator[str]:
    """Yield what to note of settings that are not read, where that may be meant.

    One beside the configuration may be for `--settings`, and one in a folder called `base` that is
    not the base here may be of an environment of that name.
    """
    home = settings_file(loader)
    for path in _at_root(loader, root):
        where = f": {_shown(home, root)} is, or another that --settings names" if home else ""
        yield f"{_shown(path, root)} is not read{where}."
    for path in _in_other_base(loader):
        base = _base(loader).name
        yield f"{_shown(path, root)} is not read: the base of this configuration is `{base}`."


def _in_other_base(loader: AbstractConfigLoader) -> Iterator[Path]:
    read = set(section_files(loader, "deploy"))
    paths = (Path(loader.conf_source) / _BASE / name for name in _NAMES)
    if hasattr(loader, "base_env"):
        yield from (path for path in paths if path.is_file() and path not in read)


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _deploy_patterns(loader: AbstractConfigLoader) -> Any:
    """Let a loader that goes by patterns find the files; return all its patterns."""
    patterns: Any = getattr(loader, "config_patterns", None)
    if patterns is not None:
        patterns.setdefault("deploy", list(_PATTERNS))
        getattr(loader, "merge_strategy", {}).setdefault("deploy", "soft")
    return patterns


def _load(loader: AbstractConfigLoader, root: Path) -> SettingsSource:
    from kedro.config import MissingConfigException

    try:
        values = loader["deploy"]
    except (MissingConfigException, KeyError):
        return SettingsSource()
    except Exception as error:  # noqa: BLE001 - YAML and interpolation fail with many types
        if duplicate := find_duplicate(loader, root, "deploy", error):
            raise SettingsError(_twice(loader, *duplicate)) from None
        if clashes := merge_clashes(loader, root, "deploy", error):
            raise SettingsError(*clashes) from None
        where = find_mistake(loader, root, "deploy", error) or "deploy.yml"
        # Not from the error: what it quotes of the file may be a secret.
        what = find_tab(loader, root, "deploy") or describe(error, root)
        raise SettingsError(Finding(what=what, where=where)) from None
    return with_source(without_anchors(values), loader, root, "deploy")


def _twice(loader: AbstractConfigLoader, key: str, where: str) -> Finding:
    remedy = "Keep it in one of them."
    if not all(_environments(loader)):
        remedy = "Name `base_env` and `default_run_env` in CONFIG_LOADER_ARGS of settings.py: "
        remedy += "without them Kedro takes the whole configuration for one environment."
    what = f"`{key}` stands in two files that Kedro reads as one environment."
    return Finding(what=what, where=where, remedy=remedy)


def _check_none_ignored(loader: AbstractConfigLoader, root: Path) -> None:
    """Check that every `deploy.yml` is read, or is another environment's.

    Raises:
        SettingsError: with one finding for every other.
    """
    findings = [
        Finding(
            what=_reason(loader),
            where=_shown(path, root),
            remedy=_remedy(loader, root),
        )
        for path in _unread_files(loader)
    ]
    if findings:
        raise SettingsError(*findings)


def _unread_files(loader: AbstractConfigLoader) -> Iterator[Path]:
    """Yield the files that stand in no environment, or in one that their loader leaves them in."""
    conf, base = Path(loader.conf_source), _base(loader)
    read = set(section_files(loader, "deploy"))
    ours = [conf / env for env in _environments(loader)]
    for path in sorted({path for name in _NAMES for path in conf.rglob(name)} - read):
        is_above = path.parent in base.parents
        is_ours = any(path.is_relative_to(folder) for folder in ours)
        if not _is_hidden(path, conf) and (is_above or is_ours or _is_no_base(path, conf)):
            yield path


def _at_root(loader: AbstractConfigLoader, root: Path) -> Iterator[Path]:
    """Yield files beside the configuration that hold what Shipway reads; others' are theirs."""
    if Path(loader.conf_source) != root:
        yield from (path for name in _NAMES if _holds_settings(path := root / name))


def _holds_settings(path: Path) -> bool:
    """Tell whether a file has the sections of settings and no others."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
    return isinstance(document, dict) and _SECTIONS >= {*document} != set()


def _is_no_base(path: Path, conf: Path) -> bool:
    """Tell whether a file stands in `base`, which is not the base here and holds nothing else."""
    folder = conf / _BASE
    if not path.is_relative_to(folder):
        return False
    others = (other for ending in _SETTINGS_FILES for other in folder.rglob(f"*.{ending}"))
    return all(other.name in _NAMES for other in others)


def _is_hidden(path: Path, conf: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(conf).parts)


def _reason(loader: AbstractConfigLoader) -> str:
    who = "Kedro reads no such file here"
    if not hasattr(loader, "config_patterns"):
        who = "The project's own config loader does not read it"
    return f"{who}, so what it says would be ignored."


def _remedy(loader: AbstractConfigLoader, root: Path) -> str:
    home = settings_file(loader)
    if home is None or not hasattr(loader, "config_patterns"):
        return "Give it with --settings FILE."
    return f"Move what it holds to {_shown(home, root)}, or give it with --settings FILE."


def _base(loader: AbstractConfigLoader) -> Path:
    return Path(loader.conf_source) / _environments(loader)[0]


def _environments(loader: AbstractConfigLoader) -> tuple[str, str]:
    """Return the base and the environment of a run; an empty one is the whole configuration."""
    env = loader.env or getattr(loader, "default_run_env", "local")
    return str(getattr(loader, "base_env", _BASE)), str(env)
