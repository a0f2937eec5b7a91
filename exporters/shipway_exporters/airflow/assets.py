"""What an asset is called: the same in the DAG that writes it and in the one that it starts."""

from __future__ import annotations

from shipway.planner.naming import NameRules, assign, plain_part
from shipway.planner.plan import Plan

_SCOPES = NameRules(allowed=r"[A-Za-z0-9_-]", first=r"[A-Za-z0-9_]", longest=200)


def scope(plan: Plan) -> str:
    """Return what stands before the datasets of a project in one of its environments.

    Two environments keep their data apart, so a DAG of one starts none of the other.
    """
    if plan.env is None:
        return plan.project
    raw = f"{plan.project}  {plain_part(plan.env, _SCOPES)}"
    return assign([raw], _SCOPES)[raw]
