"""What the tests of one target need: `make test TARGET=NAME`. Python's standard library alone."""

from __future__ import annotations

import difflib
import re

from scripts.environments import DEV, ROOT, TESTED, set_up, set_up_containers


def registered() -> list[str]:
    """The targets of this repository, as `pyproject.toml` registers them."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text.partition('[project.entry-points."shipway.exporters"]')[2].partition("\n[")[0]
    return re.findall(r"^([a-z]\w*) *=", section, re.MULTILINE)


def check(target: str) -> None:
    """Leave, with the nearest name, if there is no such target."""
    if target not in registered():
        close = difflib.get_close_matches(target, registered(), n=1)
        remedy = f"Did you mean `{close[0]}`?" if close else f"Known: {', '.join(registered())}."
        raise SystemExit(f"TARGET: there is no target `{target}`. {remedy}")


def set_up_for(target: str) -> dict[str, str]:
    """Set up the environments of a target; a test that needs another is skipped, and says why."""
    why = f"`make test TARGET={target}` sets up the environments of {target} alone"
    others = [env for env in TESTED if env != DEV and not env.serves(target)]
    missing = {f"SHIPWAY_ENV_{env.name.upper()}_MISSING": why for env in others}
    told = set_up(*(env for env in TESTED if env not in others)) | missing
    if runs_containers(target):
        return told | set_up_containers()
    return told | {"SHIPWAY_ENV_CONTAINERS_MISSING": why}


def runs_containers(target: str) -> bool:
    """Tell whether a test of the target asks for containers."""
    files = (ROOT / "tests" / "engines" / target).glob("*.py")
    return any(re.search(r"podman|docker_socket|kubernetes_api", f.read_text()) for f in files)
