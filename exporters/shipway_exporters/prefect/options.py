"""The section `targets.prefect` of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shipway.schemas.shapes import Choice, Field, Flag, MapOf, Number, Parsed, Record, Text
from shipway.secrecy import looks_secret
from shipway.settings.images import IMAGE
from shipway.settings.value_shapes import PLAIN, TEXT, VOLUMES
from shipway_exporters.containers.target import Target

TARGET = Target(name="prefect", title="Prefect")

_REFERENCE = re.compile(r"\{\{ prefect\.blocks\.secret\.[a-z0-9-]+ \}\}")


def _no_secret(value: Any) -> Any:
    for name, item in _name_value_pairs(value):
        # Only what is wholly a reference: a text around one could hold a second secret.
        if looks_secret(name, item) and not _REFERENCE.fullmatch(str(item)):
            raise ValueError(
                f"`{name}` looks like a secret, and the artifact would hold its value.\n"
                "Refer to a block: `{{ prefect.blocks.secret.NAME }}`."
            )
    return PLAIN.parse(value)


def _name_value_pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Return what `value` names, at any depth; in a list of variables, too."""
    if isinstance(value, list):
        # Positions are names that say nothing, so that only what is in the items counts.
        value = dict(enumerate(value))
    items = value.items() if isinstance(value, dict) else ()
    for name, item in items:
        yield str(name), item
        yield from _name_value_pairs(item)


_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_WORK_POOL = Record(
    {
        "name": Field(TEXT, "the work pool's name; default `default`"),
        "type": Field(
            Choice(("process", "docker", "kubernetes")),
            "where its workers start runs; default process",
        ),
        "queue": Field(TEXT, "the work queue in the pool; default the pool's own"),
    },
    "`work_pool`",
)
_GIT = Record(
    {
        "repository": Field(TEXT, "URL of the repository, without credentials", required=True),
        "branch": Field(TEXT, "the branch; default the repository's own"),
        "token": Field(
            Text(_SLUG, "the name of a block"), "Prefect secret block that holds an access token"
        ),
    },
    "`git`",
)
_ROOT = Record({"env": Field(TEXT, "environment variable of the worker")}, "`root`")
OPTIONS = Record(
    {
        "work_pool": Field(_WORK_POOL, "the work pool that runs the deployments"),
        "job_variables": Field(
            MapOf(Parsed(_no_secret, {})),
            "values for the work pool's job template, for each run",
        ),
        "image": Field(IMAGE, "for runs whose tasks' settings name none"),
        "volumes": Field(
            VOLUMES,
            "for tasks whose settings name none",
        ),
        "project_dir": Field(
            Text(r"/.*", "an absolute path"), "overrides `project_dir` of the settings; see above"
        ),
        "root": Field(
            _ROOT,
            "what names the folder that relative paths start from; default the environment "
            "variable <PACKAGE>_ROOT; without it, the working directory",
        ),
        "python": Field(
            TEXT,
            "the project's Python; default .venv/bin/python, relative to the root; in a container "
            "python",
        ),
        "folder": Field(
            Text(r"[^/\s].*", "a relative path"),
            "where the exported folders are below the project; default deploy/prefect",
        ),
        "git": Field(_GIT, "clone a repository before each run, and work in it"),
        "jitter": Field(
            Number(0), "`retry_jitter_factor`: how much longer a pause may be, at most"
        ),
        "collision": Field(
            Choice(("ENQUEUE", "CANCEL_NEW")),
            "what happens to a run beyond `concurrency.runs`; default ENQUEUE",
        ),
        "paused": Field(Flag(), "whether schedules start paused; default false"),
    },
    "`targets.prefect`",
)
