"""What to tell of a name in the settings that a target does not take as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipway.settings.values import PipelineSettings


def name_notes(settings: PipelineSettings, name: str, tags: Sequence[str]) -> Iterator[str]:
    """Yield a note where a pipeline is called otherwise than the settings say.

    Args:
        name: what it is called on the target.
        tags: those of a selection, which follow the name.
    """
    wish = settings.name
    is_kept = wish is None or (name.startswith(wish) if tags else name == wish)
    if not is_kept:
        yield (
            f"The pipeline is called `{name}`: the target does not take `{wish}`, or another "
            f"pipeline would be called alike ({settings.place('name')})."
        )
