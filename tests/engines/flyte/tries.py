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

    def attempt(task: Any, inputs: dict[str, Any], more: int) -> Any:
        try:
            return once(task, **inputs)
        except FlyteRecoverableException as error:
            if not more:
                raise
            print(f"{task.name} is tried again: {error}")
        return attempt(task, inputs, more - 1)

    PythonFunctionTask.execute = lambda task, **inputs: attempt(task, inputs, task.metadata.retries)
