"""Run by Prefect's python: run flow files one after another, on one embedded server.

Arguments: a file of JSON, a list of `{"entrypoint": "FILE:FUNCTION", "values": {NAME: VALUE}}` with
the names that Kedro has for parameters; `arguments` are those of the deployment, by its own names.
And a file for the ids of the runs. Runs of one flow that stand beside each other are at once.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.flows import load_flow_from_entrypoint


def argument_names(flow: Flow) -> dict[str, str]:
    """The arguments of a flow by Kedro's names, as its docstring tells."""
    result = re.findall(r"^ +(\w+): Kedro's `params:(.*?)`", flow.fn.__doc__ or "", re.MULTILINE)
    return {parameter: argument for argument, parameter in result}


def run(flow: Flow, item: dict[str, Any]) -> str:
    """Run a flow, and return the id of the run."""
    names = argument_names(flow)
    values = {names[name]: value for name, value in item["values"].items()}
    state = flow(**{**item["arguments"], **values}, return_state=True)
    return str(state.state_details.flow_run_id)


def run_at_once(entrypoint: str, items: Sequence[dict[str, Any]]) -> list[str]:
    flow = load_flow_from_entrypoint(entrypoint)
    if len(items) == 1:
        return [run(flow, items[0])]
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(lambda item: run(flow, item), items))


requests, ids = (Path(word) for word in sys.argv[1:])
groups = groupby(json.loads(requests.read_text(encoding="utf-8")), lambda item: item["entrypoint"])
result = [id_ for entrypoint, items in groups for id_ in run_at_once(entrypoint, list(items))]
ids.write_text(json.dumps(result), encoding="utf-8")
