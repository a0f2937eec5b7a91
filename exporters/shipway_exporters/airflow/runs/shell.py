"""The shell's command that starts the project's Python on a worker.

The shell finds the root, and `exec` makes it the process that runs the task. It ends with 126 or
127 where it cannot start a program (POSIX, Shell Command Language, 2.8.2), and with either 2 (dash)
or 127 (bash) where `${NAME:?}` has no value. A folder that is not there may be mounted later: 3 is
what `shipway.runtime` ends with, too, where it finds no project.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from shipway.artifacts.python_literals import LONGEST, WIDTH, columns, literal, string
from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.tasks.package_variables import package_variable
from shipway_exporters.airflow.imports import NO_RETRY
from shipway_exporters.airflow.operator import RUN_FACTS
from shipway_exporters.airflow.runs import pod_override
from shipway_exporters.airflow.runs.pod_override import executor_config, is_in_pods
from shipway_exporters.values.worker_python import VENV, python_variable, remedy

NATIVE: Mapping[str, str] = {
    "run_on.local": "`BaseOperator`, in a process of the worker",
    "local_files": "tasks share the worker's disk",
}
EMULATED: Mapping[str, str] = {"env": "set for the task's process", **RUN_FACTS}
UNSUPPORTED: Mapping[str, str] = {
    "secrets": "Set it in the worker's own environment, which tasks inherit."
}
"""What a task that runs on the worker can express, besides what all operators can."""
NO_CONTAINER = (
    "It needs a container (`run_on: docker` or `kubernetes`): tasks that run on the worker itself "
    "share its compute and files. Where only some run in one, set `run_on: local` for the others."
)
NOTHING: Mapping[str, Any] = {"env": {}}
KEYS = frozenset({"env", "run_on.local", *pod_override.CAPABILITIES})

ROOT = "SHIPWAY_ROOT"
"""The variable that takes the root where an Airflow Variable holds it."""
_PROJECT = "# Where a worker has the project, and its Python."
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LETTERS = "letters A to Z, digits and underscores"
_ENDS = ("", "\n", "\n\n")
_REASONS = ("must be set", "must be set first")
"""Of two commands that differ by as many characters, formatters leave one as it is, whatever their
width: they put in parentheses a string that fits a line only there, and join its pieces."""


def constants(plan: Plan, words: str) -> tuple[str, ...]:
    """Return the source of the constants: `COMMAND`, and before it what it is made of.

    Args:
        words: the arguments of Python, as the shell reads them.

    Raises:
        UnsupportedError: no shell can name a variable that the command reads.
    """
    if "python" in plan.options:
        texts = [_command(plan, words, reason) for reason in _REASONS]
        return (_constant("COMMAND", texts),)
    return (
        f"{_PROJECT}\n{_constant('PROJECT', [_project(plan)])}",
        *_start(f'exec "$PYTHON" {words}'),
    )


def settings_of(plan: Plan, task: Task) -> dict[str, Any]:
    """Return what was set for a task, by the name of the operator's argument."""
    arguments = {
        "runner": task.settings.runner,
        "env": dict(sorted(task.settings.env.items())),
        "executor_config": executor_config(plan, task) if is_in_pods(plan.options) else None,
    }
    return {name: value for name, value in arguments.items() if value}


def facts(task: Task, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the operator of a task says of its settings, read back."""
    env = {"env": arguments["env"]} if arguments.get("env") else {}
    return {**pod_override.facts(task, arguments), **env}


def names_of(plan: Plan, tasks: Sequence[Task]) -> frozenset[str]:
    """Return the names of Airflow's that such an operator needs."""
    names = {"BaseOperator", NO_RETRY, *(["Variable"] if root_variable(plan) else [])}
    has_pods = any("executor_config" in settings_of(plan, task) for task in tasks)
    return frozenset(names | ({"models as k8s"} if has_pods else set()))


def _start(text: str) -> tuple[str, ...]:
    """Return `COMMAND`, and what it is made of where that is long: formatters break a sum."""
    line = f"COMMAND = PROJECT + {string(text)}"
    if columns(line) <= WIDTH:
        return (line,)
    return (_constant("START", [text + end for end in _ENDS]), "COMMAND = PROJECT + START")


def _constant(name: str, texts: Sequence[str]) -> str:
    """Return the first of some texts that mean the same, and that formatters leave as it is."""
    before = len(f"{name} = ")
    text = next((text for text in texts if not _is_moved(string(text), before)), texts[0])
    return f"{name} = {literal(text, 0, before, 0)}"


def _is_moved(source: str, before: int) -> bool:
    return any(width - before < columns(source) <= width - 4 for width in (WIDTH, LONGEST))


def _command(plan: Plan, words: str, reason: str) -> str:
    """Return the command where the settings name the Python."""
    root = _root(plan, reason)
    folder, python = _folder(plan, root), str(plan.options["python"])
    program = _from_folder(python) if folder == root else _below(_later(plan, root), python)
    # `exec` leaves no shell behind, so that signals reach the project's Python itself.
    return f"cd {folder} || exit 3; exec {program} {words}"


def _project(plan: Plan) -> str:
    """Return the start of the command where the worker is to find the Python."""
    root = _root(plan, _REASONS[0])
    folder = _folder(plan, root)
    # It stands between quotes, which end where others begin.
    default = VENV if folder == root else f"{_later(plan, root)}/{VENV}".replace('"', "")
    variable = python_variable(plan.project)
    # With its level first, as each line of a task: the operator logs it as an error.
    message = f"ERROR No Python at $PYTHON: {remedy(plan, 'airflow', _root_name(plan))}."
    return (
        f'cd {folder} || exit 3\nPYTHON="${{{variable}:-{default}}}"\n'
        f'command -v "$PYTHON" > /dev/null || echo "{message}"\n'
    )


def _root(plan: Plan, reason: str) -> str:
    # `:?` ends the shell where the variable is unset or empty (POSIX, 2.6.2 Parameter Expansion).
    return f'"${{{_root_name(plan)}:?{reason}}}"'


def _folder(plan: Plan, root: str) -> str:
    return _below(root, plan.run.project_dir or ".")


def _later(plan: Plan, root: str) -> str:
    """Once it was checked, in `cd`, the plain variable will do."""
    return f'"${_root_name(plan)}"' if _folder(plan, root).startswith(root) else root


def root_variable(plan: Plan) -> str | None:
    """Return the Airflow Variable that holds the root, as a literal."""
    name = plan.options.get("root", {}).get("variable")
    return string(name) if name else None


def _root_name(plan: Plan) -> str:
    if root_variable(plan):
        return ROOT
    env = plan.options.get("root", {}).get("env")
    name = str(env or package_variable(plan.project, "ROOT"))
    if not _NAME.fullmatch(name):
        what = f"No shell can name the environment variable `{name}`."
        remedy = f"Set `root: {{env: NAME}}`, of {_LETTERS}."
        raise UnsupportedError(Finding(what=what, where="targets.airflow.root", remedy=remedy))
    return name


def _below(root: str, path: str) -> str:
    """Return a path that is relative to the root; an absolute one stands for itself."""
    if path.startswith("/"):
        return shlex.quote(path)
    return root if path == "." else f"{root}/{shlex.quote(path)}"


def _from_folder(python: str) -> str:
    """A name without a slash would be looked up in PATH, and one with a dash be an option."""
    return shlex.quote(python if re.match(r"[^-].*/|/", python) else f"./{python}")
