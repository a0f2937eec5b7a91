"""The labels of a run, among them its owner: Google Cloud knows no other place for one."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.errors import Finding
from shipway.planner.plan import Plan
from shipway_exporters.kubeflow.vertex.names import (
    LONGEST_LABEL,
    MOST_LABELS,
    is_label_key,
    is_label_value,
)

OWNER = "owner"
_VALUE = f"small letters, digits, `-` and `_`, with {LONGEST_LABEL} characters at most"


def labels_of(plan: Plan) -> dict[str, str]:
    """Return the labels that a run of the pipeline has."""
    owner = {OWNER: plan.run.owner} if plan.run.owner else {}
    return dict(sorted({**plan.run.labels, **owner}.items()))


def label_faults(plan: Plan) -> Iterator[Finding]:
    """Yield what Google Cloud refuses of them."""
    where, labels = plan.run.places.get("labels"), plan.run.labels
    for key, value in labels.items():
        if not (is_label_key(key) and is_label_value(value)):
            remedy = f"Write it in {_VALUE}, and a key with a letter first."
            what = f"Google Cloud takes no label `{key}: {value}`."
            yield Finding(what=what, where=where, remedy=remedy)
    if len(labels_of(plan)) > MOST_LABELS:
        what = f"A run has {MOST_LABELS} labels at most, not {len(labels_of(plan))}."
        yield Finding(what=what, where=where, remedy="Leave some of them out.")
    yield from _owner_faults(plan)


def _owner_faults(plan: Plan) -> Iterator[Finding]:
    owner, where = plan.run.owner, plan.run.places.get("owner")
    if owner and not is_label_value(owner):
        yield Finding(
            what=f"On Google Cloud the owner is a label, and none can be `{owner}`.",
            where=where,
            remedy=f"Write it in {_VALUE}.",
        )
    if owner and OWNER in plan.run.labels:
        yield Finding(
            what=f"The label `{OWNER}` of a run is the pipeline's `owner`.",
            where=f"{plan.run.places.get('labels')} and {where}",
            remedy="Leave one of them out, or call the label otherwise.",
        )
