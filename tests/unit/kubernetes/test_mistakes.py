"""What finds each mistake: the schema of Kubernetes, what its server checks besides, our rules."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from shipway.schemas.document import places
from shipway.schemas.problems import Problem
from shipway_exporters.kubernetes.rules import faults
from tests.containers.kubernetes.admission import admit
from tests.containers.kubernetes.cluster import set_names
from tests.containers.kubernetes.objects import Refused

from .mistakes import MISTAKES, Manifest

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "__default__" / "kubernetes"
BY_SCHEMA = {
    *("an API that is gone", "a job and no CronJob", "a label that is a number", "no schedule"),
    *("the zone by another name", "no template of jobs", "tries as text"),
    *("a deadline with a fraction", "the deadline of a container", "a number among the words"),
    *("a variable that is a number", "a secret without its key", "resources of the pod"),
}
"""What the schemas of Kubernetes find; the rest is for the code of a server, if it looks at all."""
BY_RULES_ALONE = {
    *("a job's own label", "no zone", "a schedule of its own that nobody set"),
    *("tries left to Kubernetes", "a second container", "an empty command"),
    *("a word that refers to nothing", "a word of 128 KiB", "the job's name too late"),
    *("the name of another label", "a field that no variable has", "a variable twice"),
    *("a mount with a colon", "more tries than 32 bits hold", "a start that the controller misses"),
}
"""What a server takes, and a run then does otherwise; or what this one does not look at."""
JUNK: tuple[Any, ...] = (None, True, 1, 0.5, "", "x", [], [[]], [None], {}, {"x": []}, {1: None})
"""Whatever a template of a user's may give."""


@pytest.fixture(scope="module")
def emitted() -> Manifest:
    manifest: Manifest = yaml.safe_load((GOLDEN / "energy.yaml").read_text(encoding="utf-8"))
    return manifest


def catchers(manifest: Manifest) -> Iterator[str]:
    """Yield all that find a mistake."""
    try:
        kubernetes_validate.validate(manifest, "1.37", strict=True)
    except kubernetes_validate.ValidationError:
        yield "schema"
    except kubernetes_validate.SchemaNotFoundError:
        yield "schema"
    if _is_refused(copy.deepcopy(manifest)):
        yield "server"
    if list(faults(manifest)):
        yield "rules"


def _is_refused(manifest: Manifest) -> bool:
    """Tell whether the API refuses what the schema takes."""
    try:
        set_names("cronjobs", "default", manifest)
        admit("cronjobs", manifest, "1.37")
    except Refused:
        return True
    return False


def test_what_is_emitted_has_no_fault(emitted: Manifest) -> None:
    assert list(catchers(emitted)) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_found(emitted: Manifest, mistake: str) -> None:
    manifest = copy.deepcopy(emitted)
    MISTAKES[mistake](manifest)
    assert manifest != emitted
    by_schema = {"schema"} if mistake in BY_SCHEMA else set()
    by_server = set() if mistake in BY_RULES_ALONE else {"server"}
    assert set(catchers(manifest)) == {"rules", *by_schema, *by_server}


def test_the_table_is_long_enough() -> None:
    assert len(MISTAKES) >= 40
    assert MISTAKES.keys() >= BY_SCHEMA | BY_RULES_ALONE


def test_no_junk_breaks_a_rule(emitted: Manifest) -> None:
    """Whatever is anywhere, the rules say so or pass; they do not raise."""
    everywhere = [keys for keys, _ in places(emitted) if keys]
    for index, keys in enumerate(everywhere):
        for junk in JUNK[index % 2 :: 2]:
            manifest = copy.deepcopy(emitted)
            holder: Any = manifest
            for key in keys[:-1]:
                holder = holder[key]
            holder[keys[-1]] = junk
            assert all(isinstance(fault, Problem) for fault in faults(manifest))
    for junk in JUNK:
        assert list(faults(junk))
