"""Whether what a task runs on has Shipway's wheel, which the task calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shipway.planner.plan import Plan
from shipway.schemas.document import mapping
from shipway_exporters.databricks.compute import CLUSTER, SERVERLESS, profiles_in_use
from shipway_exporters.databricks.job import PACKAGE
from shipway_exporters.databricks.options import COMPUTE

# A name of an index, with extras and versions (PEP 508); all else is a file, a URL or an option,
# and may bring anything.
_NAMED = re.compile(r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^]]*\]\s*)?([<>=!~;(].*)?")
_FILE = re.compile(r".*\.(whl|txt|zip|gz|toml)", re.IGNORECASE)
_FILES = frozenset({"whl", "egg", "requirements"})
# A cluster's image, its first commands and its policy can install packages (Clusters API 2.1), and
# so can what an environment starts from.
_OTHER_SOURCES = (
    *("docker_image", "init_scripts", "policy_id"),
    *("base_environment", "project_environment"),
)


def without_shipway(plan: Plan) -> Iterator[str]:
    """Yield a note for each profile in use that has packages, and none that can bring Shipway."""
    for name, profile in profiles_in_use(plan).items():
        if field := _lacks_it(profile):
            yield (
                f"Nothing under `{field}` of targets.databricks.{COMPUTE}.{name} brings Shipway, "
                "which every task calls: name its wheel there, such as "
                f"`../../../dist/{PACKAGE}-*.whl`."
            )


def _lacks_it(profile: Mapping[str, Any]) -> str | None:
    """Return the field that should bring Shipway, where nothing in the profile can."""
    key = next((key for key in (SERVERLESS, CLUSTER) if key in profile), None)
    # What a cluster that runs already has is not known here.
    if key is None or any(source in profile[key] for source in _OTHER_SOURCES):
        return None
    if key == SERVERLESS:
        field, packages = f"{key}.dependencies", profile[key].get("dependencies", [])
    else:
        field, packages = "libraries", profile.get("libraries", [])
    is_list = isinstance(packages, (list, tuple))  # or else a variable of the bundle
    return None if not is_list or any(map(_may_bring_it, packages)) else field


def _may_bring_it(package: Any) -> bool:
    if isinstance(package, Mapping):  # a library of a cluster
        pypi = package.get("pypi")
        return _is_it(str(mapping(pypi).get("package"))) if pypi else bool(_FILES & package.keys())
    return _is_it(str(package))


def _is_it(requirement: str) -> bool:
    match = _NAMED.fullmatch(requirement)
    if match is None or _FILE.fullmatch(requirement):
        return True
    return re.sub(r"[-_.]+", "-", match["name"]).lower() == PACKAGE
