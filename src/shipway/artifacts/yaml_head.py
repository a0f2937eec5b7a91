"""What stands first in each artifact that is YAML: what it is of, and how it is made again."""

from __future__ import annotations

from shipway.artifacts.descriptions import export_command, title
from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.yaml_literals import comment
from shipway.planner.plan import Plan


def yaml_head(plan: Plan, target: str) -> dict[str, str]:
    """Return the names that a template has for it: `seal`, `title` and `command`."""
    return {
        "seal": seal_placeholder(),
        "title": comment(title(plan)),
        "command": comment(export_command(plan, target)),
    }
