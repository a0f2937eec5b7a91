"""Completion in fish, where a list with commas is completed as well."""

from __future__ import annotations

from click.shell_completion import FishComplete, add_completion_class


class CommaFishComplete(FishComplete):
    """click's own, which would keep a value up to its first comma alone.

    Source: click, `click.shell_completion._SOURCE_FISH`, which splits `plain,VALUE`.
    """

    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split --max 1 ","'
    )


add_completion_class(CommaFishComplete)
