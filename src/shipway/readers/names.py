"""The names in a project, for a shell that completes them: read once, then kept in a cache.

Loading a project takes seconds, most of them for the imports of its code. A cached answer holds as
long as no Python file of the project has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypedDict

from shipway import __version__


class NodeNames(TypedDict):
    """A node: its name, and the names by which options choose it."""

    name: str
    tags: list[str]
    namespace: str | None
    datasets: list[str]


class Names(TypedDict):
    """A project: the folder of its configuration, and the nodes of each registered pipeline."""

    conf_source: str
    pipelines: dict[str, list[NodeNames]]


def names_of(root: Path) -> Names:
    """Return the names of the project in a folder.

    Raises:
        ProjectError: it does not load.
    """
    file = _cache() / f"{_digest(str(root), sys.prefix)}.json"
    stamp = _stamp(root)
    cached: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        cached = json.loads(file.read_text(encoding="utf-8"))
    if cached.get("stamp") == stamp:
        names: Names = cached["names"]
        return names
    names = _read(root)
    with suppress(OSError):  # a home that cannot be written to: the next answer takes as long
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"stamp": stamp, "names": names}), encoding="utf-8")
    return names


def jobs_in(files: Iterable[Path]) -> dict[str, str]:
    """Return the registered pipeline of each job in files of settings; others are passed over."""
    import yaml

    result: dict[str, str] = {}
    for file in files:
        document: Any = None
        with suppress(OSError, ValueError, yaml.YAMLError):
            document = yaml.safe_load(file.read_text(encoding="utf-8"))
        section = document.get("jobs") if isinstance(document, dict) else None
        for name, job in section.items() if isinstance(section, dict) else ():
            pipeline = job.get("pipeline") if isinstance(job, dict) else None
            # An environment may say less of a job than the base does.
            result[str(name)] = str(pipeline or result.get(str(name)) or "__default__")
    return result


def root_of(folder: Path) -> Path | None:
    """Return the folder of the project that a folder belongs to, without Kedro's help."""
    for path in (folder.resolve(), *folder.resolve().parents):
        with suppress(OSError):
            if "[tool.kedro]" in (path / "pyproject.toml").read_text(encoding="utf-8"):
                return path
    return None


def _read(root: Path) -> Names:
    from shipway.model import Node, is_parameter
    from shipway.readers.kedro import quietly
    from shipway.readers.loading import bootstrap, load_pipelines

    def row(node: Node) -> NodeNames:
        datasets = [n for n in (*node.inputs, *node.outputs) if not is_parameter(n)]
        tags = [*node.tags]
        return {"name": node.name, "tags": tags, "namespace": node.namespace, "datasets": datasets}

    with quietly():
        bootstrap(root)
        from kedro.framework.project import settings

        pipelines = {p.name: [row(node) for node in p.nodes] for p in load_pipelines(root)}
        return {"conf_source": str(settings.CONF_SOURCE), "pipelines": pipelines}


def _cache() -> Path:
    # https://specifications.freedesktop.org/basedir-spec/latest/
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "shipway", "completion")


def _stamp(root: Path) -> str:
    files = sorted((str(path), path.stat().st_mtime_ns) for path in _python_files(root))
    return _digest(__version__, repr(files))


def _python_files(root: Path) -> Iterator[Path]:
    # Of a project, Kedro imports what is below its source folder, as a rule `src`.
    yield root / "pyproject.toml"
    for folder, folders, names in os.walk(root):
        folders[:] = [n for n in folders if not n.startswith((".", "__")) and n != "node_modules"]
        yield from (Path(folder, name) for name in names if name.endswith(".py"))


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
