"""The project's configuration: its loader, and the sections of it that the IR needs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.errors import Finding, ProjectError
from shipway.frames import summary
from shipway.model import (
    Dataset,
    Json,
    Parameter,
    Pipeline,
    RuntimeParameter,
    bare,
    is_parameter,
)
from shipway.readers.catalog import read_datasets
from shipway.readers.computed import display, is_computed
from shipway.readers.deploy import read_deploy
from shipway.readers.environment import Environment, check_environment, choose_environment
from shipway.readers.parameters import flatten, why_source_hidden
from shipway.readers.settings_sources import check_sources
from shipway.readers.source_lines import (
    all_places,
    describe,
    find_entry,
    find_mistake,
    find_tab,
    has_files,
)
from shipway.readers.unresolved import RuntimeParam, Unresolved, unresolved
from shipway.settings.source import SettingsSource

if TYPE_CHECKING:
    from kedro.config import AbstractConfigLoader


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Where the configuration stands, and what of it counts.

    Args:
        root: the project's folder.
        source: folder or archive asked for, relative to it, or a URL; `None` for the project's own.
        environment: the environment to read.
        overrides: parameters that are set for every run, nested.
    """

    root: Path
    source: str | None
    environment: Environment
    overrides: Mapping[str, Json]

    def loader(self) -> AbstractConfigLoader:
        """Return a new loader of the project's own class.

        Raises:
            ProjectError: it cannot be made.
        """
        from kedro.framework.project import settings

        source = self.source or str(settings.CONF_SOURCE)
        location = source if "://" in source else str(self.root / source)
        try:
            loader: AbstractConfigLoader = settings.CONFIG_LOADER_CLASS(
                conf_source=location,
                env=self.environment.name,
                runtime_params=dict(self.overrides),
                **settings.CONFIG_LOADER_ARGS,
            )
        except Exception as error:  # custom loaders can fail in any way
            raise ProjectError(
                Finding(what=summary(error, self.root), where=f"configuration in {source}")
            ) from error
        return loader

    def deploy(self) -> SettingsSource:
        """Read `deploy.yml`; only there a value may come from this machine, if a file says so.

        Resolvers are called when one stands in the settings, and not for the sake of others.

        Raises:
            SettingsError: a file is no YAML, an interpolation fails, or gives what is a secret.
        """
        with _environment_variables():
            with unresolved(self.overrides) as texts:
                loader = self.loader()
                settings = read_deploy(loader, self.root)
                texts.section = "deploy"
                if settings.values:
                    # The same once more, with tokens; where they stand is known.
                    check_sources(replace(settings, values=loader["deploy"]), texts)
                names = frozenset(texts.overrides_read)
            settings = replace(settings, overrides_read=names)
            needs_values = is_computed(settings.values)
            if not needs_values:
                return settings
            return replace(read_deploy(self.loader(), self.root), overrides_read=names)


def configuration(
    root: Path, env: str | None, source: str | None, overrides: Mapping[str, Json]
) -> Configuration:
    """Return the configuration that an export reads.

    Raises:
        UsageError: the configuration has no such environment.
        ProjectError: whether git ignores the default environment cannot be told.
    """
    from kedro.framework.project import settings

    folder = root / (source or str(settings.CONF_SOURCE))
    is_folder = "://" not in (source or "") and folder.is_dir()
    if env and is_folder and _has_folders(settings.CONFIG_LOADER_CLASS):
        check_environment(env, folder)
    environment = choose_environment(
        env, folder if is_folder else None, root, settings.CONFIG_LOADER_ARGS
    )
    return Configuration(root=root, source=source, environment=environment, overrides=overrides)


def _has_folders(loader_class: type) -> bool:
    """Tell whether an environment is a folder; a loader of the project's own may know better."""
    from kedro.config import OmegaConfigLoader

    return issubclass(loader_class, OmegaConfigLoader)


@contextlib.contextmanager
def _environment_variables() -> Iterator[None]:
    """Let `${oc.env:TAG}` stand in the settings; Kedro's loader takes that resolver away."""
    from omegaconf import OmegaConf

    resolvers: Any = OmegaConf
    register = getattr(resolvers, "register_resolver", resolvers.register_new_resolver)
    clear = resolvers.clear_resolver
    try:
        resolvers.clear_resolver = staticmethod(lambda name: name != "oc.env" and clear(name))
        if not resolvers.has_resolver("oc.env"):
            from omegaconf.resolvers import oc

            register("oc.env", oc.env)
            yield
            clear("oc.env")
        else:
            yield
    finally:
        resolvers.clear_resolver = clear


def with_fresh_globals(loader: AbstractConfigLoader) -> AbstractConfigLoader:
    """Return a loader that hooks had, its globals read anew without calling resolvers.

    Those that a hook has set stay.

    Source: Kedro, `OmegaConfigLoader`, which reads them once, as it is made.
    """
    from kedro.config import MissingConfigException, OmegaConfigLoader

    if isinstance(loader, OmegaConfigLoader) and "globals" not in loader.data:
        with contextlib.suppress(MissingConfigException):
            loader._globals = loader["globals"]
            loader._globals_oc = None
    return loader


def _section(
    loader: AbstractConfigLoader, key: str, root: Path, texts: Unresolved
) -> Mapping[str, Any]:
    from kedro.config import MissingConfigException

    texts.section = key
    try:
        section: Mapping[str, Any] = loader[key]
        if not section and key == "catalog" and not has_files(loader, root, key):
            raise MissingConfigException(f"No files of YAML or JSON format match {key}*")
    except Exception as error:  # noqa: BLE001 - YAML, interpolation, a key or folder amiss
        # Any other quotes of a file what may be a secret.
        cause = error if isinstance(error, MissingConfigException) else None
        run = f"kedro run --env {loader.env}" if loader.env else "kedro run"
        raise ProjectError(
            Finding(
                what=find_tab(loader, root, key) or describe(error, root),
                where=find_mistake(loader, root, key, error)
                or f"the project's {key} configuration",
                remedy=f"`{run}` needs it too: correct or add what is named above.",
            )
        ) from cause
    return section


def read_parameters(
    loader: AbstractConfigLoader, root: Path, texts: Unresolved
) -> tuple[Parameter, ...]:
    """Read the parameters raw: a context would turn them into typed objects."""
    from kedro.config import MissingConfigException

    try:
        section = _section(loader, "parameters", root, texts)
        return flatten(section or loader.runtime_params or {}, texts.interpolation)
    except ProjectError as error:
        if isinstance(error.__cause__, MissingConfigException):
            return flatten(loader.runtime_params or {})
        raise


def datasets(
    pipelines: Sequence[Pipeline],
    loader: AbstractConfigLoader,
    root: Path,
    live: Mapping[str, Any],
    texts: Unresolved,
) -> tuple[Dataset, ...]:
    """Return what the catalog says of each dataset of the pipelines.

    Args:
        live: datasets that the project's hooks made.
    """
    names = {
        name
        for pipeline in pipelines
        for node in pipeline.nodes
        for name in (*node.inputs, *node.outputs, *node.confirms)
        if not is_parameter(name)
    }
    makers = {bare(name) for pipeline in pipelines for name in pipeline.producers}
    return read_datasets(
        names,
        _section(loader, "catalog", root, texts),
        root,
        live,
        lambda entry: find_entry(loader, root, "catalog", entry),
        {name for name in names if bare(name) not in makers},
    )


def runtime_parameters(
    loader: AbstractConfigLoader, root: Path, texts: Unresolved
) -> tuple[RuntimeParameter, ...]:
    """Return what the sections that were read ask of a run; one with and without a default needs
    a value."""
    by_name: dict[str, RuntimeParam] = {}
    for param in texts.runtime_params.values():
        if param.is_required or param.name not in by_name:
            by_name[param.name] = param
    return tuple(_runtime_parameter(by_name[name], loader, root) for name in sorted(by_name))


def _runtime_parameter(
    param: RuntimeParam, loader: AbstractConfigLoader, root: Path
) -> RuntimeParameter:
    places = SettingsSource(places=all_places(loader, root, param.section))
    return RuntimeParameter(
        name=param.name,
        source=display(param.text),
        place=places.place(param.key),
        required=param.is_required,
        hidden=why_source_hidden(param.text) and "its name or its default looks like a secret",
    )
