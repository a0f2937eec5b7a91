"""The project's Python where tasks run on a worker: whether it is there, and has what they need."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from shipway import __version__
from shipway.doctor.result import Result, note, ok
from shipway.doctor.subject import TargetSubject
from shipway.targets.surroundings import KnowsSurroundings, WorkerPython

_SECONDS = 60
_QUESTION = """\
import importlib.metadata, importlib.util, json, platform
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
names = ("shipway", "kedro")
found = {name: version(name) if importlib.util.find_spec(name) else None for name in names}
print(json.dumps({"python": platform.python_version(), **found}))
"""


def check_python(subject: TargetSubject) -> Iterator[Result]:
    """Start the Python as a worker would that has the project here, and ask what it has."""
    runs = {plan.run.run_with for plan in subject.plans}
    for place in dict.fromkeys(_places(subject)):
        path, why = _path(place, subject.root)
        where = f"{path} ({why})"
        if shutil.which(path) is None:
            yield _missing(place, where, subject)
        elif answer := _ask(path):
            yield from _versions(answer, where, needs_shipway=runs != {"kedro"})
        else:
            what = "It does not start, or prints something else than it is asked for."
            yield Result(check="python", level="problem", what=what, where=where)


def _places(subject: TargetSubject) -> Iterator[WorkerPython]:
    if isinstance(subject.exporter, KnowsSurroundings):
        for plan in subject.plans:
            if place := subject.exporter.surroundings(plan).python:
                yield place


def _path(place: WorkerPython, root: Path) -> tuple[str, str]:
    """Return the path of the Python, if this were the worker, and what names it."""
    variable = os.environ.get(place.variable)
    if place.setting and place.in_path and "/" not in place.setting:
        return place.setting, "the setting `python`"
    if place.setting:
        return str(root / place.setting), "the setting `python`"
    if variable:
        is_name = "/" not in variable and os.sep not in variable
        return variable if is_name else str(root / variable), f"the variable {place.variable}"
    return str(root / place.default), "the default"


def _missing(place: WorkerPython, where: str, subject: TargetSubject) -> Result:
    remedy = (
        f"Set targets.{subject.exporter.name}.python, or {place.variable} in the worker's "
        f"environment, or have {place.default} in the project's folder."
    )
    what = "There is no such Python here, so that tasks would end at once."
    if place.setting and place.setting.startswith("/"):
        return note("python", "It is not on this machine; each worker must have it.", where)
    return Result(check="python", level="problem", what=what, where=where, remedy=remedy)


def _ask(path: str) -> Mapping[str, str | None] | None:
    try:
        process = subprocess.run(
            [path, "-B", "-c", _QUESTION],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        answer: Mapping[str, str | None] = json.loads(process.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return answer


def _remedy(name: str, python: str) -> str:
    if name == "shipway":
        return f"Install this Shipway there, as you have here: {python} -m pip install …"
    return "Is it the Python of the project's environment, which has Kedro and what else it needs?"


def _versions(
    answer: Mapping[str, str | None], where: str, needs_shipway: bool
) -> Iterator[Result]:
    needed = ("kedro", "shipway") if needs_shipway else ("kedro",)
    missing = [name for name in needed if not answer[name]]
    for name in missing:
        remedy = _remedy(name, where.partition(" (")[0])
        what = f"It has no {name.capitalize()}, so that every task would fail."
        yield Result(check="python", level="problem", what=what, where=where, remedy=remedy)
    if needs_shipway and answer["shipway"] not in (None, __version__):
        what = f"It has Shipway {answer['shipway']}, and this is {__version__}."
        yield note("python", what, where, "Install the same there, or export with that one.")
    if not missing:
        pairs = (f"{name.capitalize()} {version}" for name, version in answer.items() if version)
        yield ok("python", f"{where}: {', '.join(pairs)}.")
