"""Who hears how a run has ended, as sensors of the job.

A sensor runs in the code location, whose environment holds the URL of each webhook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shipway.settings.values import RunSettings

_SENSOR = "a sensor of runs, which reads the URL from the environment variable of that name"
_NO_MAIL = "Give a `webhook`, or add `dg.make_email_on_run_failure_sensor` in a file of your own."
EMULATED: Mapping[str, str] = {
    "notify.on_failure.webhook": _SENSOR,
    "notify.on_success.webhook": _SENSOR,
}
UNSUPPORTED: Mapping[str, str] = {
    "notify.on_failure.email": _NO_MAIL,
    "notify.on_success.email": _NO_MAIL,
}
EVENTS: Mapping[str, str] = {"on_failure": "failure", "on_success": "success"}
"""The function of each event's sensor."""


def webhooks(run: RunSettings, event: str) -> list[str]:
    """Return the variables with the URLs that hear of an event, `on_failure` or `on_success`."""
    notices = run.on_failure if event == "on_failure" else run.on_success
    return [notice.to[0] for notice in notices if notice.kind == "webhook"]


def notices_in(urls: Mapping[str, Sequence[Any]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return whom the sensors of a file tell, by capability.

    Args:
        urls: the variables that each sensor's function reads, by its name.
    """
    notices = {
        f"notify.{event}.webhook": tuple((name,) for name in urls.get(function, ()))
        for event, function in EVENTS.items()
    }
    return {capability: names for capability, names in notices.items() if names}
