"""What `kedro run` makes of a project, many runs in one process; see `kedro_runs.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from shipway.model import Json
from tests.projects import KedroProject

_SCRIPT = Path(__file__).with_name("kedro_runs.py")
_NUMBERS = count()


@dataclass(frozen=True, kw_only=True)
class KedroRun:
    """A command line for `kedro`.

    Args:
        env: environment variables of this run alone.
        fails: whether it must fail.
    """

    words: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    fails: bool = False


def run_by_kedro(project: KedroProject, runs: Sequence[KedroRun], **env: str) -> None:
    """Run all, one after the other."""
    file = project.write("runs.json", json.dumps([asdict(run) for run in runs]))
    process = project.run("python", str(_SCRIPT), str(file), **env)
    assert process.returncode == 0, process.stdout + process.stderr


def params_words(project: KedroProject, params: Mapping[str, Json]) -> list[str]:
    """Values go to `--params` by a file: the command line splits texts at commas."""
    if not params:
        return []
    text = json.dumps({"run": {"params": nested(params)}})
    return [f"--config={project.write(f'params-{next(_NUMBERS)}.json', text)}"]


def nested(params: Mapping[str, Json]) -> dict[str, Json]:
    """Return values by dotted names as mappings in mappings."""
    inner: dict[str, Any] = {}
    for name, value in params.items():
        *parents, last = name.split(".")
        level = inner
        for parent in parents:
            level = level.setdefault(parent, {})
        level[last] = value
    return inner
