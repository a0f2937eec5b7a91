"""How to remove deployments from a server; `prefect deploy` removes none.

Source: Prefect, CLI reference, `prefect deployment delete`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import PurePosixPath

import yaml


def removals(path: str, text: str) -> Mapping[str, str]:
    """Return the command for each deployment of a `prefect.yaml`; other files deploy nothing."""
    if not path.endswith("/prefect.yaml"):
        return {}
    deployments = yaml.safe_load(text)["deployments"]
    names = [f"{_flow(item['entrypoint'])}/{item['name']}" for item in deployments]
    return {f"the deployment `{name}`": _command(name) for name in names}


def _command(name: str) -> str:
    return shlex.join(["prefect", "deployment", "delete", name])


def _flow(entrypoint: str) -> str:
    """Return the name of a flow, which is that of the folder of its file."""
    return PurePosixPath(entrypoint.rpartition(":")[0]).parent.name
