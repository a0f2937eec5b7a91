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
from pathlib import Path
from typing import Any

import yaml

from shipway.runtime.log_config import has_rich, unwritable, with_plain, without

_CONFIG = Path(__file__).with_name("logging.yml")
_VARIABLE = "KEDRO_LOGGING_CONFIG"
_OF_PROJECT = "conf/logging"


def set_up(project: Path) -> None:
    """Let Kedro set up the project's logging, plain where no terminal shows it.

    Args:
        project: the folder that Kedro looks for `conf/logging.yml` in; the process goes there.
    """
    os.chdir(project)
    if sys.stdout.isatty():
        return
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    own = os.environ.get(_VARIABLE)
    _import_with_plain(own)
    file = own or _file_of_project()
    if file is None or _configure(_read(Path(file))):
        _capture_warnings()


def _import_with_plain(own: str | None) -> None:
    """The variable is for this process's import alone: what nodes start decides for itself."""
    os.environ[_VARIABLE] = str(_CONFIG)
    # It tells the name of this file, of which nobody need know.
    logging.disable(logging.INFO)
    import kedro.framework.project  # noqa: F401

    logging.disable(logging.NOTSET)
    del os.environ[_VARIABLE]
    if own:
        os.environ[_VARIABLE] = own


def _file_of_project() -> str | None:
    """Return the file that Kedro reads; the first releases know one ending alone."""
    from kedro.framework import project

    if find := getattr(project, "find_config_file", None):
        file = find(_OF_PROJECT)
        return file and str(file)
    return f"{_OF_PROJECT}.yml" if Path(f"{_OF_PROJECT}.yml").exists() else None


def _configure(config: dict[str, Any]) -> bool:
    """Set up logging as the project has it; return whether rich's handlers had to go."""
    from kedro.framework.project import LOGGING

    files = unwritable(config)
    config = without(config, files)
    is_rich = has_rich(config)
    LOGGING.configure(with_plain(config, _read(_CONFIG)) if is_rich else config)
    for file in files.values():
        text = "The log file %s cannot be written to here: its records go to the output alone."
        logging.getLogger(__name__).warning(text, file)
    return is_rich


def _read(file: Path) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return config


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
