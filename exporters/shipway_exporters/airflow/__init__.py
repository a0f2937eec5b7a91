"""Apache Airflow: one DAG file a pipeline.

Names: ids match `^[\\w.-]+$` and have at most 250 characters, group ids 200 and no dots (Airflow,
`airflow.utils.helpers.validate_key` and `validate_group_key`). A try logs below the folders
`dag_id=<id>` and `task_id=<id>` (Airflow, `[logging] log_filename_template`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shipway.artifacts.readback import Seen
from shipway.errors import Finding
from shipway.model import Parameter
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan
from shipway.schemas.shapes import Choice, Field, Record, Shape
from shipway.settings.schema import TEXT
from shipway.targets.capabilities import CAPABILITIES, Support
from shipway.targets.exporter import Rendering
from shipway.tasks.command import check_run
from shipway.tasks.limits import LONGEST_NAME
from shipway_exporters.airflow.dag import Lowering
from shipway_exporters.airflow.literals import unfit
from shipway_exporters.airflow.readback import seen_in
from shipway_exporters.airflow.runs.registry import KEDRO_RUN, LOCAL

_NOT_LOCAL = (
    "It needs a container; tasks that run on the worker itself share its compute and files."
)
_IDS = NameRules(
    allowed=r"[\w.-]", first=r"[\w.-]", longest=250, longest_bytes=LONGEST_NAME - len("task_id=")
)
_DAG_IDS = NameRules(
    allowed=r"[\w-]", first=r"[\w-]", longest=200, longest_bytes=LONGEST_NAME - len("dag_id=")
)


@dataclass(frozen=True)
class _Airflow:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name: str = "airflow"
    title: str = "Airflow"
    versions: str = "2.11, 3.x"
    task_names: NameRules = _IDS
    pipeline_names: NameRules = _DAG_IDS

    @property
    def options(self) -> Shape[Any]:
        root = Record(
            {
                "env": Field(TEXT, "environment variable of the worker"),
                "variable": Field(TEXT, "Airflow Variable"),
            },
            "`root`",
            one_of=("env", "variable"),
        )
        return Record(
            {
                "version": Field(
                    Choice(("2.11", "3", "3.0", "3.1", "3.2", "3.3")),
                    "the release that will load the DAG; `3` (the default) is 3.2 or later",
                ),
                "run_on": Field(
                    Choice(("local", "docker", "kubernetes")), "where a task runs; default local"
                ),
                "root": Field(
                    root,
                    "what holds the folder on the worker that relative paths start from; "
                    "default the environment variable <PACKAGE>_ROOT",
                ),
                "python": Field(
                    TEXT, "the project's Python, relative to the root; default .venv/bin/python"
                ),
            },
            "`targets.airflow`",
        )

    @property
    def capabilities(self) -> Mapping[str, Support]:
        return self.capabilities_for({})

    def capabilities_for(self, options: Mapping[str, Any]) -> Mapping[str, Support]:
        return {name: _SUPPORT[name] for name in CAPABILITIES}

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        if plan.run.run_with == "kedro":
            check_run(plan)
        return [
            Rendering(
                template="airflow/dag.py.j2",
                path=f"{plan.name}.py",
                context=Lowering(plan).context(),
            )
        ]

    def faults(self, path: str, text: str) -> Iterable[Finding]:
        """Airflow checks a file as it loads it."""
        return ()

    def seen(self, plan: Plan, files: Mapping[str, str]) -> Seen:
        (text,) = files.values()
        return seen_in(plan, text)


_NATIVE: Mapping[str, str] = {
    "retries": "`retries`",
    "retry_delay": "`retry_delay`",
    "retry_backoff": "`retry_exponential_backoff`",
    "timeout": "`execution_timeout`",
    "schedule.cron": "`CronTriggerTimetable`",
    "schedule.datasets": "`Asset` schedule and outlets (`Dataset` on 2.11)",
    "schedule.start": "`start_date`",
    "schedule.catchup": "`catchup`",
    "concurrency.runs": "`max_active_runs`",
    "concurrency.tasks": "`max_active_tasks`",
    "parameters": "typed `Param`",
    "owner": "`owner`",
    "labels": "`tags`, as `key:value`",
    "description": "`doc_md`",
}
_RUNS: Mapping[str, Support] = {**KEDRO_RUN.capabilities, **LOCAL.capabilities}
_INSTEAD: Mapping[str, str] = {
    "schedule.parameters": "A scheduled run takes the defaults: change those with `--params`.",
    "secrets": "Let the worker's own environment hold it: a task inherits that.",
}
_SUPPORT: Mapping[str, Support] = {
    **{name: Support("native", how) for name, how in _NATIVE.items()},
    **_RUNS,
    **{
        name: Support("unsupported", _INSTEAD.get(name, _NOT_LOCAL))
        for name in CAPABILITIES
        if name not in _NATIVE and name not in _RUNS
    },
}


exporter = _Airflow()
