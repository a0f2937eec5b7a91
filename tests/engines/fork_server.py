"""Runs tasks in forks of one process that has imported what they all need."""

from __future__ import annotations

import sys
from typing import Any

from tests.engines.fork_loop import serve


def _prepare() -> None:
    import kedro.config
    import kedro.io
    import kedro.pipeline  # noqa: F401
    import omegaconf  # noqa: F401
    import yaml  # noqa: F401

    # As the framework is imported, it sets logging up from the folder where it stands.
    assert "kedro.framework.project" not in sys.modules


def _run(request: dict[str, Any]) -> int:
    # `python -m` has the folder where it starts at the head of its path.
    sys.path[0] = request["folder"]
    from shipway.runtime.main import main as run_task

    return run_task(request["words"][1:])


if __name__ == "__main__":
    serve(_prepare, _run)
