"""The section `targets.airflow` of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.records import Either, Field, Record
from shipway.schemas.shapes import Choice, Flag, Text, anything
from shipway.settings.images import IMAGE
from shipway.settings.units import DURATION
from shipway.settings.value_shapes import PATH, TEXT, VOLUMES
from shipway.settings.values import RUN_ON
from shipway_exporters.airflow.argument_shapes import (
    RELEASES,
    PassedArguments,
    dag_arguments,
    task_arguments,
)
from shipway_exporters.containers.target import Target

TARGET = Target(name="airflow", title="Airflow", section="container")
_ROOT = Record(
    {
        "env": Field(TEXT, "environment variable of the worker"),
        "variable": Field(TEXT, "Airflow Variable"),
    },
    "`root`",
    one_of=("env", "variable"),
)
_CONTAINER = Record(
    {
        "python": Field(PATH, "the project's Python in the image; default python"),
        "project_dir": Field(
            Text(r"/.*", "an absolute path in the image"),
            "the project's folder in the image; default `project_dir` of the settings, or /app",
        ),
    },
    "`container`",
)
_VERSIONS = ("2.11", "3", "3.0", "3.1", "3.2", "3.3")


def _of_any(arguments: Callable[[str], PassedArguments]) -> Either:
    """The arguments of either release, for the schema: `_Options` knows which one is meant."""
    return Either(tuple((anything, arguments(version)) for version in RELEASES))


class _Options(Record):
    """The options, of which the release decides what `dag` and `task` may hold."""

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        version = str(value.get("version")) if isinstance(value, Mapping) else None
        version = version if version in _VERSIONS else "3"
        passed = {
            "dag": Field(dag_arguments(version)),
            "task": Field(task_arguments(version)),
        }
        return Record({**self.fields, **passed}, self.title).read(value, path, problems)


OPTIONS = _Options(
    {
        "version": Field(
            Choice(_VERSIONS),
            "the release that will load the DAG; `3` (the default) is 3.2 or later",
        ),
        "run_on": Field(
            Choice(RUN_ON), "where tasks run whose settings do not say it; default local"
        ),
        "root": Field(
            _ROOT,
            "what names the folder on the worker that relative paths start from; "
            "default the environment variable <PACKAGE>_ROOT",
        ),
        "python": Field(
            PATH,
            "the project's Python on the worker, relative to the root; default the environment "
            "variable <PACKAGE>_PYTHON, else .venv/bin/python",
        ),
        "executor": Field(
            Choice(("kubernetes",)),
            "says that local tasks run on the KubernetesExecutor, each in a pod of its own, which "
            "then takes image, resources and `kubernetes:`",
        ),
        "image": Field(IMAGE, "for tasks in containers whose settings name none"),
        "volumes": Field(VOLUMES, "for tasks in containers whose settings name none"),
        "container": Field(_CONTAINER, "the project in the image of tasks in containers"),
        "network": Field(TEXT, "`network_mode` of Docker's containers; default Docker's own"),
        "startup_timeout": Field(
            DURATION, "how long a pod may take to start, on Kubernetes; default 2m"
        ),
        "keep_failed_pods": Field(
            Flag(),
            "keep a pod that has failed or has not started, to look into; default false: pods are "
            "deleted",
        ),
        "deferrable": Field(
            Flag(),
            "let the triggerer wait for pods, not a worker; default the deployment's own "
            "(`[operators] default_deferrable`)",
        ),
        "dag": Field(_of_any(dag_arguments), "further arguments of the DAG, as literals"),
        "task": Field(
            _of_any(task_arguments),
            "further arguments of every task's operator, as literals; what only "
            "`KubernetesPodOperator` or `DockerOperator` knows counts for tasks that run so, and "
            "is refused where none does",
        ),
    },
    "`targets.airflow`",
)
