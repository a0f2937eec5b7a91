"""Settings that a target may or may not express, and how it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shipway.settings.run_settings import RUN_SETTINGS
from shipway.settings.task_settings import TASK_SETTINGS

SupportLevel = Literal["native", "emulated", "unsupported"]


@dataclass(frozen=True)
class Support:
    """How a target carries out a setting.

    Args:
        level: by its own means, by means of the emitted code, or not at all.
        how: the target's own word for it; for what is unsupported, what to do instead.
    """

    level: SupportLevel
    how: str = ""


CAPABILITIES: Mapping[str, str] = {
    **{name: about for setting in TASK_SETTINGS for name, about in setting.capabilities.items()},
    **{name: about for setting in RUN_SETTINGS for name, about in setting.capabilities.items()},
    "local_files": "local files outside `volumes` that other tasks read or that must stay",
}
"""Every setting that a target may or may not express, with its meaning."""
_NONE: Mapping[str, str] = {}


def support_table(
    *,
    native: Mapping[str, str],
    emulated: Mapping[str, str] = _NONE,
    unsupported: Mapping[str, str] = _NONE,
    otherwise: str | None = None,
) -> Mapping[str, Support]:
    """Return a target's support of each capability, in the order of `CAPABILITIES`.

    Args:
        native: what the target does by its own means, by capability, in its own words.
        emulated: what the emitted code does for it.
        unsupported: what it cannot do, with what to do instead.
        otherwise: what to do instead of all that is named in none of them. Without it such a
            capability is missing from the table, and the target is refused as it is loaded.
    """
    others = dict.fromkeys(CAPABILITIES, otherwise) if otherwise is not None else {}
    # Later ones win: what is named in two of them is as good as the better one.
    table = {
        **{name: Support("unsupported", how) for name, how in (others | dict(unsupported)).items()},
        **{name: Support("emulated", how) for name, how in emulated.items()},
        **{name: Support("native", how) for name, how in native.items()},
    }
    return {name: table[name] for name in [*CAPABILITIES, *table] if name in table}


def most(*tables: Mapping[str, Support]) -> Mapping[str, Support]:
    """Return the best that any of several ways can do, each capability by itself."""
    levels = ("native", "emulated", "unsupported")
    return {
        name: min((table[name] for table in tables), key=lambda how: levels.index(how.level))
        for name in tables[0]
    }
