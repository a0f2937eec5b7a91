"""The one place that touches what Kedro keeps to itself; tested on every supported release.

All of it is about one thing: what Kedro decides anew in each process (a session's id and, with
it, the version that is saved) must be the same in all tasks of a run.
"""

from __future__ import annotations

import contextlib
import inspect
import shutil
from collections.abc import Iterator, Mapping, Sequence
from glob import has_magic
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING, Any

from kedro.config import MissingConfigException

from shipway.model import Json
from shipway.runtime.parameter_values import holds_missing, overlay

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext

    from shipway.runtime.job import Job


class Session:
    """A session of Kedro's whose id, and so whose version, is that of the run."""

    def __init__(self, job: Job, version: str, params: Mapping[str, Json]) -> None:
        from kedro.framework.project import settings
        from kedro.framework.session import KedroSession

        options: dict[str, Any] = {
            "project_path": job.project.resolve(),
            "env": job.env,
            "conf_source": job.conf_source,
        }
        self.run_options: dict[str, Any] = {}
        self.cls: Any = getattr(settings, "SESSION_CLASS", KedroSession)
        if issubclass(self.cls, KedroSession):
            with _timestamp(version):
                self.session: Any = self.cls.create(**options, runtime_params=dict(params))
        else:  # it takes an id, and the parameters with each run (Kedro 1.4 and later)
            self.session = self.cls.create(**options, session_id=version)
            self.run_options = {"run_id": version, "runtime_params": dict(params)}

    def register(self, plugin: object) -> None:
        """Add a plugin to those whose hooks this session fires."""
        self.session._hook_manager.register(plugin)

    def run(self, job: Job) -> None:
        """Run as `kedro run` does, with the same options at the same empty values."""
        from kedro.utils import load_obj

        by_name: dict[str, Any] = {"pipeline_name": job.pipeline}
        if "pipeline_names" in inspect.signature(self.session.run).parameters:  # Kedro 1.2
            by_name = {"pipeline_names": [job.pipeline]}
        with self.session:
            self.session.run(
                **by_name,
                **self.run_options,
                tags=(),
                runner=load_obj(job.runner, "kedro.runner")(),
                node_names=tuple(job.nodes),
                from_nodes=[],
                to_nodes=[],
                from_inputs=[],
                to_outputs=[],
                load_versions=dict(job.load_versions),
                namespaces=[],
            )


@contextlib.contextmanager
def _timestamp(version: str) -> Iterator[None]:
    """`KedroSession.create` takes no id; it asks for a timestamp, and saves under it."""
    from kedro.framework.session import session as module

    session: Any = module
    original, session.generate_timestamp = session.generate_timestamp, lambda: version
    try:
        yield
    finally:
        session.generate_timestamp = original


def set_parameters(context: KedroContext, params: Mapping[str, Json]) -> None:
    """Give a context the parameters as they are meant.

    Kedro before 1.3 lays them over what the configuration loader made of them; later releases
    take them where there is no parameters file. Neither undoes the escape of a `${`. And where
    `???` is set, OmegaConf's mark of a missing value, it keeps the project's own.
    """
    context._runtime_params = dict(params)
    if holds_missing(params):
        with contextlib.suppress(MissingConfigException):
            context.config_loader["parameters"] = overlay(
                context.config_loader["parameters"], params
            )


def versioned_dataset(name: str, catalog: Any) -> Any | None:
    """Return the versioned dataset behind a name in the catalog, also inside a cached one."""
    from kedro.io import AbstractVersionedDataset, CachedDataset

    dataset = catalog.get(name) if name in catalog else None
    while isinstance(dataset, CachedDataset):
        dataset = dataset._dataset
    is_versioned = isinstance(dataset, AbstractVersionedDataset) and dataset._version
    return dataset if is_versioned else None


def load_from(dataset: Any, version: str) -> None:
    """Let a versioned dataset load a version where it would else take the latest.

    One whose version was asked for keeps that.
    """
    if not dataset._version.load:
        dataset._version = dataset._version._replace(load=version)


def load_before(dataset: Any, version: str) -> None:
    """Let a versioned dataset take for its latest the latest of before a version.

    What a run has written itself, in this try or another, and what later runs write meanwhile is
    then as if it were not there. One whose version was asked for keeps that.
    """
    dataset._glob_function = _Before(dataset, version)


class _Before:
    """Stands for `_glob_function`, and goes with the dataset into other processes.

    Versions have Kedro's form, so that those of before sort before. Where there is none, the
    latest of the others counts: a clock may have been behind.
    """

    def __init__(self, dataset: Any, version: str) -> None:
        self.find = dataset._glob_function
        path = PurePath(dataset._get_versioned_path(version))
        first = next(i for i, part in enumerate(path.parts) if version in part)
        self.own = path.parts[first:]

    def __call__(self, pattern: str) -> list[str]:
        paths = [path for path in self.find(pattern) if self._tail(path) != self.own]
        return [path for path in paths if self._tail(path) < self.own] or paths

    def _tail(self, path: str) -> tuple[str, ...]:
        return PurePath(path).parts[-len(self.own) :]


def keep_order(pipeline: Any, names: Sequence[str]) -> None:
    """Let a pipeline run its nodes in this order, that of the whole pipeline of which it is a part.

    Alone, these nodes can have another: each comes as early as its own inputs allow (Kedro,
    `Pipeline.grouped_nodes`). An order in which data comes after its reader is left alone.
    """
    rank = {name: i for i, name in enumerate(names)}
    nodes = sorted(pipeline.nodes, key=lambda node: rank.get(node.name, len(rank)))
    earlier: set[Any] = set()
    for node in nodes:
        if not pipeline.node_dependencies[node] <= earlier:
            return
        earlier.add(node)
    pipeline._toposorted_nodes = nodes
    vars(pipeline).pop("nodes", None)  # what `Pipeline.nodes` keeps of the order so far


def save_over(dataset: Any) -> None:
    """Let a versioned dataset save where an earlier try of the same task may have saved."""
    dataset._get_save_path = _SaveOver(dataset)


class _SaveOver:
    """Stands for `_get_save_path`, and goes with the dataset into other processes.

    Only the first save of a process removes what is there: a second would remove the first.
    """

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset
        self.is_first = True

    def __call__(self) -> PurePath:
        version = self.dataset.resolve_save_version()
        path: PurePath = self.dataset._get_versioned_path(version)
        if self.is_first and self.dataset._exists_function(str(path)):
            _remove(self.dataset, _own_path(self.dataset, path, version))
        self.is_first = False
        save_path: PurePath = type(self.dataset)._get_save_path(self.dataset)
        return save_path


def _own_path(dataset: Any, path: PurePath, version: str) -> PurePath:
    """Return what belongs to one version of a dataset, and to nothing else.

    Where Kedro's own `_get_versioned_path` names the path, that is the folder: a dataset may be
    many files. A class that names it otherwise may put it beside other files, so it is the path.
    """
    filepath = PurePosixPath(dataset._filepath)
    is_kedros = PurePosixPath(path) == filepath / version / filepath.name
    return path.parent if is_kedros else path


def _remove(dataset: Any, path: PurePath) -> None:
    """Remove a file or a folder; one that is not there is fine.

    A dataset with no file system of fsspec's has local paths, or others (Spark's, a database's)
    that only its own library can remove: then Kedro says that the version exists.
    """
    from fsspec.implementations.local import LocalFileSystem
    from kedro.io.core import get_filepath_str

    files = getattr(dataset, "_fs", None)
    name = get_filepath_str(PurePosixPath(path), getattr(dataset, "_protocol", "file"))
    if files is None or isinstance(files, LocalFileSystem):
        _remove_local(Path(name))
        return
    if has_magic(name):  # `rm` would take it for a pattern
        for file in files.find(name):
            files.rm_file(file)
    elif files.exists(name):
        files.rm(name, recursive=True)
    files.invalidate_cache()


def _remove_local(path: Path) -> None:
    """Of a link, what it points to stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def failed_node(error: BaseException) -> Any | None:
    """Return the node that was at work when the error rose, as Kedro's own frames tell."""
    node = None
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_globals.get("__name__") == "kedro.runner.task":
            node = frame.f_locals.get("node") or node
        trace = trace.tb_next
    return node
