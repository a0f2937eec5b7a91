"""What a shell completes: targets, pipelines, nodes, environments and other names of a project.

`Command` asks by the name of a parameter, so that an option completes alike on every command.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from shipway.readers.names import NodeNames


def complete(name: str, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Return the values that may follow; none where the project does not load.

    Args:
        name: the parameter, one of `COMPLETED`.
        incomplete: what has been typed; in a list with commas, its last name is completed.
    """
    from click.shell_completion import CompletionItem

    from shipway.errors import ShipwayError

    before, comma, start = incomplete.rpartition(",")
    try:
        # A shell shows what a completion prints on standard error, in the middle of the line.
        with _silently():
            names = sorted(set(COMPLETED[name](ctx)))
    except (ShipwayError, OSError, RuntimeError):  # the last: nobody has a home here
        return []
    return [CompletionItem(before + comma + name) for name in names if name.startswith(start)]


@contextmanager
def _silently() -> Iterator[None]:
    sys.stderr.flush()
    original = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(original, 2)
            os.close(original)


def _targets(ctx: click.Context) -> Iterable[str]:
    from shipway.targets import registry

    return registry.names()


def _targets_or_all(ctx: click.Context) -> Iterable[str]:
    chosen: tuple[str, ...] = ctx.params.get("targets") or ()
    return {*_targets(ctx), "all"} - {*chosen}


def _groupings(ctx: click.Context) -> Iterable[str]:
    return ("none", "namespace", "tag", "chain", "pipeline")


def _templates(ctx: click.Context) -> Iterable[str]:
    from shipway.artifacts.render import environment

    return environment().list_templates(["j2"])


def _environments(ctx: click.Context) -> Iterable[str]:
    root = _root(ctx)
    if root is None:
        return ()
    from shipway.readers.names import names_of

    folder = root / (ctx.params.get("conf_source") or names_of(root)["conf_source"])
    children = folder.iterdir() if folder.is_dir() else ()
    return [c.name for c in children if c.is_dir() and not c.name.startswith((".", "_"))]


def _pipelines(ctx: click.Context) -> Iterable[str]:
    return _loaded(ctx)


def _jobs(ctx: click.Context) -> Iterable[str]:
    return _pipelines_of_jobs(ctx)


def _nodes(ctx: click.Context) -> Iterable[str]:
    return (node["name"] for node in _chosen(ctx))


def _tags(ctx: click.Context) -> Iterable[str]:
    return (tag for node in _chosen(ctx) for tag in node["tags"])


def _datasets(ctx: click.Context) -> Iterable[str]:
    return (name for node in _chosen(ctx) for name in node["datasets"])


def _namespaces(ctx: click.Context) -> Iterable[str]:
    from shipway.model import prefixes

    return (namespace for node in _chosen(ctx) for namespace in prefixes(node["namespace"]))


def _chosen(ctx: click.Context) -> Iterator[NodeNames]:
    """Yield the nodes of the pipelines and jobs that the words before name, or of all."""
    chosen = {name for text in ctx.params.get("pipelines") or () for name in text.split(",")}
    if jobs := {name for text in ctx.params.get("jobs") or () for name in text.split(",")}:
        chosen |= {of for job, of in _pipelines_of_jobs(ctx).items() if job in jobs}
    for name, nodes in _loaded(ctx).items():
        if not chosen or name in chosen:
            yield from nodes


def _loaded(ctx: click.Context) -> Mapping[str, Sequence[NodeNames]]:
    root = _root(ctx)
    if root is None:
        return {}
    from shipway.readers.names import names_of

    return names_of(root)["pipelines"]


def _pipelines_of_jobs(ctx: click.Context) -> dict[str, str]:
    """Return the registered pipeline of each job, of whatever environment."""
    root = _root(ctx)
    files = ctx.params.get("settings_files")
    if root is None and not files:
        return {}
    from shipway.readers.names import jobs_in, names_of

    if not files and root is not None:
        conf = root / (ctx.params.get("conf_source") or names_of(root)["conf_source"])
        files = sorted((*conf.rglob("deploy.yml"), *conf.rglob("deploy.yaml")))
    return jobs_in(files or ())


def _root(ctx: click.Context) -> Path | None:
    from shipway.readers.names import root_of

    return root_of(ctx.params.get("project") or Path())


COMPLETED: Mapping[str, Callable[[click.Context], Iterable[str]]] = {
    "targets": _targets_or_all,
    **dict.fromkeys(("target", "target_name", "names", "name"), _targets),
    "template": _templates,
    "env": _environments,
    "pipelines": _pipelines,
    "jobs": _jobs,
    "tags": _tags,
    **dict.fromkeys(("nodes", "from_nodes", "to_nodes"), _nodes),
    **dict.fromkeys(("from_inputs", "to_outputs"), _datasets),
    "namespaces": _namespaces,
    "group_by": _groupings,
}
"""The parameters, by the name that a command takes them under."""
