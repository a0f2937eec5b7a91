"""What to tell of a name in the settings that a target does not take as it is."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.planner.cut import Cut
from shipway.settings.values import PipelineSettings


def name_notes(settings: PipelineSettings, name: str, cut: Cut) -> Iterator[str]:
    """Yield a note where a pipeline is called otherwise than the settings say.

    Args:
        name: what it is called on the target.
        cut: the part of the pipeline that is exported, which follows the name.
    """
    wish = settings.name
    is_kept = wish is None or (name.startswith(wish) if cut.words() else name == wish)
    if not is_kept:
        kind = "job" if settings.job else "pipeline"
        yield (
            f"The {kind} is called `{name}`: the target does not take `{wish}`, or another "
            f"pipeline would be called alike ({settings.place('name')})."
        )
