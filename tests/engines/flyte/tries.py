"""Further tries of a task, which Flyte's engine makes and `pyflyte run` does not.

Source: flyteorg/flyte, `flytepropeller/pkg/controller/nodes/executor.go`: a recoverable failure is
tried again as often as the strategy says; any other fails the node at once.
"""

from __future__ import annotations

from typing import Any


def try_again() -> None:
    """Let tasks of this process be tried again, as often as their metadata say."""
    from flytekit.core.python_function_task import PythonFunctionTask
    from flytekit.exceptions.user import FlyteRecoverableException

    once = PythonFunctionTask.execute

    def execute(task: Any, **inputs: Any) -> Any:
        for _ in range(task.metadata.retries):
            try:
                return once(task, **inputs)
            except FlyteRecoverableException as error:
                print(f"{task.name} is tried again: {error}")
        return once(task, **inputs)

    PythonFunctionTask.execute = execute
