"""Reads a Kedro project into the IR, without a session: no hook fires, no credential is read."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.errors import Finding, ProjectError
from shipway.mistakes import Mistakes
from shipway.model import Json, Pipeline, Project
from shipway.readers.configuration import (
    Configuration,
    configuration,
    datasets,
    read_parameters,
    runtime_parameters,
    with_fresh_globals,
)
from shipway.readers.deploy import notes_of_unread, settings_file
from shipway.readers.entry_arguments import entry_arguments
from shipway.readers.hooks import HookResults, fire_hooks
from shipway.readers.loading import bootstrap, load_pipelines
from shipway.readers.request import conf_source_in, parse_params
from shipway.readers.unresolved import Unresolved, unresolved
from shipway.settings.source import SettingsSource

if TYPE_CHECKING:
    from kedro.config import AbstractConfigLoader

_QUIET_LOGGING = Path(__file__).with_name("quiet_logging.json")


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What to read.

    Args:
        project: a folder in the project; its root is looked for from there upwards.
        env: configuration environment; default the project's own (`local`, mostly).
        conf_source: configuration folder or archive; default the project's own.
        params: overrides as `kedro run --params` takes them, such as `a=1,b.c=x`.
        with_hooks: fire the hooks that may add datasets to the catalog.
        own_settings: read the project's own `deploy.yml`.
    """

    project: Path = field(default_factory=Path)
    env: str | None = None
    conf_source: str | None = None
    params: str = ""
    with_hooks: bool = False
    own_settings: bool = True


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A project, what its configuration says of deployment, and what to tell of the reading.

    Args:
        settings_file: where settings stand for every environment, or would be read.
        overrides_read: what of `--params` the configuration reads; `None` where that is unknown.
    """

    project: Project
    settings: SettingsSource
    settings_file: Path | None = None
    notes: tuple[str, ...] = ()
    overrides_read: frozenset[str] | None = None


def read(
    options: ReadOptions, check: Callable[[SettingsSource], object] = lambda _settings: None
) -> Reading:
    """Read the project at `options.project`.

    Args:
        check: looks at the project's own `deploy.yml`, also where the project itself is broken, so
            that what is wrong with either is told at once.

    Raises:
        ProjectError: there is no project, it does not import, or its configuration is broken.
        UsageError: `params` is malformed or holds a secret, or `conf_source` lies outside.
        ShipwayError: what `check` raises.
    """
    with quietly():
        root = _find_root(options.project)
        package, title, kedro_version = bootstrap(root)
        config = _configuration(options, root)
        mistakes = Mistakes()
        hook_results, pipelines = None, None
        with mistakes:
            hook_results = _fire_hooks(options, package, config)
        with mistakes:
            pipelines = load_pipelines(root)
        with unresolved(config.overrides) as texts:
            loader = with_fresh_globals(hook_results.loader) if hook_results else config.loader()
            of_configuration = _of_configuration(
                pipelines or (), loader, root, hook_results, texts, mistakes
            )
            place = settings_file(loader)
            notes = [*notes_of_unread(loader, root)] if options.own_settings else []
        settings = SettingsSource()
        if options.own_settings:
            with mistakes:
                settings = config.deploy()
                # Only where more is wrong; otherwise the plan tells this beside what it finds.
                if mistakes.errors:
                    check(settings)
        mistakes.raise_all()
        project = Project(
            name=package,
            title=title,
            kedro=kedro_version,
            env=options.env,
            conf_source=config.source,
            overrides=config.overrides or None,
            pipelines=pipelines or (),
            **of_configuration,
        )
        return Reading(
            project=project,
            settings=settings,
            settings_file=place,
            notes=(*config.environment.notes, *notes),
            overrides_read=settings.overrides_read.union(texts.overrides_read),
        )


def arguments_of_entries(options: ReadOptions, names: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the names of the arguments of datasets in a project that has been read.

    Raises:
        ShipwayError: as `read` does.
    """
    with quietly():
        root = _find_root(options.project)
        bootstrap(root)
        config = _configuration(options, root)
        with unresolved(config.overrides):
            return entry_arguments(config.loader()["catalog"], names)


def _configuration(options: ReadOptions, root: Path) -> Configuration:
    mistakes = Mistakes()
    overrides: dict[str, Json] = {}
    conf_source = None
    with mistakes:
        overrides = parse_params(options.params)
    with mistakes:
        conf_source = conf_source_in(options.conf_source, root)
    mistakes.raise_all()
    return configuration(root, options.env, conf_source, overrides)


def _of_configuration(
    pipelines: Sequence[Pipeline],
    loader: AbstractConfigLoader,
    root: Path,
    hook_results: HookResults | None,
    texts: Unresolved,
    mistakes: Mistakes,
) -> dict[str, Any]:
    """Return what the project's configuration gives; what is broken is left out, and gathered."""
    live = hook_results.catalog if hook_results else {}
    values: dict[str, Any] = {}
    with mistakes:
        values["parameters"] = read_parameters(loader, root, texts)
    with mistakes:
        values["datasets"] = datasets(pipelines, loader, root, live, texts)
    with mistakes:
        values["runtime_parameters"] = runtime_parameters(loader, root, texts)
    return values


def _fire_hooks(options: ReadOptions, package: str, config: Configuration) -> HookResults | None:
    """Fire the project's hooks, if that is asked for; what they see is resolved as in a run."""
    if not options.with_hooks:
        return None
    return fire_hooks(config.root, package, config.loader(), options.env, config.overrides)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Keep the project's own prints off our output, and its logging set-up from running."""
    os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(_QUIET_LOGGING))
    try:
        with _stdout_to_stderr(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if os.environ.get("KEDRO_LOGGING_CONFIG") == str(_QUIET_LOGGING):
            del os.environ["KEDRO_LOGGING_CONFIG"]


@contextlib.contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    """Redirect also what child processes and C code print."""
    sys.stdout.flush()
    with contextlib.ExitStack() as undo:
        with contextlib.suppress(OSError):  # one of the two is closed
            original = os.dup(1)
            undo.callback(os.close, original)
            os.dup2(2, 1)
            undo.callback(os.dup2, original, 1)
        undo.enter_context(contextlib.redirect_stdout(sys.stderr))
        yield


def _find_root(folder: Path) -> Path:
    try:
        from kedro.utils import find_kedro_project
    except ImportError as error:
        raise ProjectError(
            Finding(
                what="Kedro is not installed beside Shipway.",
                where=f"the environment of {Path(sys.executable).name}",
                remedy="Install shipway into the project's environment, "
                "or export from a file made by `shipway snapshot` with --snapshot FILE.",
            )
        ) from error
    root = find_kedro_project(folder.resolve())
    if root is None:
        raise ProjectError(
            Finding(
                what="There is no Kedro project here or in a folder above.",
                where=str(folder),
                remedy="Name its folder with --project DIR; it is the one whose pyproject.toml "
                "has a [tool.kedro] section.",
            )
        )
    return Path(root)
