"""Load variants of a file, and say of each why Dagster refuses it, or nothing, as JSON.

Of steps that are pods, the jobs are made as well.

Runs in Dagster's own environment: standard input holds a mapping of names to texts.
"""

from __future__ import annotations

import json
import os
import sys
from types import ModuleType

import dagster as dg

# The folder of a script is the first where Python looks for modules.
from pods import jobs_of_steps  # type: ignore[import-not-found]


def refusal(name: str, text: str) -> str | None:
    """Return the first line of what Dagster says of a file that it refuses."""
    module = ModuleType(name)
    try:
        exec(compile(text, f"{name}.py", "exec", dont_inherit=True), module.__dict__)
        dg.Definitions.validate_loadable(module.defs)
        if hasattr(module, "EXECUTOR"):
            job = module.defs.resolve_job_def(module.job.name)
            if job.executor_def.name == "k8s":
                jobs_of_steps(job, f"{name}.py")
    except Exception as error:  # noqa: BLE001 - of whatever kind it is
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return None


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    texts = json.load(sys.stdin)
    json.dump(
        {name: refusal(f"m{n}", text) for n, (name, text) in enumerate(texts.items())}, answers
    )
    answers.flush()
