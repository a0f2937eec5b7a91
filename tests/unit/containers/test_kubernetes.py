"""The rules of Kubernetes: names, quantities, texts, tolerations."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from shipway_exporters.containers import kubernetes_names as names
from shipway_exporters.containers.escapes import (
    braces_apart,
    escape_expansions,
    is_expanded,
    unescape_expansions,
)
from shipway_exporters.containers.pods import toleration_faults
from shipway_exporters.containers.resources import amount_of, mebibytes, millicores, settings_of


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (names.is_object, ["a", "db.shop", "0-a", "a" * 253], ["", "A", "a_b", "-a", "a" * 254]),
        (names.is_volume, ["a", "0-a", "a" * 63], ["", "db.shop", "a-", "a" * 64]),
        (names.is_label_key, ["team", "example.com/Pool", "a" * 63], ["", "a b", "-a", "a" * 64]),
        (names.is_annotation_key, ["Team", "EXAMPLE.com/Pool"], ["", "a b", "-a"]),
        (names.is_namespace, ["a", "a-1"], ["", "db.shop", "A"]),
        (names.is_label_value, ["", "A_b.c-1", "a" * 63], ["a b", "-a", "ü", "a" * 64]),
        (names.is_data_key, ["pass.word", "A_b-1"], ["", ".", "..", "..a", "a b", "a" * 254]),
        (names.is_variable, ["A", "_a.b-1"], ["", "1A", "A=B", "..A"]),
        (
            names.is_device,
            ["nvidia.com/gpu"],
            ["gpu", "/gpu", "Nvidia.com/gpu", "a..b/gpu", "requests.a/gpu"],
        ),
        (names.is_mount_path, ["/", "/app/data"], ["", "data", "/a:b", "/a/../b"]),
        (names.is_sub_path, ["", "in/x"], ["/in", "../out"]),
    ],
)
def test_names(rule: Callable[[str], bool], good: list[str], bad: list[str]) -> None:
    assert [name for name in good if not rule(name)] == []
    assert [name for name in bad if rule(name)] == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        *(("500m", "0.5"), ("2", "2"), ("1Gi", "1073741824"), ("1.5k", "1500"), ("2e3", "2000")),
        *(("1E", "1e18"), ("100n", "1e-7"), (".5", "0.5")),
        *((text, None) for text in ("", "much", "1 Gi", "2GB", "1Mega", "two")),
    ],
)
def test_quantities(text: str, amount: str | None) -> None:
    assert amount_of(text) == (None if amount is None else Decimal(amount))


def test_amounts_are_written_as_quantities() -> None:
    assert millicores(0.5) == "500m"
    assert mebibytes(2**20 + 1) == 2


def test_devices_are_read_back() -> None:
    assert dict(settings_of({"cpu": "1", "amd.com/gpu": "2"})) == {
        "resources.cpu": "1",
        "resources.gpu": 2,
        "resources.gpu_type": "amd.com/gpu",
    }


@pytest.mark.parametrize("text", ["$(id)", "$$", "a $$(b) $$$", "$HOME ${x}", "$"])
def test_a_text_is_what_it_was_once_kubernetes_has_read_it(text: str) -> None:
    assert unescape_expansions(escape_expansions(text)) == text
    assert is_expanded(text) == (escape_expansions(text) != text)


def test_braces_of_json_do_not_meet() -> None:
    assert braces_apart('--params={"a": {"b": {}}}') == '--params={"a": {"b": {} } }'
    assert braces_apart('--nodes={"a{{b": "x"}') == '--nodes={"a\\u007b\\u007bb": "x"}'
    assert braces_apart("--task={{x}}") == "--task={{x}}"


@pytest.mark.parametrize(
    ("toleration", "keys"),
    [
        ({"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}, []),
        ({"operator": "Exists"}, []),
        ({"key": "a", "value": "b", "effect": "NoExecute", "tolerationSeconds": 60}, []),
        ({"key": "a", "operator": "Like"}, [None]),
        ({"value": "a"}, [None]),
        ({"key": "a b", "operator": "Exists", "value": "x"}, ["key", "value"]),
        ({"key": "a", "tolerationSeconds": 1}, ["tolerationSeconds"]),
    ],
)
def test_tolerations(toleration: dict[str, Any], keys: list[str | None]) -> None:
    assert [key for key, _ in toleration_faults(toleration)] == keys
