"""The set-up of the environments."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from scripts import dev


def test_no_environment_is_rebuilt_with_its_own_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`make` may be called by a developer who has activated one of them."""
    base = tmp_path / "base" / "python3.11"
    own = tmp_path / "envs" / "dev" / "bin"
    for folder in (base.parent, own):
        folder.mkdir(parents=True)
    base.touch()
    for name in ("python3", "python3.11"):
        (own / name).symlink_to(base)
    monkeypatch.setattr(dev, "ENVS", tmp_path / "envs")
    monkeypatch.setattr(sys, "executable", str(own / "python3"))
    monkeypatch.setenv("PATH", str(own))
    assert list(dev.candidates()) == [str(base)]
