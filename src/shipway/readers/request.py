"""What the options of a command ask of the configuration, checked before it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shipway.errors import Finding, UsageError
from shipway.model import Json
from shipway.readers.parameters import flatten
from shipway.secrecy import without_credentials


def parse_params(text: str) -> dict[str, Json]:
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
        params: Any = OmegaConf.to_container(OmegaConf.from_dotlist(items))
    except Exception as error:  # YAML and OmegaConf fail with many types
        raise _wrong_params(f"The values cannot be parsed: {type(error).__name__}.") from error
    for leaf in flatten(params):
        if leaf.hidden:
            raise _wrong_params(
                f"`{leaf.name}` may not be exported: {leaf.hidden}.",
                "Let the task read it from its environment instead.",
            )
    overrides: dict[str, Json] = params
    return overrides


def _wrong_params(what: str, remedy: str | None = None) -> UsageError:
    return UsageError(Finding(what=what, where="--params", remedy=remedy))


def conf_source_in(conf_source: str | None, root: Path) -> str | None:
    """Return `given` relative to the project: an artifact holds no path of this machine."""
    if conf_source is None:
        return None
    if "://" in conf_source:
        return _without_secret(conf_source)
    path = Path(conf_source).resolve()
    if not path.exists():
        raise UsageError(Finding(what="There is no such folder or archive.", where=conf_source))
    if not path.is_relative_to(root):
        raise UsageError(
            Finding(
                what="The configuration lies outside the project, where a task will not find it.",
                where=f"--conf-source {conf_source}",
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
