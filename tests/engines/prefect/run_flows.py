"""Run by Prefect's python: run flow files one after another, on one embedded server.

Argument: a file of JSON, a list of `{"entrypoint": "FILE:FUNCTION", "values": {NAME: VALUE}}` with
the names that Kedro has for parameters; `arguments` are those of the deployment, by its own names.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from prefect import Flow
from prefect.flows import load_flow_from_entrypoint


def argument_names(flow: Flow) -> dict[str, str]:
    """The arguments of a flow by Kedro's names, as its docstring tells."""
    result = re.findall(r"^ +(\w+): Kedro's `params:(.*?)`", flow.fn.__doc__ or "", re.MULTILINE)
    return {parameter: argument for argument, parameter in result}


for item in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
    flow = load_flow_from_entrypoint(item["entrypoint"])
    names = argument_names(flow)
    values = {names[name]: value for name, value in item["values"].items()}
    flow(**{**item["arguments"], **values}, return_state=True)
