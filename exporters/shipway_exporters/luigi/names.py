"""Names in a module of tasks: classes in PascalCase, parameters as Luigi's command line has them.

Luigi gives each parameter of the command's own task an option without a prefix, beside its own
options and those of all classes, which have theirs as a prefix (Luigi, `cmdline_parser`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from shipway.planner.naming import NameRules, assign, hashed_part
from shipway.tasks.limits import LONGEST_NAME
from shipway_exporters.python_files.names import BUILTINS, KEYWORDS


def _starts(options: Iterable[str]) -> frozenset[str]:
    """Return all that options start with, of which `argparse` makes the whole option."""
    return frozenset(option[:end] for option in options for end in range(1, len(option) + 1))


TASKS = NameRules(
    allowed=r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", first=r"\S", last=r"\S"
)
# The name of a folder, and the namespace of its tasks on the command line.
PIPELINES = NameRules(
    allowed=r"[A-Za-z0-9_-]", first=r"[A-Za-z_]", longest=100, longest_bytes=LONGEST_NAME
)
_IN_MODULE = frozenset(
    {"Kedro", "Json", "Popen", "PIPE", "STDOUT", "ROOT", "FOLDER", "PYTHON", "COMMAND", "PROCESS"}
    | {"HERE", "STATE", "STDIN", "LIFELINE", "LUIGI", "RUN_ID", "LEVELS", "DEFAULTS", "JOB"}
    | {"NamedTemporaryFile", "CmdlineParser"}
    | {"FileNotFoundError", "FileExistsError", "RuntimeError", "ValueError"}
)
_CLASSES = NameRules(
    allowed=r"[A-Za-z0-9_]",
    first=r"[A-Z]",
    prefix="N",
    longest=100,
    reserved=_IN_MODULE | KEYWORDS | BUILTINS,
)
# What a task has already: Luigi, `luigi.WrapperTask`, and the module itself.
_OF_A_TASK = frozenset(
    "accepts_messages batch_param_names batchable bulk_complete clone complete deps "
    "disable_hard_timeout disable_window disable_window_seconds disabled event_handler "
    "from_str_params get_param_names get_param_values get_params get_task_family "
    "get_task_namespace initialized input max_batch_size no_unpicklable_properties on_failure "
    "on_success output owner_email param_args param_kwargs priority process_resources "
    "remove_event_handler requires resources retry_count run run_id scheduler_messages "
    "set_progress_percentage set_status_message set_tracking_url decrease_running_resources "
    "task_family task_id task_module task_namespace to_str_params trigger_event "
    "use_cmdline_section worker_timeout".split()
)
# Its options without a prefix: Luigi, `interface.core`.
_OPTIONS = frozenset(
    "local_scheduler scheduler_host scheduler_port scheduler_url lock_size no_lock lock_pid_dir "
    "take_lock workers logging_conf_file log_level module parallel_scheduling "
    "parallel_scheduling_processes assistant help help_all root_task".split()
)
# Its classes whose options have their name as a prefix: `task_register.Register.get_all_params`.
_SECTIONS = (
    "email smtp sendgrid batch_email scheduler worker execution_summary retcode Range "
    "TestNotificationsTask".split()
)
# What the class body of a pipeline's task reads, after its parameters have got their names.
_IN_CLASS = frozenset({"luigi", "list", "dict", "Json", "RUN_ID", "DEFAULTS"})
_PARAMETERS = NameRules(
    allowed=r"[A-Za-z0-9_]",
    first=r"[A-Za-z]",
    prefix="p_",
    longest=100,
    last=r"[A-Za-z0-9]",
    refused=rf"^(Range|({'|'.join(['core', *_SECTIONS])})_)",
    reserved=KEYWORDS | _OF_A_TASK | _IN_CLASS | _starts([*_OPTIONS, *_SECTIONS]),
)


def class_names(labels: Iterable[str], others: Iterable[str] = ()) -> dict[str, str]:
    """Return a class name for each label, in PascalCase; those that come out alike get a hash.

    Args:
        others: classes that none of them may be.
    """
    plain = {label: _pascal(label) for label in labels}
    # A marker has the name of its task's class, on a disk that may not tell cases apart.
    counts = Counter(text.lower() for text in plain.values())
    raw = {
        label: text if counts[text.lower()] == 1 else hashed_part(label, text or "N")
        for label, text in plain.items()
    }
    rules = replace(_CLASSES, reserved=_CLASSES.reserved.union(others))
    names = assign(raw.values(), rules, str.lower)
    return {label: names[text] for label, text in raw.items()}


def parameter_names(names: Iterable[str], namespace: str) -> dict[str, str]:
    """Return what each parameter of Kedro's is called in the task of its pipeline.

    Args:
        namespace: of the pipeline's tasks, with which the options of each of them start.
    """
    reserved = _PARAMETERS.reserved | _starts([namespace.replace("-", "_")])
    return assign(names, replace(_PARAMETERS, reserved=reserved))


def _pascal(label: str) -> str:
    words = re.split(r"[^A-Za-z0-9]+", label)
    return "".join(word[:1].upper() + word[1:] for word in words)
