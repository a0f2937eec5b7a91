"""Which target a message speaks of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Target:
    """A target's names.

    Args:
        name: as the settings have it, in `targets.NAME`.
        title: as people have it.
    """

    name: str
    title: str

    def option(self, key: str) -> str:
        """Return where an option of the target stands in the settings."""
        return f"targets.{self.name}.{key}"
