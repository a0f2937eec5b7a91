"""Names of which Airflow makes labels of pods, by which it finds them again.

What a label cannot hold it leaves out, and puts a hash at the end. Of a name without one letter
or digit of ASCII nothing is left in front of the hash, and no label begins with a hyphen.
Source: `airflow.providers.cncf.kubernetes.pod_generator`, make_safe_label_value; Kubernetes,
IsValidLabelValue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task

_SIGN = re.compile("[A-Za-z0-9]")


def check_names(plan: Plan, tasks: Iterable[Task]) -> None:
    """Check that Airflow can make labels of the names of a DAG and of its tasks in pods.

    Raises:
        UnsupportedError: it cannot; one finding for each name.
    """
    if findings := list(_findings(plan, tasks)):
        raise UnsupportedError(*findings)


def _findings(plan: Plan, tasks: Iterable[Task]) -> Iterator[Finding]:
    what = "Airflow labels a pod with the name `{}`, of which Kubernetes takes no sign."
    remedy = "a letter or digit of ASCII."
    if not _SIGN.search(plan.name):
        yield Finding(
            what=what.format(plan.name),
            where=plan.run.places.get("name", f"pipeline `{plan.pipeline}`"),
            remedy=f"Set a `name` for the pipeline, with {remedy}",
        )
    for task in tasks:
        if not _SIGN.search(task.name):
            yield Finding(
                what=what.format(task.name),
                where=f"`{task.label}` of the pipeline `{plan.pipeline}`",
                remedy=f"Give its node, tag or namespace a name with {remedy}",
            )
