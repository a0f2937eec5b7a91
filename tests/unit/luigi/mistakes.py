"""Mistakes made in the files that a small project is exported to, and what finds each.

A change is a pattern of one of the files' texts, and what stands there instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MISTAKES: Mapping[str, tuple[str, str]] = {
    "no exit code for a failure": (r"task_failed = 30\n", ""),
    "an exit code of nine bits": ("task_failed = 30", "task_failed = 300"),
    "a section by another name": (r"\[retcode\]", "[retcodes]"),
    "a key by another name": ("keep_alive = true", "keepalive = true"),
    "a key in another section": (r"\[worker\]", "[scheduler-of-workers]"),
    "retries without a worker that stays": (r"\[worker\]\nkeep_alive = true\n", ""),
    "a worker that stays without a pause": (r"\[scheduler\]\nretry_delay = 30\n", ""),
    "a pause with a unit": ("retry_delay = 30", "retry_delay = 30s"),
    "a pause that never ends": ("retry_delay = 30", "retry_delay = -1"),
    "no workers": (r"\Z", "[core]\nworkers = 0\n"),
    "another pause": ("retry_delay = 30", "retry_delay = 3"),
    "another number of tries": ("retry_count = 4", "retry_count = 3"),
    "no try": ("retry_count = 2", "retry_count = 0"),
    "one run for all": ("run_id = luigi.Parameter.*", 'run_id = luigi.Parameter(default="run")'),
    "runs that are not told apart": (r"\(default=RUN_ID", "(significant=False, default=RUN_ID"),
    "a task with a run of its own": (r"class B\(Kedro\):", '\\g<0>\n    run_id = "b"'),
    "tasks that outlive Luigi": (r'    "until_stdin_ends": True,\n', ""),
    "an edge that is missing": (r"self.clone\(A\), self.clone\(B\)", "self.clone(A)"),
    "a task that nothing requires": (r"self.clone\(CleanUpStore\)", "self.clone(C)"),
    "a task that is not there": (r"self.clone\(B\)", "self.clone(Bb)"),
    "a class by another name": (r"class B\(Kedro\)", "class Bb(Kedro)"),
    "a class of another kind": (r"class B\(Kedro\)", "class B(luigi.Task)"),
    "a parameter of another kind": ("luigi.IntParameter", "luigi.Parameter"),
    "the default of another parameter": (r'DEFAULTS\["p.q"\]', 'DEFAULTS["r"]'),
    "a parameter under another name": ('"p.q": self', '"p.qq": self'),
    "another namespace": ('task_namespace = "shop"', 'task_namespace = "store"'),
    "another digest": (r'"digests": {"__default__": "', r"\g<0>0"),
    "a deadline that is longer": ('"timeout": 3600', '"timeout": 36000'),
    "a node with other inputs": ("x, params:names -> y", "params:names -> y"),
    "a variable with another value": ('"fast"', '"slow"'),
}
BY_RULES = {
    *("no exit code for a failure", "an exit code of nine bits", "a section by another name"),
    *("a key by another name", "a key in another section", "retries without a worker that stays"),
    *("a worker that stays without a pause", "a pause with a unit", "a pause that never ends"),
    *("no workers", "no try", "one run for all", "runs that are not told apart"),
    *("a task with a run of its own", "tasks that outlive Luigi", "a task that nothing requires"),
    *("a task that is not there", "a class by another name", "a class of another kind"),
    *("an edge that is missing",),
}
"""What our rules find; all others differ from the plan."""
BY_LUIGI = {
    *("a pause with a unit", "a class by another name", "a task that is not there"),
    *("a class of another kind", "a parameter of another kind"),
    *("the default of another parameter",),
}
"""What Luigi refuses as it loads the files and plans the run."""


def with_mistake(texts: Mapping[str, str], mistake: str) -> dict[str, str]:
    """Return the files with a mistake in one of them."""
    pattern, instead = MISTAKES[mistake]
    name = "luigi.cfg" if re.search(pattern, texts["luigi.cfg"]) else "luigi_tasks.py"
    text = re.sub(pattern, instead, texts[name], count=1)
    assert text != texts[name], mistake
    return {**texts, name: text}
