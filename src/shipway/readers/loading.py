"""Importing a project's pipelines, with one clear message when that fails."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.errors import Finding, ProjectError, ShipwayError
from shipway.frames import own_frame, own_frame_of_text, summary
from shipway.model import Pipeline
from shipway.readers.nodes import to_pipeline

if TYPE_CHECKING:
    from kedro.pipeline import Pipeline as KedroPipeline

_RELEASES = ((1, 0), (2, 0))
_REGISTRY = "the package's pipeline_registry.py"
_NO_PIPELINE = "a name that no pipeline has"
_NOT_FOUND_ALONE = "An error occurred while importing the"


def bootstrap(root: Path) -> tuple[str, str, str]:
    """Point Kedro at the project; return its package's name, its own, and Kedro's version.

    Raises:
        ProjectError: Kedro's version is not supported, or the project's settings do not load.
    """
    from kedro import __version__ as kedro_version

    _check_version(kedro_version)
    from kedro.framework.project import settings, validate_settings
    from kedro.framework.startup import bootstrap_project

    with project_errors(
        root, "the project's settings", "pyproject.toml or the package's settings.py"
    ):
        metadata = bootstrap_project(root)
        validate_settings()
        _ = settings.CONF_SOURCE  # dynaconf loads settings.py at the first access
    return str(metadata.package_name), str(metadata.project_name), str(kedro_version)


def load_pipelines(root: Path) -> tuple[Pipeline, ...]:
    """Return every registered pipeline, sorted by name.

    Kedro turns a pipeline module that does not import into a warning and goes on without it; an
    artifact made so would lack its nodes, so here it is an error.

    Raises:
        ProjectError: the registry, or any pipeline, cannot be loaded.
    """
    from kedro.framework.project import pipelines

    with project_errors(root, "the pipelines", _REGISTRY), nothing_omitted(root):
        by_name = _non_empty(pipelines)
    alone = _Standalone(by_name, pipelines)
    with project_errors(root, "the pipelines", _REGISTRY):
        return tuple(to_pipeline(n, by_name[n], root, alone.check(n)) for n in sorted(by_name))


def _non_empty(pipelines: Any) -> dict[str, KedroPipeline]:
    """Return the registry without the empty entries that Kedro cannot run either."""
    from kedro.pipeline import Pipeline as KedroPipeline

    by_name = {name: pipeline for name, pipeline in dict(pipelines).items() if pipeline}
    for name, pipeline in by_name.items():
        if not isinstance(name, str) or not isinstance(pipeline, KedroPipeline):
            kind = type(pipeline).__name__
            raise TypeError(f"register_pipelines gives {kind} for {name!r}, and no Pipeline")
    return by_name


@contextlib.contextmanager
def nothing_omitted(root: Path) -> Iterator[None]:
    """Fail when Kedro says that it leaves a pipeline out, also in a project that mutes warnings.

    Raises:
        ProjectError: with one finding for every such pipeline.
    """
    messages: list[str] = []
    warn = warnings.warn

    def note(message: Any, *args: Any, **kwargs: Any) -> None:
        if str(message).startswith(_NOT_FOUND_ALONE):
            messages.append(str(message))
        else:
            warn(message, *args, **kwargs)

    warnings.warn = note
    try:
        yield
    except Exception:
        # What the registry misses may be what Kedro has left out: that is the cause.
        _raise_if_omitted(messages, root)
        raise
    finally:
        warnings.warn = warn
    _raise_if_omitted(messages, root)


def _check_version(version: str) -> None:
    major_minor = tuple(int(part) for part in version.split(".")[:2])
    if not _RELEASES[0] <= major_minor < _RELEASES[1]:
        raise ProjectError(
            Finding(
                what=f"Kedro {version} is not supported.",
                where="the project's environment",
                remedy="Install kedro>=1.0,<2.",
            )
        )


class project_errors:  # noqa: N801 - used as a context manager, like a function
    """Turns whatever the project's code raises into one `ProjectError` at the user's own line."""

    def __init__(self, root: Path, what: str, otherwise: str) -> None:
        self.root, self.what, self.otherwise = root, what, otherwise

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, (KeyboardInterrupt, ShipwayError)):
            return
        remedy = "Correct it, or install what is missing; Kedro itself fails here too."
        what = summary(_root_cause(error), self.root)
        raise ProjectError(
            Finding(
                what=f"Loading {self.what} failed: {what}",
                where=own_frame(error, self.root) or self.otherwise,
                remedy=_with_python(remedy, what),
            )
        ) from error


def _with_python(remedy: str, error: str) -> str:
    """Add which Python has read a module: what a later one takes is a mistake to an older one."""
    if not error.startswith("SyntaxError"):
        return remedy
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{remedy} Python {version} has read it ({sys.executable})."


def _root_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _raise_if_omitted(messages: list[str], root: Path) -> None:
    findings = []
    for message in messages:
        if message.startswith(_NOT_FOUND_ALONE):
            last = message.strip().splitlines()[-1]
            findings.append(
                Finding(
                    what=f"A pipeline does not import, and Kedro would leave it out: {last}",
                    where=own_frame_of_text(message, root) or message.splitlines()[0],
                    remedy=_with_python("Correct the module, or remove it.", last),
                )
            )
    if findings:
        raise ProjectError(*findings)


class _Standalone:
    """Tells whether Kedro gives the same pipeline when it is asked for that one alone.

    Newer Kedro imports only the pipelines that `--pipelines` names; a registry that composes
    pipelines by name can break then. Source: Kedro, `find_pipelines`.
    """

    def __init__(self, by_name: Mapping[str, KedroPipeline], pipelines: Any) -> None:
        self.by_name, self.pipelines = by_name, pipelines

    def check(self, name: str) -> bool:
        if not hasattr(self.pipelines, "set_requested") or name == "__default__":
            return True
        return self._indifferent or self._gives(name, [name])

    @cached_property
    def _indifferent(self) -> bool:
        """Whether the registry gives all pipelines whatever is asked for: one load tells of all."""
        return self._gives(_NO_PIPELINE, list(self.by_name))

    def _gives(self, name: str, names: list[str]) -> bool:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.pipelines.set_requested([name])
                pipelines = dict(self.pipelines)
            return all(set(pipelines[n].nodes) == set(self.by_name[n].nodes) for n in names)
        except (Exception, SystemExit):  # noqa: BLE001 - a registry can fail in any way
            return False
        finally:
            self.pipelines.set_requested(None)
