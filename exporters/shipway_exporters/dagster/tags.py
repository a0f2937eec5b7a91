"""Kedro's tags as tags of assets, and labels as tags of runs."""

from __future__ import annotations

import re

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task

# VALID_TAG_KEY_REGEX of `dagster._utils.tags`.
_KEY = re.compile(r"([A-Za-z0-9_.-]{1,63}/)?[A-Za-z0-9_.-]{1,63}")
PIPELINE = "kedro/pipeline"
"""The tag by which an instance can limit the runs of one pipeline."""


def tags_of(task: Task) -> dict[str, str]:
    """Return the tags of a task's nodes, by which assets can be selected."""
    return {tag: "" for tag in _tags(task) if _is_own(tag)}


def odd_tags_of(task: Task) -> list[str]:
    """Return those that Dagster takes for none; they are shown with what else is known."""
    return [tag for tag in _tags(task) if not _is_own(tag)]


def _tags(task: Task) -> list[str]:
    return sorted({tag for node in task.nodes for tag in node.tags})


def _is_own(tag: str) -> bool:
    return is_key(tag) and not tag.startswith("dagster/")


def run_tags(plan: Plan) -> dict[str, str]:
    """Return the tags of a pipeline's runs."""
    return {PIPELINE: plan.name, **plan.run.labels, **plan.options.get("tags", {})}


def is_key(text: str) -> bool:
    """Tell whether Dagster takes a text for the key of a tag."""
    return _KEY.fullmatch(text) is not None


def check_labels(plan: Plan) -> None:
    """Check that labels can be tags.

    Raises:
        UnsupportedError: Dagster takes one for no tag, or for one of its own.
    """
    places = {key: plan.run.places.get("labels", "labels") for key in plan.run.labels}
    places |= dict.fromkeys(plan.options.get("tags", {}), "targets.dagster.tags")
    findings = [
        Finding(
            what=f"Dagster takes {key!r} for no tag of its runs.",
            where=f"{place}.{key}",
            remedy="Write letters, digits, `_`, `-` and `.`, 63 at most, with one `/` at most.",
        )
        for key, place in places.items()
        if not is_key(key) or key == PIPELINE
    ]
    if findings:
        raise UnsupportedError(*findings)
