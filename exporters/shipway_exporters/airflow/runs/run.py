"""What a way of running a task must offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shipway.planner.plan import Plan, Task
from shipway.settings.values import RunOn, Volume
from shipway.targets.capabilities import Support

Imports = Mapping[str, frozenset[str]]
"""Names by the module that they come from; none where the module itself is imported."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """The source of a way of running, for those tasks of one plan that run so.

    Args:
        imports: of the standard library.
        airflow_names: names of Airflow's and of its providers', by which `imports` finds their
            modules.
        constants: source of the constants of the file that the operator reads, in order.
        context: what the operator's template takes, as `run`; empty for an operator of Airflow's.
        arguments: the arguments of the operator that are a task's own, by task.
        defaults: the constant, or its item, or the attribute of the DAG that takes the exported
            defaults of the parameters; `None` where nothing reads them.
        is_macro: whether that is a mapping of macros, in which they are `defaults`.
    """

    imports: Imports = field(default_factory=dict)
    airflow_names: frozenset[str]
    constants: tuple[str, ...]
    context: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Mapping[str, Any]]
    defaults: str | None = None
    is_macro: bool = False


class Run(Protocol):
    """A way of running a task.

    The operator of each has a class name of its own among those that one DAG may use together.
    """

    @property
    def operator(self) -> str:
        """The name of the class."""

    @property
    def template(self) -> str | None:
        """The template of the class; `None` for one of Airflow's own or of its providers'."""

    @property
    def place(self) -> RunOn:
        """Where it is, as the settings call it."""

    @property
    def capabilities(self) -> Mapping[str, Support]:
        """What it can express of a task and of a run, besides what all operators can."""

    @property
    def nothing(self) -> Mapping[str, Any]:
        """How a task says that it has none of an argument where `default_args` has one.

        An argument goes before those, also one that is `None`.
        """

    @property
    def keys(self) -> Iterable[str]:
        """What can be read back of its tasks, by the names of `shipway.artifacts.readback`."""

    def code(self, plan: Plan, tasks: Sequence[Task], is_2: bool) -> Code:
        """Return the source for those tasks of a plan that run so.

        Raises:
            UnsupportedError: it cannot run a task of the plan.
        """

    def settings(self, plan: Plan, task: Task) -> Mapping[str, Any]:
        """Return what was set for a task, by the name of the operator's argument; nothing unset.

        Raises:
            UnsupportedError: the operator cannot be told so.
        """

    def volumes(self, plan: Plan, task: Task) -> Sequence[Volume]:
        """Return the volumes that a task mounts.

        Raises:
            UnsupportedError: the options of the target name one that cannot be.
        """

    def cleanup(self, plan: Plan) -> Mapping[str, Any]:
        """Return the arguments of the last task, which empties the store."""

    def facts(
        self, plan: Plan, task: Task, arguments: Mapping[str, Any], constants: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return what the operator of a task says of its job and of its settings, read back.

        What is written otherwise than the settings have it (`1g` for `1Gi`) is returned as they do,
        where it comes to the same.
        """

    def job(self, arguments: Mapping[str, Any], constants: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the job of a task read back, from its arguments and the constants."""

    def run_facts(self, plan: Plan, constants: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the constants of a file say of the whole run."""
