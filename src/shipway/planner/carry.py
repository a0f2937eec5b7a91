"""What a task's call can carry from one task of a run to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.errors import Finding, PlanError, SettingsError
from shipway.planner.plan import Handoff
from shipway.settings.settings import PipelineSettings


def check_carried(handoffs: Sequence[Handoff], settings: PipelineSettings) -> None:
    """Check that what tasks hand to each other arrives.

    Raises:
        SettingsError: `memory: store` without a store.
        PlanError: plain `kedro run` would lose a dataset, or load another run's.
    """
    stores = settings.get("memory") == "store"
    if stores and not settings.get("store"):
        raise SettingsError(_no_store(settings))
    if settings.get("run_with") != "kedro":
        return
    findings = [*_versions(handoffs, settings)]
    if stores:
        findings.append(_not_stored(settings))
    if findings:
        raise PlanError(*findings)


def _versions(handoffs: Sequence[Handoff], settings: PipelineSettings) -> Iterator[Finding]:
    """Each `kedro run` makes a version of its own and reads the latest, whoever wrote it."""
    if settings.get("concurrency.runs") == 1:
        return
    for handoff in handoffs:
        if handoff.versioned:
            yield Finding(
                what=f"The versioned dataset `{handoff.dataset}` passes from `{handoff.writer}` "
                f"to {', '.join(f'`{reader}`' for reader in handoff.readers)}. Plain `kedro run` "
                "loads the latest version, which may be another run's when two are under way.",
                where=settings.place("run_with"),
                remedy="Set `run_with: shipway`, which gives a run one version; or "
                "`concurrency: {runs: 1}`; or let these nodes share a task.",
            )


def _no_store(settings: PipelineSettings) -> Finding:
    return Finding(
        what="`memory: store` needs a `store`: the folder that all tasks reach.",
        where=settings.place("memory"),
        remedy="Add one, such as `store: s3://bucket/shipway`, or `store: data/store` where tasks "
        "share a disk.",
    )


def _not_stored(settings: PipelineSettings) -> Finding:
    return Finding(
        what="Plain `kedro run` cannot carry datasets in memory from task to task.",
        where=settings.place("memory"),
        remedy="Set `run_with: shipway`, or `memory: fuse`.",
    )
