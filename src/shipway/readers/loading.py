"""Importing a project's pipelines, with one clear message when that fails."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.errors import Finding, ProjectError, ShipwayError
from shipway.model import Pipeline
from shipway.readers.frames import own_frame, own_frame_of_text, summary
from shipway.readers.nodes import to_pipeline

if TYPE_CHECKING:
    from kedro.pipeline import Pipeline as KedroPipeline

_SUPPORTED = ((1, 0), (2, 0))
_NOT_FOUND_ALONE = "An error occurred while importing the"


def bootstrap(root: Path) -> tuple[str, str]:
    """Point Kedro at the project; return its package's name and Kedro's version.

    Raises:
        ProjectError: Kedro's version is not supported, or the project's settings do not load.
    """
    from kedro import __version__ as kedro_version

    _check_version(kedro_version)
    from kedro.framework.project import settings, validate_settings
    from kedro.framework.startup import bootstrap_project

    with _reported(root, "the project's settings"):
        metadata = bootstrap_project(root)
        validate_settings()
        _ = settings.CONF_SOURCE  # dynaconf loads settings.py at the first access
    return str(metadata.package_name), str(kedro_version)


def load_pipelines(root: Path) -> tuple[Pipeline, ...]:
    """Return every registered pipeline, sorted by name.

    Kedro turns a pipeline module that does not import into a warning and goes on without it; an
    artifact made so would lack its nodes, so here it is an error.

    Raises:
        ProjectError: the registry, or any pipeline, cannot be loaded.
    """
    from kedro.framework.project import pipelines

    with _reported(root, "the pipelines"), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        registered: dict[str, KedroPipeline] = {n: p for n, p in dict(pipelines).items() if p}
    _raise_if_omitted([str(warning.message) for warning in caught], root)
    alone = _Standalone(registered, pipelines)
    return tuple(
        to_pipeline(name, registered[name], root, alone.check(name)) for name in sorted(registered)
    )


def _check_version(version: str) -> None:
    major_minor = tuple(int(part) for part in version.split(".")[:2])
    if not _SUPPORTED[0] <= major_minor < _SUPPORTED[1]:
        raise ProjectError(
            Finding(
                what=f"Kedro {version} is not supported.",
                where="the project's environment",
                remedy="Install kedro>=1.0,<2.",
            )
        )


class _reported:  # noqa: N801 - used as a context manager, like a function
    """Turns whatever the project's code raises into one `ProjectError` at the user's own line."""

    def __init__(self, root: Path, what: str) -> None:
        self.root, self.what = root, what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, (KeyboardInterrupt, ShipwayError)):
            return
        raise ProjectError(
            Finding(
                what=f"Loading {self.what} failed: {summary(_root_cause(error))}",
                where=own_frame(error, self.root) or "the project's own code",
                remedy="`kedro registry list` fails the same way; "
                "correct that, or install what is missing.",
            )
        ) from error


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
                    remedy="Correct the module, or remove it.",
                )
            )
    if findings:
        raise ProjectError(*findings)


class _Standalone:
    """Tells whether Kedro gives the same pipeline when it is asked for that one alone.

    Newer Kedro imports only the pipelines that `--pipelines` names; a registry that composes
    pipelines by name can break then. Source: Kedro, `find_pipelines`.
    """

    def __init__(self, registered: Mapping[str, KedroPipeline], pipelines: Any) -> None:
        self.registered, self.pipelines = registered, pipelines

    def check(self, name: str) -> bool:
        if not hasattr(self.pipelines, "set_requested") or name == "__default__":
            return True
        try:
            return self._load(name) == set(self.registered[name].nodes)
        except Exception:  # noqa: BLE001 - the user's registry can fail in any way: then it is not standalone
            return False
        finally:
            self.pipelines.set_requested(None)

    def _load(self, name: str) -> set[Any] | None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.pipelines.set_requested([name])
            loaded = dict(self.pipelines).get(name)
        return set(loaded.nodes) if loaded else None
