"""The one version under which all tasks of a run save."""

from __future__ import annotations

import hashlib
from datetime import datetime


def version_of(created: datetime, *ids: str) -> str:
    """Return the version of a run: Kedro's own form, and after it what tells runs apart.

    Later runs sort after earlier ones, also among versions that Kedro made: it sorts by text and
    takes the last for the latest. Two runs of one moment differ.

    Source: Kedro, `kedro.io.core.generate_timestamp` and `AbstractVersionedDataset`.

    Args:
        created: in UTC.
        ids: what is unique to the run when taken together.
    """
    name = "\0".join(ids).encode()
    second = f"{created.year:04}-{created:%m-%dT%H.%M.%S}"  # `%Y` has no zeros before 1000
    moment = f"{second}.{created.microsecond // 1000:03}Z"
    return f"{moment}-{hashlib.sha256(name).hexdigest()[:8]}"
