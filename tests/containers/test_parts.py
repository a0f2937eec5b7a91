"""The parts of the small Kubernetes API that need no container."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .kubernetes.addresses import parse
from .kubernetes.expansion import expand
from .kubernetes.logs import followed, written
from .kubernetes.objects import Refused
from .kubernetes.patches import apply
from .kubernetes.quantities import amount
from .kubernetes.selectors import by_fields, by_labels


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # Kubernetes, third_party/forked/golang/expansion/expand_test.go
        ("$(VAR_A)", "A"),
        ("___$(VAR_B)___", "___B___"),
        ("$(VAR_A)-1", "A-1"),
        ("f000-$$VAR_A", "f000-$VAR_A"),
        ("foo\\$(VAR_C)bar", "foo\\Cbar"),
        ("foo$$(VAR_A)bar", "foo$(VAR_A)bar"),
        ("foo$$$(VAR_B)bar", "foo$Bbar"),
        ("$(VAR_A)$", "A$"),
        ("$VAR_A", "$VAR_A"),
        ("$(VAR_A", "$(VAR_A"),
        ("$(VAR_DNE)", "$(VAR_DNE)"),
        ("$$$$$$(BIG_MONEY)", "$$$(BIG_MONEY)"),
        ("$$$$$$$(VAR_A)", "$$$A"),
        ("$VAR_A)", "$VAR_A)"),
        ("${VAR_A}", "${VAR_A}"),
        ("$(VAR_B)_______$(A", "B_______$(A"),
        ("$(EMPTY)$()", "$()"),
        ("\n", "\n"),
    ],
)
def test_references(text: str, wanted: str) -> None:
    assert expand(text, {"VAR_A": "A", "VAR_B": "B", "VAR_C": "C", "EMPTY": ""}) == wanted


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", "0.5"), ("1", 1), ("1Gi", 2**30), ("1e3", 1000), ("1.5k", 1500), (".5", "0.5")],
)
def test_quantities(text: str, value: str | int) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize("text", ["64Megs", "", "1 Gi", "1GB", "Gi", "1e", "1mi"])
def test_no_quantities(text: str) -> None:
    with pytest.raises(ValueError, match="quantities"):
        amount(text)


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("", True),
        ("a=1", True),
        ("a==1,b!=3", True),
        ("a!=1", False),
        ("a", True),
        ("!c", True),
        ("!a", False),
        ("a in (1, 2),b notin (3)", True),
        ("c notin (3)", True),
        ("c in (3)", False),
        ("example.com/x=y", True),
    ],
)
def test_labels(selector: str, chosen: bool) -> None:
    labels = {"a": "1", "b": "2", "example.com/x": "y"}
    assert by_labels(selector, {"metadata": {"labels": labels}}) is chosen


def test_fields() -> None:
    event = {"metadata": {"name": "e"}, "involvedObject": {"name": "p"}}
    assert by_fields("involvedObject.name=p,metadata.name!=x", event)
    assert not by_fields("involvedObject.name=q", event)


def test_an_unreadable_selector_is_refused() -> None:
    with pytest.raises(Refused):
        by_labels("a ~ b", {"metadata": {}})


@pytest.mark.parametrize(
    ("patch", "wanted"),
    [
        ({"metadata": {"labels": {"b": "2", "a": None}}}, {"b": "2"}),
        ([{"op": "add", "path": "/metadata/labels/x~1y", "value": "1"}], {"a": "1", "x/y": "1"}),
        ([{"op": "remove", "path": "/metadata/labels/a"}], {}),
    ],
)
def test_patches(patch: Any, wanted: dict[str, str]) -> None:
    item: dict[str, Any] = {"metadata": {"labels": {"a": "1"}}}
    apply(item, patch)
    assert item["metadata"]["labels"] == wanted


def test_addresses() -> None:
    pods = parse("/api/v1/namespaces/a/pods/p/log?follow=True")
    assert (pods.namespace, pods.name, pods.part) == ("a", "p", "log")
    assert pods.says("follow")
    jobs = parse("/apis/batch/v1/jobs?watch=1")
    assert (jobs.resource, jobs.namespace, jobs.name) == ("jobs", None, None)
    space = parse("/api/v1/namespaces/a")
    assert (space.resource, space.name) == ("namespaces", "a")


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/apis/apps/v1/deployments", "/api/v1/nodes"])
def test_no_addresses(path: str) -> None:
    with pytest.raises(Refused):
        parse(path)


def test_logs(tmp_path: Path) -> None:
    moment = "2026-01-02T03:04:05.123456789+00:00"
    file = tmp_path / "log"
    file.write_text(f"{moment} stdout F a  b\n{moment} stderr P c\n{moment} stderr F d\n")
    assert written(file) == ["a  b\n", "c", "d\n"]
    stamped = [*followed(file, lambda: True, timestamps=True, since=None)]
    assert "".join(stamped).splitlines() == [
        f"{moment.replace('+00:00', 'Z')} {text}" for text in ("a  b", "cd")
    ]
