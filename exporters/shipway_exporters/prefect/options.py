"""The section `targets.prefect` of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shipway.schemas.document import mapping
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Choice, Flag, ListOf, MapOf, Number, Parsed, Shape, Text
from shipway.secrecy import looks_secret
from shipway.settings.images import IMAGE
from shipway.settings.value_shapes import PATH, PLAIN, TEXT, VOLUMES
from shipway_exporters.containers.target import Target
from shipway_exporters.prefect.pool_options import option_problems
from shipway_exporters.prefect.references import is_reference, secret_block_in
from shipway_exporters.python_files.worker_options import PYTHON, ROOT

TARGET = Target(name="prefect", title="Prefect")


_NAMES_OF_OBJECTS = frozenset({"image_pull_secrets", "env_from", "volumes", "volume_mounts"})
"""Job variables that refer to secrets of Kubernetes by what these are called."""


@dataclass(frozen=True)
class _JobVariables(MapOf[Any]):
    """Plain data without a secret, at any depth; in a list of variables, too."""

    item: Shape[Any] = PLAIN

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        for place, item in _values(value, path):
            # Only what is wholly a reference: a text around one could hold a second secret.
            if looks_secret(_name(place), item) and not is_reference(item):
                what = f"`{place[-1]}` looks like a secret, and the artifact would hold its value."
                remedy = "Refer to a block: `{{ prefect.blocks.secret.NAME }}`."
                problems.append(Problem(place, what, remedy))
        return super().read(value, path, problems)


def _name(place: DocumentPath) -> str:
    """Return by what name a value is judged; below some variables, names say nothing of it."""
    return "" if _NAMES_OF_OBJECTS.intersection(place) else str(place[-1])


def _values(value: Any, path: DocumentPath) -> Iterator[tuple[DocumentPath, Any]]:
    """Yield all that `value` names, with its place."""
    # Positions are names that say nothing, so that only what is in the items counts.
    pairs = enumerate(value) if isinstance(value, list) else mapping(value).items()
    for name, item in pairs:
        place = (*path, name if isinstance(name, int) else str(name))
        yield place, item
        yield from _values(item, place)


@dataclass(frozen=True)
class _Options(Record):
    """The options, of which the type of the pool decides what counts."""

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        before = len(problems)
        options = super().read(value, path, problems)
        if options is not None and len(problems) == before:
            problems.extend(option_problems(options, path))
        return options


_BLOCK = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _block(value: Any) -> str:
    """Return the name of a block, which Prefect's own files write as a reference."""
    name = (secret_block_in(value) or value) if isinstance(value, str) else ""
    if _BLOCK.fullmatch(name):
        return name
    raise ValueError("This is not the name of a block.\nWrite the name alone: `token: NAME`.")


_WORK_POOL = Record(
    {
        "name": Field(TEXT, "the work pool's name; default `default`"),
        "type": Field(
            Choice(("process", "docker", "kubernetes")),
            "where its workers start runs; default process",
        ),
        "queue": Field(TEXT, "the work queue in the pool; default the pool's own"),
        "variables": Field(
            ListOf(TEXT), "names of job variables that only the pool's own job template knows"
        ),
    },
    "`work_pool`",
)
_GIT = Record(
    {
        "repository": Field(TEXT, "URL of the repository, without credentials", required=True),
        "branch": Field(TEXT, "the branch; default the repository's own"),
        "token": Field(
            Parsed(_block, {"type": "string"}), "Prefect secret block that holds an access token"
        ),
    },
    "`git`",
)
OPTIONS = _Options(
    {
        "work_pool": Field(_WORK_POOL, "the work pool that runs the deployments"),
        "job_variables": Field(
            _JobVariables(),
            "values for the work pool's job template, for each run",
        ),
        "image": Field(IMAGE, "for runs whose tasks' settings name none"),
        "volumes": Field(
            VOLUMES,
            "for tasks whose settings name none",
        ),
        "project_dir": Field(PATH, "overrides `project_dir` of the settings; see above"),
        "root": ROOT,
        "python": Field(PATH, f"{PYTHON}; in a container python"),
        "folder": Field(
            Text(r"(?!(.*/)?\.\.(/|$))[^/\s\\:][^\\:\x00]*", "a path below the project"),
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
