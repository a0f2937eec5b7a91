"""The blocks of Prefect that a flow loads by their names: secrets and webhooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan
from shipway_exporters.prefect.notifications import webhooks

# `prefect.client.schemas.actions`, BlockDocumentCreate.name.
_NAME = re.compile(r"[a-z0-9-]+")


def check_blocks(plan: Plan) -> None:
    """Check that Prefect can have a block of each name.

    Raises:
        UnsupportedError: it has no such names; one finding for each.
    """
    wrong = {(f.what, f.where): f for f in [*_webhooks(plan), *_secrets(plan)]}
    if wrong:
        raise UnsupportedError(*wrong.values())


def _webhooks(plan: Plan) -> Iterator[Finding]:
    for event in ("on_failure", "on_success"):
        for name in webhooks(plan.run, event):
            if not _NAME.fullmatch(name):
                yield _no_block(name, plan.run.places.get("notify"), "webhook")


def _secrets(plan: Plan) -> Iterator[Finding]:
    for task in plan.tasks:
        for variable, secret in sorted(task.settings.secrets.items()):
            if not _NAME.fullmatch(secret.name):
                place = task.settings.places.get(f"secrets.{variable}")
                yield _no_block(secret.name, place, "secret")


def _no_block(name: str, where: str | None, kind: str) -> Finding:
    return Finding(
        what=f"Prefect has no block called `{name}`: names are of lower-case letters, digits and "
        "dashes.",
        where=where,
        remedy=f"Give the {kind} another name.",
    )
