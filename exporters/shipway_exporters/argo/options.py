"""The section `targets.argo` of the settings."""

from __future__ import annotations

from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Choice
from shipway.settings.quantities import BYTES
from shipway.settings.units import DURATION
from shipway_exporters.containers.options import CONTAINER, on_exit
from shipway_exporters.containers.target import Target

TARGET = Target(name="argo", title="Argo Workflows")
POD_GC = ("OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess")
TTL = {
    "completion": "secondsAfterCompletion",
    "success": "secondsAfterSuccess",
    "failure": "secondsAfterFailure",
}
"""The fields of `ttlStrategy`, by the option."""

_TTL = Record(
    {event: Field(DURATION, f"how long after its {event}") for event in TTL},
    "`ttl`",
)
OPTIONS = Record(
    {
        **CONTAINER,
        "on_exit": Field(
            on_exit("its last argument is the run's final status, such as `Failed`"),
            "what runs last, however a run has ended, for example a notification",
        ),
        "pod_gc": Field(Choice(POD_GC), "when pods are deleted; default never"),
        "ttl": Field(_TTL, "when a run that has ended is deleted; default never"),
        "starting_deadline": Field(
            DURATION, "how late a scheduled run may still start, where the controller was down"
        ),
        "max_workflow_size": Field(
            BYTES, "`MAX_WORKFLOW_SIZE` of the controller, if you raised it; default 1Mi"
        ),
    },
    "`targets.argo`",
)
