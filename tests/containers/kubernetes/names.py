"""Names that Kubernetes accepts, by the words of its refusals.

Each function returns what is wrong, or nothing. From Kubernetes,
apimachinery/pkg/util/validation/validation.go, which names the functions alike.
"""

from __future__ import annotations

import re

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
# Before 1.30; later versions take any printable ASCII but "=".
_VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")


def dns_label(name: str) -> str | None:
    """IsDNS1123Label."""
    if _LABEL.fullmatch(name) and len(name) <= 63:
        return None
    return f"{name!r}: a lowercase RFC 1123 label, at most 63 characters"


def dns_subdomain(name: str) -> str | None:
    """IsDNS1123Subdomain."""
    if _SUBDOMAIN.fullmatch(name) and len(name) <= 253:
        return None
    return f"{name!r}: a lowercase RFC 1123 subdomain, at most 253 characters"


def qualified_name(name: str) -> str | None:
    """IsQualifiedName: of labels, annotations and resources."""
    prefix, slash, last = name.rpartition("/")
    if slash and dns_subdomain(prefix):
        return f"{name!r}: prefix part must be a lowercase RFC 1123 subdomain"
    if _QUALIFIED.fullmatch(last) and len(last) <= 63:
        return None
    return f"{name!r}: name part must consist of alphanumeric characters, '-', '_' or '.'"


def label_value(value: str) -> str | None:
    """IsValidLabelValue."""
    if not value or (_QUALIFIED.fullmatch(value) and len(value) <= 63):
        return None
    return f"{value!r}: a valid label is empty or up to 63 alphanumeric characters, '-', '_', '.'"


def data_key(key: str) -> str | None:
    """IsConfigMapKey: of config maps and secrets."""
    if _KEY.fullmatch(key) and len(key) <= 253 and key != "." and not key.startswith(".."):
        return None
    return f"{key!r}: a valid config key must consist of alphanumeric characters, '-', '_' or '.'"


def variable_name(name: str) -> str | None:
    """IsEnvVarName."""
    if _VARIABLE.fullmatch(name) and name != "." and not name.startswith(".."):
        return None
    return f"{name!r}: a valid environment variable name must consist of letters, '-', '_' or '.'"
