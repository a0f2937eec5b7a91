"""Logs for an orchestrator to keep: a record a line, with its level first.

Kedro reads its logging configuration as it is imported: that of `KEDRO_LOGGING_CONFIG`, else the
project's `conf/logging.yml`, else its own (`kedro.framework.project._ProjectLogging`). Its own, and
any handler of rich's, makes a table of 80 columns where nobody sees one.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_CONFIG = Path(__file__).with_name("logging.yml")
_VARIABLE = "KEDRO_LOGGING_CONFIG"
_RICH = ("kedro.logging.RichHandler", "rich.logging.RichHandler")


def set_up(project: Path) -> None:
    """Let Kedro set up the project's logging, plain where no terminal shows it.

    Args:
        project: the folder that Kedro looks for `conf/logging.yml` in; the process goes there.
    """
    os.chdir(project)
    if sys.stdout.isatty():
        return
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    if os.environ.get(_VARIABLE) or any(Path("conf").glob("logging.y*ml")):
        _replace_rich()
    else:
        _import_with_plain()
        _capture_warnings()


def _import_with_plain() -> None:
    """The variable is for this process's import alone: what nodes start decides for itself."""
    os.environ[_VARIABLE] = str(_CONFIG)
    import kedro.framework.project  # noqa: F401

    del os.environ[_VARIABLE]


def _replace_rich() -> None:
    from kedro.framework.project import LOGGING

    config: Mapping[str, Any] = LOGGING.data
    handlers = {name: _plain(handler) for name, handler in config.get("handlers", {}).items()}
    if handlers != config.get("handlers", {}):
        formatters = {**config.get("formatters", {}), **_own("formatters")}
        LOGGING.configure({**config, "formatters": formatters, "handlers": handlers})
        sys.excepthook = sys.__excepthook__  # rich's handler has set its own, which wraps as well
        _capture_warnings()


def _plain(handler: Mapping[str, Any]) -> dict[str, Any]:
    if handler.get("class") not in _RICH:
        return dict(handler)
    common = {key: handler[key] for key in ("level", "filters") if key in handler}
    return {**common, **_own("handlers")["shipway"]}


def _own(section: str) -> dict[str, Any]:
    config: dict[str, dict[str, Any]] = yaml.safe_load(_CONFIG.read_text(encoding="utf-8"))
    return config[section]


def _capture_warnings() -> None:
    """Kedro's handler does so, too. Python would add the line of code, on a line of its own."""
    warnings.formatwarning = _one_line
    logging.captureWarnings(True)


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,  # noqa: ARG001 - `logging` gives it
) -> str:
    return f"{filename}:{lineno}: {category.__name__}: {' '.join(str(message).split())}"
