"""Who hears how a run has ended, as hooks of the flow.

An automation would do without code, but it stands on the server alone: no file that `prefect
deploy` reads holds one. A hook runs in the process of the flow; that for a crash, in the worker's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.python_literals import Call
from shipway.settings.values import RunSettings

_BLOCK = "hooks that load the `Webhook` block of that name"
_NO_MAIL = "A server of Prefect sends no e-mail: give a `webhook`."
EMULATED: Mapping[str, str] = {
    "notify.on_failure.webhook": _BLOCK,
    "notify.on_success.webhook": _BLOCK,
}
UNSUPPORTED: Mapping[str, str] = {
    "notify.on_failure.email": _NO_MAIL,
    "notify.on_success.email": _NO_MAIL,
}
_HOOK = "webhook_hook"


def hooks(run: RunSettings) -> Iterator[tuple[str, list[Call]]]:
    """Yield the hooks of a flow, by the name of the decorator's argument."""
    if failure := [Call(_HOOK, (name,)) for name in webhooks(run, "on_failure")]:
        # A run whose process is lost has crashed, and not failed (Prefect, `StateType`).
        yield "on_failure", failure
        yield "on_crashed", failure
    if success := [Call(_HOOK, (name,)) for name in webhooks(run, "on_success")]:
        yield "on_completion", success


def notices_in(decorator: Mapping[str, Any]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return whom the decorator of a flow tells, by capability; a crash is told like a failure."""
    failure, crash, success = (
        tuple((call.args[0],) for call in decorator.get(name, ()))
        for name in ("on_failure", "on_crashed", "on_completion")
    )
    notices = {
        "notify.on_failure.webhook": failure if failure == crash else (*failure, *crash),
        "notify.on_success.webhook": success,
    }
    return {capability: names for capability, names in notices.items() if names}


def webhooks(run: RunSettings, event: str) -> list[str]:
    """Return the names of the blocks that hear of an event, `on_failure` or `on_success`."""
    notices = run.on_failure if event == "on_failure" else run.on_success
    return [notice.to[0] for notice in notices if notice.kind == "webhook"]
