"""A project's own logging configuration, made fit for a task.

It is what `logging.config.dictConfig` takes. A handler of rich's makes a table of 80 columns where
nobody sees one; and one that writes to a file cannot where a task's user may not, as in an image
that holds the project: each record would then be a traceback.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

_RICH = ("kedro.logging.RichHandler", "rich.logging.RichHandler")


def has_rich(config: Mapping[str, Any]) -> bool:
    """Tell whether a configuration has a handler of rich's."""
    return any(handler.get("class") in _RICH for handler in _handlers(config).values())


def with_plain(config: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration whose handlers of rich's are plain ones, with level and filters.

    Args:
        plain: a configuration with a handler and a formatter, both called `shipway`.
    """
    formatters = {**config.get("formatters", {}), **plain["formatters"]}
    handlers = {
        name: _plain(handler, plain["handlers"]["shipway"])
        if handler.get("class") in _RICH
        else handler
        for name, handler in _handlers(config).items()
    }
    return {**config, "formatters": formatters, "handlers": handlers}


def unwritable(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the handlers whose file this process cannot write to, with the file's name."""
    return {name: file for name, file in _files(config) if not _is_writable(Path(file))}


def without(config: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return a configuration without some handlers."""
    result = dict(config)
    result["handlers"] = {k: v for k, v in _handlers(config).items() if k not in names}
    if "root" in config:
        result["root"] = _without(config["root"], names)
    if "loggers" in config:
        result["loggers"] = {k: _without(v, names) for k, v in config["loggers"].items()}
    return result


def _handlers(config: Mapping[str, Any]) -> Mapping[str, Any]:
    handlers: Mapping[str, Any] = config.get("handlers") or {}
    return handlers


def _plain(handler: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    common = {key: handler[key] for key in ("level", "filters") if key in handler}
    return {**common, **plain}


def _files(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, handler in _handlers(config).items():
        if isinstance(file := handler.get("filename"), str):
            yield name, file


def _is_writable(file: Path) -> bool:
    # A folder that is not there is the project's own mistake, which `kedro run` shows as well.
    if not file.parent.is_dir():
        return True
    try:
        with file.open("a"):
            return True
    except OSError:
        return False


def _without(logger: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    if "handlers" not in logger:
        return dict(logger)
    return {**logger, "handlers": [name for name in logger["handlers"] if name not in names]}
