"""References of images."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.settings.images import parse_image

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "value",
    [
        *("shop", "shop:1.4.0", "acme/shop:V1_rc-2", f"ghcr.io/acme/shop@{DIGEST}"),
        *(f"localhost:5000/a/b__c:1@{DIGEST}", "[fd00::1]:5000/shop", "Host/shop", "10.0.0.1/a--b"),
    ],
)
def test_references(value: str) -> None:
    assert parse_image(value) == value


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("acme/shop:", "Its tag is empty"),
        ("acme/shop@", "Its tag is empty"),
        ("ghcr.io/Acme/Shop:1", "Names of images are in small letters"),
        ("docker://acme/shop", "Leave `docker://` out"),
        ("{{ var.value.image }}", "Write one like"),
        *((value, "Write one like") for value in ("", "a b", "shop:1\n", "/shop", "shop:-1", "ü")),
        *((value, "Write one like") for value in (1.4, None, True, ["shop"])),
        *((f"shop@{text}", "A digest of") for text in (DIGEST[:-2], DIGEST.replace("abc", "ABC"))),
    ],
)
def test_no_references(value: Any, remedy: str) -> None:
    with pytest.raises(ValueError, match=f"is not an image reference.\n{remedy}"):
        parse_image(value)
