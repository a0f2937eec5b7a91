"""What processes on a worker need there: see `shipway.targets.surroundings`."""

from __future__ import annotations

from shipway.targets.surroundings import Need, WorkerPython
from shipway_exporters.python_files.process_place import ProcessPlace
from shipway_exporters.values.worker_python import VENV


def python_of(place: ProcessPlace) -> WorkerPython:
    """Return where a worker finds the project's Python."""
    return WorkerPython(setting=place.python, variable=place.variable, default=VENV, in_path=True)


def root_of(place: ProcessPlace) -> Need:
    """Return the need of the variable with the root."""
    why = "the project's folder there, unless they start in it"
    return Need(f"the environment variable `{place.root}`", "each worker", why)
