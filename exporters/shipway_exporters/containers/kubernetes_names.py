"""What Kubernetes takes as a name, and for a path.

Sources: Kubernetes, `k8s.io/apimachinery/pkg/util/validation` (IsDNS1123Label, IsDNS1123Subdomain,
IsQualifiedName, IsValidLabelValue, IsConfigMapKey, IsEnvVarName) and `pkg/apis/core/validation`.
"""

from __future__ import annotations

import re

from shipway.planner.naming import NameRules

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED_NAME = re.compile(
    rf"(?P<domain>{_DOMAIN}/)?(?P<name>[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)"
)
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?")
_KEY = re.compile(r"[-._A-Za-z0-9]{1,253}")
# Wider than a shell's names: dots and dashes may stand in a variable, a digit may not come first.
_VARIABLE = re.compile(r"[-._A-Za-z][-._A-Za-z0-9]*")


def object_names(longest: int) -> NameRules:
    """Return the rules for names that a target gives its objects: DNS labels, of a length."""
    return NameRules(
        allowed=r"[a-z0-9-]",
        first=r"[a-z0-9]",
        last=r"[a-z0-9]",
        replacement="-",
        prefix="n",
        longest=longest,
        lower=True,
    )


def is_object(name: str) -> bool:
    """Tell whether a secret, a config map or a claim can have a name (a DNS subdomain)."""
    return len(name) <= 253 and re.fullmatch(_DOMAIN, name) is not None


def is_namespace(name: str) -> bool:
    """Tell whether a namespace can have a name (a DNS label)."""
    return is_volume(name)


def is_volume(name: str) -> bool:
    """Tell whether a volume of a pod can have a name (a DNS label)."""
    return len(name) <= 63 and re.fullmatch(_LABEL, name) is not None


def is_label_key(key: str) -> bool:
    """Tell whether a label or a taint can have a key (a qualified name)."""
    match = _QUALIFIED_NAME.fullmatch(key)
    # The domain is matched with its slash: 253 characters of a DNS subdomain, and one.
    return match is not None and len(match["name"]) <= 63 and len(match["domain"] or "") <= 254


def is_label_of_jobs(key: str) -> bool:
    """Tell whether Kubernetes gives the pods of a job a label of this name, and finds them by it.

    Source: Kubernetes, `pkg/apis/batch`, ControllerUidLabel, JobNameLabel and their legacy names;
    a job whose template says otherwise is refused (`pkg/apis/batch/validation`).
    """
    return key in ("controller-uid", "job-name") or key.startswith("batch.kubernetes.io/")


def is_annotation_key(key: str) -> bool:
    """Tell whether an annotation can have a key: a label's, in letters of either case."""
    return is_label_key(key.lower())


def is_label_value(value: str) -> bool:
    """Tell whether a label can have a value; it may be empty."""
    return _LABEL_VALUE.fullmatch(value) is not None


def is_data_key(key: str) -> bool:
    """Tell whether a secret or a config map can hold a value under a key."""
    # Each key becomes a file's name where the object is mounted, beside links of Kubernetes' own,
    # which begin with two dots.
    return _KEY.fullmatch(key) is not None and key != "." and not key.startswith("..")


def is_variable(name: str) -> bool:
    """Tell whether a container can have an environment variable of a name."""
    return _VARIABLE.fullmatch(name) is not None and name != "." and not name.startswith("..")


def is_device(name: str) -> bool:
    """Tell whether a name is that of a device's resource, such as `nvidia.com/gpu`."""
    # An extended resource needs a domain; one without belongs to Kubernetes itself, such as `cpu`.
    # A quota writes `requests.` before it, for which there must be room (IsExtendedResourceName).
    domain, slash, _ = name.partition("/")
    is_own = domain.startswith("requests.") or len(domain) > 253 - len("requests.")
    return bool(slash) and is_label_key(name) and not is_own


def is_mount_path(path: str) -> bool:
    """Tell whether a volume can be mounted at a path; absolute, since `/` may be the folder."""
    # Kubernetes, API reference, VolumeMount: `mountPath` must not contain `:`.
    return path.startswith("/") and ":" not in path and ".." not in path.split("/")


def is_sub_path(path: str) -> bool:
    """Tell whether a path stays within a volume."""
    return not path.startswith("/") and ".." not in path.split("/")
