"""What Go's cron reads otherwise than cron itself; Argo, Kubeflow and Kubernetes have it.

Source: `github.com/robfig/cron`, `spec.go`, dow: days of the week are 0 to 6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipway.errors import Finding
from shipway.planner.plan import Plan

# A whole 7, but not the step of `*/7`; cron itself takes both 0 and 7 (crontab(5)).
_SUNDAY = re.compile(r"(?<!/)\b7\b")


def is_read(cron: str) -> bool:
    """Tell whether Go's cron reads an expression of five fields as cron does."""
    # The last of five fields is the day of the week; a 7 among the hours is an hour.
    return not _SUNDAY.search(cron.rpartition(" ")[2])


def cron_faults(plan: Plan, cron: str | None, reader: str) -> Iterator[Finding]:
    """Yield what is wrong with a schedule, where there is one, for who reads it."""
    if cron and not is_read(cron):
        yield Finding(
            what=f"{reader} knows Sunday as 0, not as 7.",
            where=plan.run.places.get("schedule"),
            remedy="Write 0, or SUN.",
        )
