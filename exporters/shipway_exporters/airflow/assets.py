"""Datasets as assets: the same in the DAG that writes them and in the one that they start.

A URI has ASCII characters alone (Airflow 2.11, `airflow.datasets._sanitize_uri`), a name as well
where the database is MySQL, and both have at most 1500 (Airflow 3, `airflow.sdk.definitions.asset.
_validate_identifier`). Of a URI, Airflow drops what follows `#`, sorts what follows `?`, and takes
slashes away from its end. So whatever is no letter or digit of ASCII is percent-encoded.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from shipway.artifacts.python_literals import Call
from shipway.errors import Finding, UnsupportedError
from shipway.planner.naming import NameRules, assign, plain_part
from shipway.planner.plan import Plan

# The column of an asset's name and URI (`airflow.models.asset.AssetModel`).
_LONGEST = 1500
_SCOPES = NameRules(allowed=r"[A-Za-z0-9_-]", first=r"[A-Za-z0-9_]", longest=200)


def asset_class(version: str) -> str:
    """Return what this release calls data that one DAG writes and another waits for."""
    return "Dataset" if version.startswith("2") else "Asset"


def asset_of(plan: Plan, dataset: str, version: str) -> Call:
    """Return the asset of a dataset.

    Names carry the project: two DAGs that give one asset two URIs fail at run time.

    Raises:
        UnsupportedError: its name is too long.
    """
    # Quoted with slashes: a dataset is one name, and no path of several.
    uri = f"{_folder(plan)}{quote(dataset, safe='')}"
    if len(uri) > _LONGEST:
        raise UnsupportedError(_too_long(dataset, len(uri)))
    # A `Dataset` of Airflow 2 has a URI, and no name of its own.
    if version.startswith("2"):
        return Call("Dataset", (uri,))
    name = uri.removeprefix("kedro://").replace("/", ".")
    return Call("Asset", (), (("name", name), ("uri", uri)))


def dataset_of(asset: Call, plan: Plan) -> str:
    """Return the dataset that an asset stands for."""
    uri = str(dict(asset.kwargs).get("uri") or asset.args[0])
    return unquote(uri.removeprefix(_folder(plan)))


def _folder(plan: Plan) -> str:
    return f"kedro://{quote(_scope(plan), safe='')}/"


def _scope(plan: Plan) -> str:
    """Return what stands before the datasets of a project in one of its environments.

    Two environments keep their data apart, so a DAG of one starts none of the other.
    """
    if plan.env is None:
        return plan.project
    raw = f"{plan.project}  {plain_part(plan.env, _SCOPES)}"
    return assign([raw], _SCOPES)[raw]


def _too_long(dataset: str, length: int) -> Finding:
    return Finding(
        what=f"The URI of the dataset `{dataset[:40]}…` would have {length} characters; Airflow "
        f"takes {_LONGEST}.",
        where=f"the dataset `{dataset[:40]}…`, which starts another pipeline",
        remedy="Give it a shorter name.",
    )
