"""The section `targets.kubeflow` of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Choice
from shipway.settings.quantities import BYTES
from shipway.settings.zones import TIMEZONE
from shipway_exporters.containers.options import CONTAINER, POD, on_exit
from shipway_exporters.kubeflow.vertex import options as vertex

_MOVED: Mapping[str, str] = {
    "pull_policy": "kubernetes.image_pull_policy",
    "pull_secrets": "kubernetes.image_pull_secrets",
    "node_selector": "kubernetes.node_selector",
    "tolerations": "kubernetes.tolerations",
}
"""Options of earlier releases that are settings of tasks now."""


class _Options(Record):
    """A record that knows where some of its keys have gone, and what is none on Vertex AI."""

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        if isinstance(value, Mapping) and value.get("platform") == "vertex":
            problems.extend(vertex.problems_in(value, path))
        return super().read(value, path, problems)

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), **vertex.SCHEMA}

    def _elsewhere(self, key: str) -> str | None:
        other = vertex.OTHER_NAMES.get(key)
        return f"Did you mean `{other}`?" if other else super()._elsewhere(key)

    def _check_keys(
        self, value: Mapping[str, Any], path: DocumentPath, problems: list[Problem]
    ) -> None:
        for key in value.keys() & _MOVED.keys():
            what = f"`{key}` is no option of Kubeflow any more, but a setting of tasks."
            remedy = f"Set `{_MOVED[key]}` in `defaults`, or for a pipeline, a tag or a node."
            problems.append(Problem((*path, key), what, remedy))
        super()._check_keys(
            {key: item for key, item in value.items() if key not in _MOVED}, path, problems
        )


OPTIONS = _Options(
    {
        "platform": Field(
            Choice(("kubernetes", "vertex")),
            "what runs a spec: a server of Kubeflow Pipelines, or Vertex AI; default kubernetes",
        ),
        **CONTAINER,
        **POD,
        "on_exit": Field(
            on_exit("its last argument is the run's final status, as JSON"),
            "what runs last, however a run has ended, for example a notification",
        ),
        "argo": Field(
            Choice(("4.0", "4.1")),
            "the release of Argo Workflows under the server; default 4.0, which KFP 2.17 brings. "
            "From 4.1 on, the tasks of a DAG may take more than 128 KiB",
        ),
        "max_workflow_size": Field(
            BYTES, "`MAX_WORKFLOW_SIZE` of Argo's controller, if you raised it; default 1Mi"
        ),
        "timezone": Field(TIMEZONE, "the zone in which the server reads cron; default UTC"),
        **vertex.OPTIONS,
    },
    "`targets.kubeflow`",
)
