"""The section `targets.kubeflow` of the settings."""

from __future__ import annotations

from shipway.schemas.shapes import Choice, Field, ListOf, Record
from shipway.settings.units import QUANTITY, TIMEZONE
from shipway.settings.value_shapes import TEXT
from shipway_exporters.containers.options import CONTAINER, IMAGE, POD

_ON_EXIT = Record(
    {
        "image": Field(IMAGE, "default the first task's"),
        "command": Field(
            ListOf(TEXT, least=1),
            "its last argument is the run's final status, as JSON",
            required=True,
        ),
    },
    "`on_exit`",
)
OPTIONS = Record(
    {
        **CONTAINER,
        **POD,
        "on_exit": Field(
            _ON_EXIT, "what runs last, however a run has ended, for example a notification"
        ),
        "argo": Field(
            Choice(("4.0", "4.1")),
            "the release of Argo Workflows under the server; default 4.0, which KFP 2.17 brings. "
            "From 4.1 on, the tasks of a DAG may take more than 128 KiB",
        ),
        "max_workflow_size": Field(
            QUANTITY, "`MAX_WORKFLOW_SIZE` of Argo's controller, if you raised it; default 1Mi"
        ),
        "timezone": Field(TIMEZONE, "the zone in which the server reads cron; default UTC"),
    },
    "`targets.kubeflow`",
)
