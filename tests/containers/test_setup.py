"""Where containers can run at all."""

from __future__ import annotations

import os

import pytest

from .podman import missing

pytestmark = pytest.mark.engine


def test_ci_has_containers() -> None:
    """Elsewhere the tests that need them are skipped; in CI nobody would notice."""
    reason = missing()
    assert not (reason and os.environ.get("CI") == "true"), f"CI must have containers: {reason}"
