"""Which target a message speaks of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Target:
    """A target's names.

    Args:
        name: as the settings have it, in `targets.NAME`.
        title: as people have it.
        section: the one of its options that says where the project stands in an image, if that
            is no option itself.
    """

    name: str
    title: str
    section: str = ""

    def option(self, key: str) -> str:
        """Return where an option of the target stands in the settings."""
        return f"targets.{self.name}.{key}"

    def container_option(self, key: str) -> str:
        """Return where an option for the project in an image stands."""
        return self.option(f"{self.section}.{key}" if self.section else key)
