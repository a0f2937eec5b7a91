"""Apache Airflow: one DAG file a pipeline.

Names: ids match `^[\\w.-]+$` and have at most 250 characters, group ids 200 and no dots (Airflow,
`airflow.utils.helpers.validate_key` and `validate_group_key`). A try logs below the folders
`dag_id=<id>` and `task_id=<id>` (Airflow, `[logging] log_filename_template`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shipway.model import Parameter
from shipway.planner.naming import NameRules
from shipway.planner.plan import Plan
from shipway.schemas.shapes import Choice, Field, Record
from shipway.settings.value_shapes import TEXT
from shipway.targets.capabilities import support_table
from shipway.targets.exporter import Readback, Rendering
from shipway.tasks.command import check_run
from shipway.tasks.limits import LONGEST_NAME
from shipway_exporters.airflow.dag import Lowering
from shipway_exporters.airflow.literals import unfit
from shipway_exporters.airflow.readback import read_back
from shipway_exporters.airflow.runs.registry import KEDRO_RUN, LOCAL

# 250 characters: `airflow.sdk.definitions._internal.node`, validate_key. In bytes, since logs
# stand in folders called `dag_id=…` and `task_id=…`.
_IDS = NameRules(
    allowed=r"[\w.-]", first=r"[\w.-]", longest=250, longest_bytes=LONGEST_NAME - len("task_id=")
)
_DAG_IDS = NameRules(
    allowed=r"[\w-]", first=r"[\w-]", longest=200, longest_bytes=LONGEST_NAME - len("dag_id=")
)
_ROOT = Record(
    {
        "env": Field(TEXT, "environment variable of the worker"),
        "variable": Field(TEXT, "Airflow Variable"),
    },
    "`root`",
    one_of=("env", "variable"),
)
_OPTIONS = Record(
    {
        "version": Field(
            Choice(("2.11", "3", "3.0", "3.1", "3.2", "3.3")),
            "the release that will load the DAG; `3` (the default) is 3.2 or later",
        ),
        "run_on": Field(
            Choice(("local", "docker", "kubernetes")), "where a task runs; default local"
        ),
        "root": Field(
            _ROOT,
            "what names the folder on the worker that relative paths start from; "
            "default the environment variable <PACKAGE>_ROOT",
        ),
        "python": Field(
            TEXT, "the project's Python, relative to the root; default .venv/bin/python"
        ),
    },
    "`targets.airflow`",
)
_NOT_LOCAL = (
    "It needs a container; tasks that run on the worker itself share its compute and files."
)
_CAPABILITIES = support_table(
    native={
        "run_on.local": "`BaseOperator`, in a process of the worker",
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
        "local_files": "tasks share the worker's disk",
    },
    emulated={**KEDRO_RUN.capabilities, **LOCAL.capabilities},
    unsupported={
        "schedule.parameters": "A scheduled run uses the defaults: change them with `--params`.",
        "secrets": "Set it in the worker's own environment, which tasks inherit.",
    },
    otherwise=_NOT_LOCAL,
)


class _Airflow:
    """The exporter; see `shipway.targets.exporter.Exporter`."""

    name = "airflow"
    title = "Airflow"
    versions = "2.11, 3.x"
    capabilities = _CAPABILITIES
    options = _OPTIONS
    task_names = _IDS
    pipeline_names = _DAG_IDS

    def unfit(self, parameter: Parameter) -> str | None:
        return unfit(parameter)

    def lower(self, plan: Plan) -> Sequence[Rendering]:
        # Before anything is made: plain `kedro run` cannot be told all that a plan may hold.
        if plan.run.run_with == "kedro":
            check_run(plan)
        return [
            Rendering(
                template="airflow/dag.py.j2",
                path=f"{plan.name}.py",
                context=Lowering(plan).context(),
            )
        ]

    def read_back(self, plan: Plan, files: Mapping[str, str]) -> Readback:
        """Airflow itself checks a DAG file as it loads it."""
        # One file a DAG, or the plan and the files do not belong together.
        (text,) = files.values()
        return read_back(plan, text)


exporter = _Airflow()
