"""What Luigi can express. Its scheduler starts nothing by itself, and keeps no secrets."""

from __future__ import annotations

from shipway.settings.run_settings import NOTICES
from shipway.targets.capabilities import support_table
from shipway_exporters.containers.arguments import NO_INTERVAL, NO_KEDRO_RUN

_BY_CRON = "Let cron, or a timer of systemd, start `python -m luigi`."
_BY_EMAIL = "Set `receiver` and `sender` in the section `[email]` of Luigi's own configuration."
_NO_PLACE = "Luigi has no place for it: accept its loss, or leave it out."
_SECRETS = "Set it in the environment that Luigi runs in, which tasks inherit."
CAPABILITIES = support_table(
    native={
        "run_on.local": "processes on the machine that Luigi runs on",
        "retries": "`retry_count`, and `keep_alive` of the worker",
        "retry_delay": "`retry_delay` of the scheduler, one for all tasks",
        "concurrency.tasks": "`workers`; one unless set",
        "parameters": "typed parameters of the pipeline's task",
        "run_parameters.run_id": "`run_id`",
        "local_files": "tasks share the machine's disk",
    },
    emulated={
        "timeout": "enforced by `shipway.runtime`: Luigi interrupts no thread",
        "env": "set for the task's process",
        "description": "the docstring of the pipeline's task",
        "run_parameters.logical_date": "when the run was first asked for",
        "memory.store": "carried by `shipway.runtime`",
        "memory.cleanup": "a last task",
    },
    unsupported={
        "retry_backoff": "Every pause is as long as the first.",
        "concurrency.runs": "Start a run through `flock`, so that it waits for the one before.",
        "schedule.cron": _BY_CRON,
        "schedule.datasets": _BY_CRON,
        "schedule.start": _BY_CRON,
        "schedule.catchup": _BY_CRON,
        "schedule.parameters": "Give them to the command that cron starts.",
        "run_parameters.interval_start": NO_INTERVAL,
        "run_parameters.interval_end": NO_INTERVAL,
        "run_with": NO_KEDRO_RUN,
        "secrets": _SECRETS,
        "env_from.secret": _SECRETS,
        "env_from.config_map": _SECRETS,
        "owner": _NO_PLACE,
        "labels": _NO_PLACE,
        **dict.fromkeys(NOTICES, _BY_EMAIL),
    },
    otherwise="Tasks run on Luigi's machine itself, and share its compute and its files.",
)
