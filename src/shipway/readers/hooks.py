"""Letting a project's hooks add datasets (`--with-hooks`), still without its credentials."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.model import Json
from shipway.secrecy import strip_credentials

if TYPE_CHECKING:
    from kedro.config import AbstractConfigLoader


@dataclass(frozen=True, kw_only=True)
class Hooked:
    """What the project's own hooks left: the config loader, and the catalog they filled."""

    loader: AbstractConfigLoader
    catalog: Mapping[str, Any] = field(default_factory=dict)


def fire_hooks(
    root: Path,
    package: str,
    loader: AbstractConfigLoader,
    env: str | None,
    overrides: Mapping[str, Json],
) -> Hooked:
    """Fire `after_context_created` and `after_catalog_created` of the hooks in `settings.py`.

    Hooks of installed plugins stay silent: they may call out. The catalog that hooks see is
    built lazily and has no credentials; datasets are made only if a hook itself asks for them.
    """
    from kedro.framework.project import settings
    from kedro.io import DataCatalog

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
    config = strip_credentials(copy.deepcopy(context.config_loader["catalog"]))
    catalog = DataCatalog.from_config(catalog=config)
    manager.hook.after_catalog_created(
        catalog=catalog,
        conf_catalog=config,
        conf_creds={},
        parameters=context.config_loader["parameters"],
        save_version=None,
        load_versions=None,
    )
    added = {name: catalog[name] for name in catalog if name not in config}
    return Hooked(loader=context.config_loader, catalog=added)


def _manager(hooks: Any) -> Any:
    # Kedro offers no public way to make a hook manager outside a session.
    from kedro.framework.hooks.manager import _create_hook_manager, _register_hooks

    manager = _create_hook_manager()
    _register_hooks(manager, hooks)
    return manager
