"""Quantities: of cores, and of bytes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shipway.settings.quantities import parse_bytes, parse_cores, parse_memory, parse_quantity


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("500m", "0.5"),
        ("2", "2"),
        (2, "2"),
        (0.5, "0.5"),
        ("1k", "1000"),
        ("1Ki", "1024"),
        ("1.5Gi", "1610612736"),
        ("1E", "1000000000000000000"),
        ("1Ei", "1152921504606846976"),
    ],
)
def test_quantities(value: Any, amount: str) -> None:
    quantity = parse_quantity(value)
    assert quantity.amount == Decimal(amount)
    assert quantity.text == str(value)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "m",
            "1K",
            "1gi",
            "1GB",
            "1 Gi",
            "-1",
            "+1",
            "1e3",
            "٣",
            "1_000",
            "0",
            "0Gi",
            "1.5.5",
        ),
        *(True, False, None, 0, -1, 1e30, float("inf"), float("nan"), [], {}),
    ],
)
def test_no_quantities(value: Any) -> None:
    with pytest.raises(ValueError, match=r"not a quantity|nothing at all"):
        parse_quantity(value)


def test_quantities_compare_by_amount() -> None:
    texts = ["2Gi", "3G", "500M", "1", "999m"]
    ordering = sorted(map(parse_quantity, texts))
    assert [quantity.text for quantity in ordering] == ["999m", "1", "500M", "2Gi", "3G"]


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("4GB", "4Gi"),
        ("512mb", "512Mi"),
        ("16gi", "16Gi"),
        ("1.5 GiB", "1.5Gi"),
        ("2TB", "2Ti"),
        ("10kb", "10Ki"),
    ],
)
def test_bytes_as_written_elsewhere(value: str, form: str) -> None:
    with pytest.raises(ValueError, match=f"is not a quantity.\nDid you mean `{form}`\\?"):
        parse_memory(value)


@pytest.mark.parametrize("value", ["500m", "512", 16, 0.5, "1023Ki"])
def test_memory_too_small_for_a_process(value: Any) -> None:
    with pytest.raises(ValueError, match=r"bytes, too little for any process.\nDid you mean `"):
        parse_memory(value)
    assert parse_memory("1Mi").text == "1Mi", "the control"


def test_a_part_of_a_byte() -> None:
    with pytest.raises(ValueError, match=r"`500m` would be 0.5 bytes.*\nDid you mean `500Mi`\?"):
        parse_bytes("500m")
    assert parse_bytes("1").amount == 1, "the control"


@pytest.mark.parametrize("value", ["1Gi", "512Mi", "1M", 100_001])
def test_bytes_where_cores_are_meant(value: Any) -> None:
    with pytest.raises(ValueError, match=r"would be [\d,]+ cores"):
        parse_cores(value)
    assert parse_cores("100k").amount == 100_000, "the control"
