"""Reads a Kedro project into the IR, without a session: no hook fires, no credential is read."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.errors import Finding, ProjectError, UsageError
from shipway.frames import summary
from shipway.model import Json, Parameter, Project, is_parameter
from shipway.readers.catalog import read_datasets
from shipway.readers.deploy import read_deploy
from shipway.readers.hooks import Hooked, fire_hooks
from shipway.readers.loading import bootstrap, load_pipelines
from shipway.readers.parameters import flatten
from shipway.readers.places import describe, find_entry, find_mistake
from shipway.secrecy import without_credentials
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
    """

    project: Path = field(default_factory=Path)
    env: str | None = None
    conf_source: str | None = None
    params: str = ""
    with_hooks: bool = False


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A project, and what its configuration says of deployment."""

    project: Project
    settings: SettingsSource


def read(options: ReadOptions) -> Reading:
    """Read the project at `options.project`.

    Raises:
        ProjectError: there is no project, it does not import, or its configuration is broken.
        UsageError: `params` is malformed or holds a secret, or `conf_source` lies outside.
    """
    with _quietly():
        root = _find_root(options.project)
        package, kedro_version = bootstrap(root)
        overrides = _parse_params(options.params)
        conf_source = _conf_source(options.conf_source, root)
        loader = _config_loader(root, options.env, conf_source, overrides)
        hooked = Hooked(loader=loader)
        if options.with_hooks:
            hooked = fire_hooks(root, package, loader, options.env, overrides)
            loader = hooked.loader
        pipelines = load_pipelines(root)
        names = {
            name
            for pipeline in pipelines
            for node in pipeline.nodes
            for name in (*node.inputs, *node.outputs, *node.confirms)
            if not is_parameter(name)
        }
        project = Project(
            name=package,
            kedro=kedro_version,
            env=options.env,
            conf_source=conf_source,
            overrides=overrides or None,
            pipelines=pipelines,
            datasets=read_datasets(
                names,
                _section(loader, "catalog", root),
                root,
                hooked.catalog,
                lambda entry: find_entry(loader, root, "catalog", entry),
            ),
            parameters=_parameters(loader, root),
        )
        return Reading(project=project, settings=read_deploy(loader, root))


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
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
            saved = os.dup(1)
            undo.callback(os.close, saved)
            os.dup2(2, 1)
            undo.callback(os.dup2, saved, 1)
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
                what="No Kedro project stands here or in a folder above.",
                where=str(folder),
                remedy="Name its folder with --project DIR; it is the one whose pyproject.toml "
                "has a [tool.kedro] section.",
            )
        )
    return Path(root)


def _parse_params(text: str) -> dict[str, Json]:
    """Parse as `kedro run --params` does (Kedro, `kedro.framework.cli.utils._split_params`)."""
    from omegaconf import OmegaConf

    items = []
    for number, item in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise _wrong_params(f"Item {number} is not of the form KEY=VALUE.")
        items.append(f"{key.strip()}={value}")
    if "${" in text:
        raise _wrong_params("A parameter set for all runs cannot be interpolated (`${…}`).")
    try:
        parsed: Any = OmegaConf.to_container(OmegaConf.from_dotlist(items))
    except Exception as error:  # YAML and OmegaConf fail with many types
        raise _wrong_params(f"The values cannot be parsed: {type(error).__name__}.") from error
    for leaf in flatten(parsed):
        if leaf.hidden:
            raise _wrong_params(
                f"`{leaf.name}` may not be exported: {leaf.hidden}.",
                "Let the task read it from its environment instead.",
            )
    overrides: dict[str, Json] = parsed
    return overrides


def _wrong_params(what: str, remedy: str | None = None) -> UsageError:
    return UsageError(Finding(what=what, where="--params", remedy=remedy))


def _conf_source(given: str | None, root: Path) -> str | None:
    """Return `given` relative to the project: an artifact holds no path of this machine."""
    if given is None:
        return None
    if "://" in given:
        return _without_secret(given)
    path = Path(given).resolve()
    if not path.exists():
        raise UsageError(Finding(what="There is no such folder or archive.", where=given))
    if not path.is_relative_to(root):
        raise UsageError(
            Finding(
                what="The configuration lies outside the project, where a task will not find it.",
                where=f"--conf-source {given}",
                remedy="Put it into the project's folder, or give a URL.",
            )
        )
    return path.relative_to(root).as_posix()


def _without_secret(url: str) -> str:
    plain = without_credentials(url)
    if plain != url:
        raise UsageError(
            Finding(
                what="The URL holds credentials, and an artifact would hold them too.",
                where=f"--conf-source {plain}",
                remedy="Give it without, and let the file system find its credentials itself.",
            )
        )
    return url


def _config_loader(
    root: Path, env: str | None, conf_source: str | None, overrides: Mapping[str, Json]
) -> AbstractConfigLoader:
    from kedro.framework.project import settings

    source = conf_source or str(settings.CONF_SOURCE)
    located = source if "://" in source else str(root / source)
    try:
        loader: AbstractConfigLoader = settings.CONFIG_LOADER_CLASS(
            conf_source=located,
            env=env,
            runtime_params=dict(overrides),
            **settings.CONFIG_LOADER_ARGS,
        )
    except Exception as error:  # custom loaders can fail in any way
        raise ProjectError(
            Finding(what=summary(error, root), where=f"configuration in {source}")
        ) from error
    return loader


def _section(loader: AbstractConfigLoader, key: str, root: Path) -> Mapping[str, Any]:
    from kedro.config import MissingConfigException

    try:
        section: Mapping[str, Any] = loader[key]
    except Exception as error:  # noqa: BLE001 - YAML, interpolation, a key or folder amiss
        # Any other quotes of a file what may be a secret.
        kept = error if isinstance(error, MissingConfigException) else None
        run = f"kedro run --env {loader.env}" if loader.env else "kedro run"
        raise ProjectError(
            Finding(
                what=describe(error, root),
                where=find_mistake(loader, root, key, error)
                or f"the project's {key} configuration",
                remedy=f"`{run}` needs it too: correct or add what is named above.",
            )
        ) from kept
    return section


def _parameters(loader: AbstractConfigLoader, root: Path) -> tuple[Parameter, ...]:
    """Read the parameters raw: a context would turn them into typed objects."""
    from kedro.config import MissingConfigException

    try:
        return flatten(_section(loader, "parameters", root))
    except ProjectError as error:
        if isinstance(error.__cause__, MissingConfigException):
            return flatten(loader.runtime_params or {})
        raise
