"""Jobs of one pipeline on every target: none shares a name, a file, a version or a store.

Neither with another job, nor with a pipeline, a part of one, or the same in another environment.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from shipway.artifacts.identity import identity_in
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.model import Parameter
from shipway.planner.cut import Cut
from shipway.runtime.store import folder_of
from shipway.runtime.version import version_of
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find, names
from tests.targets import settings_of_all
from tests.unit.planner.build_ir import node, pipeline, project

NODES = (
    node("load", "raw params:country", "x", tags=("etl",)),
    node("train", "x", "y", tags=("ml",)),
)
OF = project(
    pipeline(*NODES, name="scoring"),
    pipeline(*NODES, name="scoring.jobs"),
    memory="x",
    parameters=(Parameter(path=("country",), value="de"),),
)
JOBS = ("fr", "a.b", "A.B", "a_b", "a-b", "_prod", "scoring_jobs", "scoring__prod", "x" * 250)
FLOW = re.compile(r"(?:--flow=|\"flow\": \")(?P<flow>[\w.-]+)")
CREATED = datetime(2026, 1, 31, tzinfo=timezone.utc)
STORE = {"memory": "store", "store": "data/store"}


def artifacts(target: str, **job: Any) -> list[Compiled]:
    """All that there is of a project: pipelines, jobs and parts, with and without environment."""
    exporter = find(target)
    content = {"pipeline": "scoring", **STORE, **job}
    jobs = {name: {**content, "params": {"country": name}} for name in JOBS}
    raw = settings_of_all(jobs=jobs, pipelines={p.name: STORE for p in OF.pipelines})
    settings = settings_for(SettingsSource(values=raw), [exporter])
    return [
        one
        for env in (None, "prod")
        for cut in (Cut(), Cut(tags=("etl",)))
        for one in compile_all(
            replace(OF, env=env), settings, exporter, Selection(all_pipelines=True, cut=cut)
        )
    ]


def claims(target: str, one: Compiled) -> Iterator[tuple[str, str]]:
    """Yield what an artifact has for itself on its orchestrator, as its text alone says it."""
    texts = {file.path: file.text for file in one.files}
    contents = find(target).read_back(one.plan, texts).contents()
    yield "name", contents.name.casefold()
    yield from (("deployment", job.name.casefold()) for job in one.plan.jobs)
    yield from (("digest", plan.digests["plan"]) for plan in (one.plan.jobs or (one.plan,)))
    yield from (("file", path.casefold()) for path in texts)
    yield from (("identity", of) for of in {identity_in(text) for text in texts.values()} if of)
    # One and the same id at one and the same time: whatever the orchestrator calls its runs.
    (flow,) = {match["flow"] for text in texts.values() for match in FLOW.finditer(text)}
    version = version_of(CREATED, OF.name, flow, "1")
    yield "version", version
    yield "store", folder_of("data/store", flow, version)


def shared(target: str, compiled: list[Compiled]) -> Mapping[tuple[str, str], int]:
    counts = Counter(claim for one in compiled for claim in claims(target, one))
    return {claim: count for claim, count in counts.items() if count > 1}


@pytest.mark.parametrize("target", names())
def test_no_two_share_anything(target: str) -> None:
    # With a retry, since what differs in parameters alone may be one artifact on purpose.
    compiled = artifacts(target, retries=1)
    assert shared(target, compiled) == {}
    assert len(compiled) == 4 * (len(JOBS) + len(OF.pipelines))
    kinds = {kind for one in compiled for kind, _ in claims(target, one)}
    assert kinds >= {"name", "file", "version", "store", "digest", "identity"}


@pytest.mark.parametrize("target", names())
def test_deployments_of_one_flow_share_nothing_either(target: str) -> None:
    """Their runs are told apart by ids that no other run of the server has."""
    compiled = artifacts(target)
    assert shared(target, compiled) == {}
    jobs = [job for one in compiled for job in (one.plan.jobs or (one.plan,)) if job.job]
    assert len({job.name.casefold() for job in jobs}) == len(jobs) == 4 * len(JOBS)


@pytest.mark.parametrize("target", names())
def test_control_what_is_exported_twice_shares_all(target: str) -> None:
    compiled = [one for one in artifacts(target, retries=1) if one.plan.subject == "fr"]
    kinds = {kind for kind, _ in shared(target, [*compiled, compiled[0]])}
    assert kinds == {"name", "digest", "file", "identity", "version", "store"}
