"""The older plan that `shipway plan --diff` compares with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from shipway.errors import Finding, ShipwayError, UsageError
from shipway.model import Json, Project
from shipway.planner.plan import Plan, plain
from shipway.views.older import OlderTask, older_tasks


def read_older(
    file: Path, plan: Callable[[Project, str], Plan], registered: Callable[[str], str]
) -> Callable[[str], tuple[OlderTask, ...]]:
    """Return the older tasks of a pipeline or a job by its name; none where it did not exist.

    Args:
        file: what `shipway plan --format json` or `shipway snapshot` has written.
        plan: how to plan a pipeline or a job of a snapshot.
        registered: the pipeline that is meant by its own name, or by that of a job.

    Raises:
        UsageError: the file is neither.
        ProjectError: it is a snapshot that cannot be read.
    """
    document = _document(file)
    if "plans" not in document:
        return _of_snapshot(file, plan, registered)
    try:
        tasks = {
            item.get("job") or item["pipeline"]: older_tasks(item) for item in document["plans"]
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise _refusal(file, "The plan in this file is not whole") from error
    return lambda name: tasks.get(name, ())


def _of_snapshot(
    file: Path, plan: Callable[[Project, str], Plan], registered: Callable[[str], str]
) -> Callable[[str], tuple[OlderTask, ...]]:
    from shipway.readers.snapshot import load

    project = load(file)

    def tasks(name: str) -> tuple[OlderTask, ...]:
        if registered(name) not in project.pipeline_by_name:
            return ()
        try:
            return older_tasks(plain(plan(project, name)))
        except ShipwayError as error:
            what = "The older project cannot be planned with the settings of today"
            raise _refusal(file, f"{what}: {error.findings[0].what.rstrip('.')}") from error

    return tasks


def _document(file: Path) -> Mapping[str, Json]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _refusal(file, f"It cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _refusal(file, "This is not JSON") from error
    if not isinstance(document, dict) or not {"plans", "shipway_snapshot"} & document.keys():
        raise _refusal(file, "This is neither a plan nor a snapshot")
    return document


def _refusal(file: Path, what: str) -> UsageError:
    return UsageError(
        Finding(
            what=f"{what}.",
            where=f"--diff {file.as_posix()}",
            remedy="Give a file that `shipway plan --format json -o FILE` or `shipway snapshot -o "
            "FILE` has written.",
        )
    )
