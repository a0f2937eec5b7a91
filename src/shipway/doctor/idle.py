"""Settings and options that nothing makes use of."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.doctor.result import Result, note, ok
from shipway.doctor.subject import TargetSubject
from shipway.planner.idle_settings import idle_notes
from shipway.planner.plan import Plan
from shipway.targets.exporter import KnowsIdleOptions


def check_idle(subject: TargetSubject) -> Iterator[Result]:
    """Say which settings have no effect, once each."""
    texts: dict[tuple[str, str | None], None] = {}
    for plan in subject.plans:
        texts |= {(text, None): None for text in idle_notes(plan.tasks)}
        if isinstance(subject.exporter, KnowsIdleOptions):
            options = subject.exporter.idle_options(plan)
            texts |= {(_without_effect(plan, why), at): None for at, why in options.items()}
    for what, where in texts:
        yield note("options", what, where, "Leave it out, or set what it counts with.")
    if subject.plans and not texts:
        yield ok("options", "Every setting has an effect.")


def _without_effect(plan: Plan, why: str) -> str:
    return f"It has no effect on `{plan.subject}`: {why}."
