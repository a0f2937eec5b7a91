"""What a way of running a task must offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shipway.planner.plan import Plan
from shipway.settings.values import RunOn

Imports = Mapping[str, frozenset[str]]
"""Names by the module that they come from; none where the module itself is imported."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """The source of a way of running, for one plan.

    Args:
        imports: of the standard library.
        airflow_names: names of Airflow's, by which `imports` finds their modules.
        constants: source of the constants of the file that the operator reads, in order.
        context: what the operator's template takes, as `run`.
        arguments: the arguments of the operator that are a task's own, by task.
        defaults: the constant, or its item, that takes the exported defaults of the parameters;
            `None` where nothing reads them.
    """

    imports: Imports
    airflow_names: frozenset[str]
    constants: tuple[str, ...]
    context: Mapping[str, Any]
    arguments: Mapping[str, Mapping[str, Any]]
    defaults: str | None


class Run(Protocol):
    """A way of running a task.

    The operator of each has a class name of its own among those that one DAG may use together.
    """

    @property
    def operator(self) -> str:
        """The name of the class."""

    @property
    def template(self) -> str:
        """The template of the class."""

    @property
    def place(self) -> RunOn:
        """Where it is, as the settings call it."""

    @property
    def capabilities(self) -> Mapping[str, str]:
        """What it carries out by the code of its operator, in a few words by capability."""

    @property
    def keys(self) -> Iterable[str]:
        """What can be read back of its tasks, by the names of `shipway.artifacts.readback`."""

    def code(self, plan: Plan, is_2: bool) -> Code:
        """Return the source.

        Raises:
            UnsupportedError: it cannot run a task of the plan.
        """

    def facts(
        self, arguments: Mapping[str, Any], constants: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return what a task read back says of its job, from its arguments and the constants."""

    def run_facts(self, constants: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the constants of a file say of the whole run."""
