"""What an export notes of its plans: each once, however many pipelines and targets have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shipway.cli.exported import TargetExport

_Owners = list[tuple[str, str]]
"""Pairs of a target and a pipeline."""


def notes_of_plans(exports: Sequence[TargetExport]) -> Iterator[str]:
    """Yield each note of the plans, and what was lost, with whose it is where not all have it."""
    everyone = [(item.target, one.plan.subject) for item in exports for one in item.compiled]
    for text, owners in _owners(exports).items():
        whose = _whose(owners, everyone)
        yield f"{text} ({whose})" if whose else text


def _owners(exports: Sequence[TargetExport]) -> Mapping[str, _Owners]:
    owners: dict[str, _Owners] = {}
    for item in exports:
        for one in item.compiled:
            notes = [f"note: {note}" for note in one.plan.notes]
            losses = [f"lost: {setting}" for setting in one.losses]
            for text in dict.fromkeys((*notes, *losses)):
                owners.setdefault(text, []).append((item.target, one.plan.subject))
    return owners


def _whose(owners: _Owners, everyone: _Owners) -> str:
    """Return which pipelines have something, and on which targets; nothing for all."""
    pipelines = list(dict.fromkeys(pipeline for _, pipeline in owners))
    targets = list(dict.fromkeys(target for target, _ in owners))
    all_pipelines = {pipeline for _, pipeline in everyone}
    all_targets = {target for target, _ in everyone}
    words = []
    if set(pipelines) != all_pipelines:
        words.append(", ".join(pipelines))
    if set(targets) != all_targets:
        words.append(f"on {', '.join(targets)}")
    return " ".join(words)
