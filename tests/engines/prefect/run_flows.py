"""Run by Prefect's python: run flow files one after another, on one embedded server.

Arguments: a file of JSON, a list of `{"entrypoint": "FILE:FUNCTION", "values": {NAME: VALUE}}` with
the names that Kedro has for parameters; `arguments` are those of the deployment, by its own names.
And a file for the ids of the runs.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.flows import load_flow_from_entrypoint


def argument_names(flow: Flow) -> dict[str, str]:
    """The arguments of a flow by Kedro's names, as its docstring tells."""
    result = re.findall(r"^ +(\w+): Kedro's `params:(.*?)`", flow.fn.__doc__ or "", re.MULTILINE)
    return {parameter: argument for argument, parameter in result}


def run(item: dict[str, Any]) -> str:
    """Run a flow, and return the id of the run."""
    flow = load_flow_from_entrypoint(item["entrypoint"])
    names = argument_names(flow)
    values = {names[name]: value for name, value in item["values"].items()}
    state = flow(**{**item["arguments"], **values}, return_state=True)
    return str(state.state_details.flow_run_id)


requests, ids = (Path(word) for word in sys.argv[1:])
result = [run(item) for item in json.loads(requests.read_text(encoding="utf-8"))]
ids.write_text(json.dumps(result), encoding="utf-8")
