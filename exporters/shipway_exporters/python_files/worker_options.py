"""The options of a target whose tasks are processes on a worker."""

from __future__ import annotations

from shipway.schemas.records import Field, Record
from shipway.settings.value_shapes import PATH, TEXT

_ROOT = Record({"env": Field(TEXT, "environment variable of the worker")}, "`root`")
ROOT = Field(
    _ROOT,
    "what names the folder that relative paths start from; default the environment variable "
    "<PACKAGE>_ROOT; without it, the working directory",
)
PYTHON = (
    "the project's Python, relative to the root; default the environment variable "
    "<PACKAGE>_PYTHON, else .venv/bin/python"
)
WORKER = {
    "project_dir": Field(PATH, "overrides `project_dir` of the settings"),
    "root": ROOT,
    "python": Field(PATH, PYTHON),
}
"""What `process_place.process_place` reads."""
