"""Labels on a target that has tags alone: `key:value`."""

from __future__ import annotations

from collections.abc import Sequence

from shipway.planner.plan import Plan


def labels_among(tags: Sequence[str], plan: Plan) -> dict[str, str]:
    """Return the labels in tags `key:value`; both may hold a colon, so the plan says where it is.

    A tag that is none of the plan's labels stands as a key with an empty value.
    """
    labels = {key: value for key, value in plan.run.labels.items() if f"{key}:{value}" in tags}
    others = set(tags) - {f"{key}:{value}" for key, value in labels.items()}
    return {**labels, **dict.fromkeys(others, "")}


def labels_of(tags: Sequence[str]) -> dict[str, str]:
    """Return the labels in tags of which no plan tells where the key ends: at the first colon."""
    pairs = (tag.partition(":") for tag in sorted(tags))
    return {key: value for key, _, value in pairs}
