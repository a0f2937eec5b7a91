"""The last words of a task that failed: the node, its file and line, and the error."""

from __future__ import annotations

import inspect
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shipway.frames import own_frame, own_frame_of_text, relative
from shipway.runtime.job import Job
from shipway.runtime.kedro_internals import failed_node

_LINES = 3


def report(error: BaseException, job: Job, nodes: Sequence[Any]) -> str:
    """Return the traceback, and as the last thing where and why the task failed: 5 lines at most.

    Args:
        job: its project, a full path, may have gone by now; files of its package count wherever it
            is installed.
        nodes: those of Kedro that the task was running; none before it came so far.
    """
    trace = "".join(traceback.format_exception(error))
    causes = list(_causes(error))
    error = causes[-1]
    nodes_at_work = (failed_node(link) for link in reversed(causes))
    node = next(filter(None, nodes_at_work), None) or _by_function(error, nodes)
    what = f"the node `{node.name}` failed" if node else "failed"
    place = _place(error, node, job)
    lines = [
        f"shipway: task `{job.task or job.pipeline}`: {what}",
        *([f"  at {place}"] if place else []),
    ]
    return trace + "\n".join([*lines, *_error(error)])


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, and those behind it that `logging` could not write to a closed stream."""
    yield error
    while error.__context__ and _module_of(error) == "logging":
        error = error.__context__
        yield error


def _module_of(error: BaseException) -> str:
    frames = [
        frame.f_globals.get("__name__") for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
    return str(frames[-1]) if frames else ""


def _place(error: BaseException, node: Any | None, job: Job) -> str | None:
    """Return `file:line` of the user's own code: relative to the project, or as `package/file`."""
    folders = [(job.project, "")]
    folders += [(Path(path), f"{job.package}/") for path in _folders_of(job.package)]
    places = ((_place_in(folder, error, node), start) for folder, start in folders)
    return next((f"{start}{place}" for place, start in places if place), None)


def _folders_of(package: str) -> Sequence[str]:
    return list(getattr(sys.modules.get(package), "__path__", ()))


def _place_in(folder: Path, error: BaseException, node: Any | None) -> str | None:
    """An error from another process brings its traceback as text."""
    place = own_frame_of_text(_remote(error), folder) or own_frame(error, folder)
    return place or (_function(node, folder) if node else None)


def _remote(error: BaseException) -> str:
    """Source: Python, `concurrent.futures.process._RemoteTraceback`."""
    return str(error.__cause__) if type(error.__cause__).__name__ == "_RemoteTraceback" else ""


def _by_function(error: BaseException, nodes: Sequence[Any]) -> Any | None:
    """Return the node that failed in another process: the only one, or whose function it names."""
    text = _remote(error)
    matches = [node for node in nodes if text and (len(nodes) == 1 or _stands_in(text, node))]
    return matches[0] if len(matches) == 1 else None


def _stands_in(text: str, node: Any) -> bool:
    code = getattr(inspect.unwrap(node.func), "__code__", None)
    lines = (line for line in text.splitlines() if code and f'"{code.co_filename}"' in line)
    return any(line.endswith(f" in {code.co_name}") for line in lines if code)


def _function(node: Any, project: Path) -> str | None:
    """Where a node's function stands: its inputs did not load, or its outputs not save."""
    code = getattr(inspect.unwrap(node.func), "__code__", None)
    file = relative(code.co_filename, project) if code else None
    return f"{file}:{code.co_firstlineno}" if code and file else None


def _error(error: BaseException) -> list[str]:
    """Return the last lines of what Python says of an error."""
    text = "".join(traceback.format_exception_only(error)).rstrip()
    return [f"  {line.strip()}" for line in text.splitlines()[-_LINES:]]
