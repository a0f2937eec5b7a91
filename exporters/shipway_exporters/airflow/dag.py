"""From a plan to the parts of a DAG file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from shipway.artifacts.descriptions import export_command, summary, task_doc, title
from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.python_literals import Call, arguments, escaped, literal
from shipway.artifacts.python_literals import Code as Source
from shipway.planner.naming import NameRules, assign
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Schedule
from shipway_exporters.airflow.assets import asset_of
from shipway_exporters.airflow.default_args import default_args, own, settings_of
from shipway_exporters.airflow.groups import group_ids_of, group_of, groups_of
from shipway_exporters.airflow.imports import airflow_imports, statements, timetable_of, union
from shipway_exporters.airflow.literals import start_of, to_param, to_utc
from shipway_exporters.airflow.notifications import callbacks, constants
from shipway_exporters.airflow.passed_arguments import (
    check_arguments,
    dag_arguments_of,
    has_durations,
)
from shipway_exporters.airflow.runs.registry import run_of, runs_of
from shipway_exporters.airflow.runs.run import Code
from shipway_exporters.airflow.templating import markdown
from shipway_exporters.containers.place import last_of_store
from shipway_exporters.python_files.names import BUILTINS, KEYWORDS

_NAMES_USED = frozenset(
    {
        "dag",
        "json",
        "os",
        "re",
        "signal",
        "contextlib",
        "exceptions",
        "timedelta",
        "timezone",
        "datetime",
    }
    # Besides the imports of the file: a task's variable would hide a keyword or a builtin.
    | KEYWORDS
    | BUILTINS
)
_VARIABLES = NameRules(
    allowed=r"[a-z0-9_]", first=r"[a-z_]", prefix="n_", longest=60, lower=True, reserved=_NAMES_USED
)


_CLEANUP = "clean up store"
_PARAMETERS = "{name: param.value for name, param in dag.params.items()}"


def _defaults(code: Code) -> str:
    """The statement that hands over the defaults."""
    value = f'{{"defaults": {_PARAMETERS}}}' if code.is_macro else _PARAMETERS
    return f"{code.defaults} = {value}"


class Lowering:
    """Turns one plan into what the template needs."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.version = str(plan.options.get("version", "3"))
        self.is_2 = self.version.startswith("2")
        self.runs = runs_of(plan)
        check_arguments(plan, self.runs)
        self.codes = {
            operator: run.code(plan, tasks, self.is_2)
            for operator, (run, tasks) in self.runs.items()
        }
        self.settings = {task.name: settings_of(plan, task) for task in plan.tasks}
        self.common_arguments = default_args([*self.settings.values()])
        self.groups = groups_of(plan)
        # Tasks and groups share the names of one function, so they are named in one go.
        labels = [*(task.label for task in plan.tasks), *(f"{g} group" for g in self.groups)]
        labels += [_CLEANUP] if plan.cleanup else []
        self.variables = assign(labels, _VARIABLES)
        self.group_ids = group_ids_of(plan, self.groups)

    def context(self) -> dict[str, Any]:
        plan = self.plan
        return {
            "seal": seal_placeholder(),
            "title": escaped(title(plan)),
            "command": escaped(export_command(plan, "airflow")),
            **self._code(),
            "dag": arguments(self._dag(), 4),
            "groups": [self._group(namespace) for namespace in self.groups],
            "tasks": [*(self._task(task) for task in plan.tasks), *self._cleanup()],
            "edges": [*self._edges(), *self._last_edge()],
        }

    def _code(self) -> dict[str, Any]:
        """What the ways of running need around the DAG."""
        codes = self.codes.values()
        times = {"datetime": frozenset(names)} if (names := self._calls()) else {}
        names_used = frozenset().union(*(code.airflow_names for code in codes))
        return {
            "imports": statements(union(times, *(code.imports for code in codes))),
            "airflow_imports": airflow_imports(self.plan, self.version, names_used),
            "constants": [
                *dict.fromkeys(line for code in codes for line in code.constants),
                *constants(self.plan.run, self.version),
            ],
            "runs": [
                {"template": run.template, **self.codes[operator].context}
                for operator, (run, _) in self.runs.items()
                if run.template
            ],
            "settable": bool(self.plan.parameters),
            "defaults": sorted(_defaults(code) for code in codes if code.defaults),
        }

    def _asset(self, dataset: str) -> Call:
        return asset_of(self.plan, dataset, self.version)

    def _calls(self) -> set[str]:
        """The names of `datetime` that the file uses."""
        has_dates = any(name == "start_date" for name, _ in self._dag())
        values = [v for settings in self.settings.values() for v in settings.arguments.values()]
        has_pauses = has_durations([*values, *dag_arguments_of(self.plan).values()])
        return ({"datetime", "timezone"} if has_dates else set()) | (
            {"timedelta"} if has_pauses else set()
        )

    def _dag(self) -> Iterator[tuple[str, Any]]:
        plan, run = self.plan, self.plan.run
        yield "dag_id", plan.name
        yield "schedule", self._schedule(run.schedule)
        start = start_of(run.schedule)
        # Airflow 2 refuses a scheduled DAG without one (`airflow.models.dag.DAG.__init__`).
        if start or self.is_2:
            yield "start_date", start or to_utc(datetime(2024, 1, 1, tzinfo=timezone.utc))
        # Always said: the default is the deployment's (`[scheduler] catchup_by_default`).
        yield "catchup", bool(run.schedule and run.schedule.catchup)
        if run.runs is not None:
            yield "max_active_runs", run.runs
        if run.parallel_tasks is not None:
            yield "max_active_tasks", run.parallel_tasks
        if self.common_arguments:
            yield "default_args", self.common_arguments
        if plan.parameters:
            yield "params", {p.name: to_param(p) for p in plan.parameters}
        if run.labels:
            yield "tags", [f"{key}:{value}" for key, value in run.labels.items()]
        # A DAG without a text of its own would show nothing but its tasks.
        yield "doc_md", markdown(run.description or summary(plan))
        yield from callbacks(run)
        yield from dag_arguments_of(plan).items()

    def _schedule(self, schedule: Schedule | None) -> Any:
        if schedule is None:
            return None
        if schedule.cron is None:
            return [self._asset(name) for name in sorted(schedule.datasets)]
        # A timetable, not the text alone: which one a text stands for, the deployment decides
        # (`[scheduler] create_cron_data_intervals`).
        timetable = str(timetable_of(self.plan))
        return Call(timetable, (schedule.cron,), (("timezone", schedule.timezone),))

    def _group(self, namespace: str) -> str:
        parent, _, last = namespace.rpartition(".")
        pairs: list[tuple[str, Any]] = [("group_id", self.group_ids[namespace])]
        if last != self.group_ids[namespace]:
            # Airflow 2.11 has no display name for groups.
            pairs.append(("tooltip" if self.is_2 else "group_display_name", last))
        # Else ids of tasks would begin with those of their groups, and change when a group does.
        pairs.append(("prefix_group_id", False))
        if parent:
            pairs.append(("parent_group", Source(self.variables[f"{parent} group"])))
        name = self.variables[f"{namespace} group"]
        call = Call("TaskGroup", (), tuple(pairs))
        return f"{name} = {literal(call, 4, 4 + len(name) + 3)}"

    def _cleanup(self) -> list[dict[str, str]]:
        """The last task, which empties the store."""
        if self.plan.cleanup is None:
            return []
        run = run_of(self.plan, None)
        pairs = {"task_id": self.plan.cleanup, **run.cleanup(self.plan)}
        # What the store needs, a secret or a volume, the tasks that use it have.
        settings = self.settings[last_of_store(self.plan).name]
        pairs |= {k: v for k, v in own(settings, self.common_arguments) if k != "runner"}
        pairs["doc_md"] = "Removes what the run has stored, once all of it has succeeded."
        return [
            {
                "variable": self.variables[_CLEANUP],
                "operator": run.operator,
                "arguments": arguments(pairs.items(), 8),
            }
        ]

    def _last_edge(self) -> Iterator[str]:
        if self.plan.cleanup is None:
            return
        labels = {task.name: self.variables[task.label] for task in self.plan.tasks}
        yield self._edge([labels[name] for name in self.plan.last], self.variables[_CLEANUP])

    def _task(self, task: Task) -> dict[str, str]:
        return {
            "variable": self.variables[task.label],
            "operator": run_of(self.plan, task).operator,
            "arguments": arguments(self._task_arguments(task), 8),
        }

    def _task_arguments(self, task: Task) -> Iterator[tuple[str, Any]]:
        yield "task_id", task.name
        if task.name != task.label:
            yield "task_display_name", task.label
        yield from self.codes[run_of(self.plan, task).operator].arguments[task.name].items()
        if group := group_of(task):
            yield "task_group", Source(self.variables[f"{group} group"])
        yield from own(self.settings[task.name], self.common_arguments)
        if outlets := self.plan.announced.get(task.name):
            yield "outlets", [self._asset(name) for name in outlets]
        if text := task_doc(task):
            yield "doc_md", markdown(text)

    def _edges(self) -> Iterator[str]:
        labels = {task.name: self.variables[task.label] for task in self.plan.tasks}
        for task in self.plan.tasks:
            if task.needs:
                yield self._edge([labels[name] for name in task.needs], labels[task.name])

    def _edge(self, parents: Sequence[str], child: str) -> str:
        ends = f" >> {child}"
        # A list of one would do as well, but nobody writes it by hand.
        if len(parents) == 1:
            return f"{parents[0]}{ends}"
        return literal([Source(name) for name in parents], 4, 4, len(ends)) + ends
