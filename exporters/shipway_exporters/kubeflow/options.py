"""The section `targets.kubeflow` of the settings."""

from __future__ import annotations

from shipway.settings.schema import TEXT, VOLUME
from shipway.settings.units import QUANTITY, TIMEZONE
from shipway.shapes import Choice, Field, ListOf, MapOf, Record, Text, Whole

_ENV_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_CONFIG_MAP = Record(
    {
        "name": Field(TEXT, "the config map's name", required=True),
        "key": Field(TEXT, "the key in it", required=True),
    },
    "a value of a config map",
)
_TOLERATION = Record(
    {
        "key": Field(TEXT, "the taint's key"),
        "operator": Field(Choice(("Equal", "Exists")), "default Equal"),
        "value": Field(TEXT, "the taint's value"),
        "effect": Field(Choice(("NoSchedule", "PreferNoSchedule", "NoExecute")), "default any"),
        "seconds": Field(Whole(0), "how long a pod may stay"),
    },
    "a toleration",
)
_ON_EXIT = Record(
    {
        "image": Field(Text(r"\S+", "an image reference"), "default the first task's"),
        "command": Field(
            ListOf(TEXT, least=1), "gets the run's end as JSON, as its last argument", required=True
        ),
    },
    "`on_exit`",
)
OPTIONS = Record(
    {
        "image": Field(Text(r"\S+", "an image reference"), "of tasks whose settings name none"),
        "python": Field(TEXT, "the project's Python in the image; default python"),
        "project_dir": Field(
            Text(r"/.*", "an absolute path in the image"), "over `project_dir` of the settings"
        ),
        "volumes": Field(ListOf(VOLUME), "of tasks whose settings name none"),
        "pull_policy": Field(
            Choice(("Always", "IfNotPresent", "Never")), "when the image is pulled"
        ),
        "pull_secrets": Field(ListOf(TEXT), "secrets that the image is pulled with"),
        "config_maps": Field(
            MapOf(_CONFIG_MAP, _ENV_NAME, "the name of an environment variable"),
            "environment variables filled from config maps",
        ),
        "node_selector": Field(MapOf(TEXT), "labels of the nodes that may run a task"),
        "tolerations": Field(ListOf(_TOLERATION), "taints that tasks stand"),
        "on_exit": Field(_ON_EXIT, "what runs last, however a run has ended: to tell somebody"),
        "argo": Field(
            Choice(("4.0", "4.1")),
            "the release of Argo Workflows under the server; default 4.0, which KFP 2.17 brings. "
            "From 4.1 on, the tasks of a DAG may take more than 128 KiB",
        ),
        "max_workflow_size": Field(
            QUANTITY, "`MAX_WORKFLOW_SIZE` of Argo's controller, where it was raised; default 1Mi"
        ),
        "timezone": Field(TIMEZONE, "the zone in which the server reads cron; default UTC"),
    },
    "`targets.kubeflow`",
)
