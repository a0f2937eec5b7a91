"""Settings and options that nothing makes use of."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.doctor.result import Result, note, ok
from shipway.doctor.subject import TargetSubject
from shipway.planner.idle_settings import idle_notes
from shipway.targets.exporter import KnowsIdleOptions


def check_idle(subject: TargetSubject) -> Iterator[Result]:
    """Say which settings have no effect, once each."""
    texts = dict.fromkeys(text for plan in subject.plans for text in idle_notes(plan.tasks))
    pairs = [*((text, None) for text in texts), *_options(subject)]
    for what, where in pairs:
        yield note("options", what, where, "Leave it out, or set what it counts with.")
    if subject.plans and not pairs:
        yield ok("options", "Every setting has an effect.")


def _options(subject: TargetSubject) -> Iterator[tuple[str, str]]:
    """Yield what to say of each option, and its place."""
    if not isinstance(subject.exporter, KnowsIdleOptions):
        return
    names: dict[tuple[str, str], list[str]] = {}
    for plan in subject.plans:
        for where, why in subject.exporter.idle_options(plan).items():
            names.setdefault((where, why), []).append(plan.subject)
    for (where, why), subjects in names.items():
        # Of all pipelines alike it goes without their names.
        some = len(subjects) < len(subject.plans)
        on = f" on {', '.join(f'`{name}`' for name in subjects)}" if some else ""
        yield f"It has no effect{on}: {why}.", where
