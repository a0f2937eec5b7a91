"""Run by Prefect's python: run flow files one after another, on one embedded server.

Arguments: `FILE:FUNCTION` each.
"""

from __future__ import annotations

import sys

from prefect.flows import load_flow_from_entrypoint

for entrypoint in sys.argv[1:]:
    load_flow_from_entrypoint(entrypoint)(return_state=True)
