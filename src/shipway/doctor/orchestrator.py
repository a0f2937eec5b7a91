"""The orchestrator, where it is installed beside the project: whether its release fits."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator

from shipway.doctor.result import Result, note, ok
from shipway.doctor.subject import TargetSubject
from shipway.targets.orchestrators import title_of
from shipway.targets.surroundings import KnowsSurroundings, Surroundings


def check_orchestrator(subject: TargetSubject) -> Iterator[Result]:
    """Say which release is here; artifacts need none to be exported."""
    if not (subject.plans and isinstance(subject.exporter, KnowsSurroundings)):
        return
    surroundings = subject.exporter.surroundings(subject.plans[0])
    if surroundings.package is None:
        return
    title = title_of(subject.exporter, subject.plans[0].options)
    try:
        version = importlib.metadata.version(surroundings.package)
    except importlib.metadata.PackageNotFoundError:
        what = f"{title} is not in this environment, and need not be."
        yield ok("orchestrator", f"{what} {_range(surroundings)} runs the artifact.")
        return
    first, end = surroundings.releases
    if first <= _release(version) < end:
        yield ok("orchestrator", f"{title} {version} of this environment runs it.")
    else:
        what = f"{title} {version} is here. {_range(surroundings)} runs the artifact."
        yield note("orchestrator", what, None, "Export for the release that will load it.")


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _range(surroundings: Surroundings) -> str:
    first, end = (".".join(map(str, release)) for release in surroundings.releases)
    return f"{first} or later, below {end}"
