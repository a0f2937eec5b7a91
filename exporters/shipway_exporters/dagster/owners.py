"""Owners of assets: addresses of one form, or teams."""

from __future__ import annotations

import re

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan

# What `is_valid_email` takes (dagster, `_core/utils.py`): no quoted name, one address, ASCII.
_ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._%+-]*@[A-Za-z0-9.-]+\.[A-Za-z]{2,7}")
_TEAM = "team:"


def owner_of(owner: str) -> str:
    """Return an owner as Dagster takes it: an address, or a team."""
    return owner if is_address(owner) or owner.startswith(_TEAM) else _TEAM + owner


def is_address(text: str) -> bool:
    """Tell whether Dagster takes a text for an address."""
    return _ADDRESS.fullmatch(text) is not None


def owner_in(text: str, planned: str | None) -> str:
    """Return what the settings call an owner in a file: a team with its prefix or without."""
    return planned if planned and owner_of(planned) == text else text.removeprefix(_TEAM)


def check_owner(plan: Plan) -> None:
    """Check that an owner is a team or one address.

    Raises:
        UnsupportedError: Dagster would not load a file with it.
    """
    owner = plan.run.owner
    if owner and (owner == _TEAM or ("@" in owner and not is_address(owner))):
        raise UnsupportedError(
            Finding(
                what=f"Dagster takes {owner!r} for no owner.",
                where=plan.run.places.get("owner", "owner"),
                remedy="Write one address, such as `ann@acme.example`, or a team's name, "
                "without `@`.",
            )
        )
