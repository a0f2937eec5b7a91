"""Letting a project's hooks add datasets (`--with-hooks`), still without its credentials."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.model import Json, is_parameter
from shipway.readers.loading import nothing_omitted, project_errors
from shipway.secrecy import strip_credentials

if TYPE_CHECKING:
    from kedro.config import AbstractConfigLoader


@dataclass(frozen=True, kw_only=True)
class HookResults:
    """What the project's own hooks left: the config loader, and the catalog they filled."""

    loader: AbstractConfigLoader
    catalog: Mapping[str, Any] = field(default_factory=dict)


def fire_hooks(
    root: Path,
    package: str,
    loader: AbstractConfigLoader,
    env: str | None,
    overrides: Mapping[str, Json],
) -> HookResults:
    """Fire `after_context_created` and `after_catalog_created` of the hooks in `settings.py`.

    Hooks of installed plugins stay silent: they may call out. What hooks see has no credentials,
    and a hook that asks the config loader for them gets none; datasets are made only if a hook
    itself asks for them.

    Raises:
        ProjectError: a hook fails.
    """
    from kedro.framework.project import settings

    loader["credentials"] = {}
    # A context may load the pipelines, to see what types the parameters have.
    otherwise = "HOOKS in the package's settings.py"
    with project_errors(root, "the project's hooks", otherwise), nothing_omitted(root):
        manager = _manager(settings.HOOKS)
        context: Any = settings.CONTEXT_CLASS(
            package_name=package,
            project_path=root,
            config_loader=loader,
            env=env,
            runtime_params=dict(overrides),
            hook_manager=manager,
        )
        manager.hook.after_context_created(context=context)
        return HookResults(loader=context.config_loader, catalog=_fill_catalog(context, manager))


def _fill_catalog(context: Any, manager: Any) -> Mapping[str, Any]:
    """Return the datasets that the hooks made. Source: Kedro, `KedroContext._get_catalog`."""
    from kedro.io import DataCatalog

    entries = copy.deepcopy(context.config_loader["catalog"])
    config = {name: strip_credentials(entry) for name, entry in entries.items()}
    catalog: Any = DataCatalog.from_config(catalog=config)
    parameters = context._get_parameters()
    for name, value in parameters.items():
        catalog[name] = value
    manager.hook.after_catalog_created(
        catalog=catalog,
        conf_catalog=config,
        conf_creds={},
        parameters=parameters,
        save_version=None,
        load_versions=None,
    )
    # Kedro has no public way to tell an entry that a hook replaced from one that it left alone.
    additions = catalog._datasets.keys() | (set(catalog) - config.keys())
    return {name: catalog[name] for name in additions if not is_parameter(name)}


def _manager(hooks: Any) -> Any:
    # Kedro offers no public way to make a hook manager outside a session.
    from kedro.framework.hooks.manager import _create_hook_manager, _register_hooks

    manager = _create_hook_manager()
    _register_hooks(manager, hooks)
    return manager
