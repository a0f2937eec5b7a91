"""Whose an artifact is: a line in its header, by which an export tells its own from others'."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

from shipway.errors import Finding
from shipway.planner.plan import Plan, digest

_MARK = re.compile(r"^[^\w\n]*shipway: of=(?P<identity>[\w.]+)(?=\"?,?\r?$)", re.MULTILINE)
# In JSON it is an item of a list: a text in quotes, and a comma.
_PLACE = re.compile(r"^(?P<lead>[^\w\n]*)shipway: unsealed=yes(?P<end>\"?,?)$", re.MULTILINE)
_TITLE = re.compile(r"(Job (?P<job>\S+): )?Kedro pipeline (?P<pipeline>\S+) of (?P<project>\w+)")
_COMMAND = re.compile(r"shipway export (?P<target>\S+) (?P<options>.+)")

FOREIGN = {
    "foreign": "Another project, environment or pipeline made this file",
    "unsealed": "Shipway did not make this file, or its header is gone",
    "unlike": "This file runs none of the nodes that the new one runs",
}
"""Why a file is not replaced unless asked for, by the cause that a comparison gives."""


def identity(plan: Plan) -> str:
    """Return what the plan's artifact is of, as short digests with dots between them.

    First whose it is (package, the project's name, environment), then the pipeline or the job, then
    the tags if there are any. What the artifact holds is no part of it.
    """
    parts = [[plan.project, plan.title, plan.env], _subject(plan)]
    parts += [sorted(set(plan.selected))] if plan.selected else []
    return ".".join(digest(part) for part in parts)


def _subject(plan: Plan) -> list[str]:
    if plan.jobs:  # of which there may be more or fewer tomorrow
        return ["jobs", plan.pipeline]
    # A job stays the same when it runs another pipeline.
    return ["job", plan.job] if plan.job else [plan.pipeline]


def with_mark(text: str, of: str) -> str:
    """Put an identity into a text, on a line of its own below the one for the digests."""
    return _PLACE.sub(
        lambda line: f"{line[0]}\n{line['lead']}shipway: of={of}{line['end']}", text, count=1
    )


def identity_in(text: str) -> str | None:
    """Return the identity in a text; earlier releases wrote none."""
    mark = _MARK.search(text)
    return mark["identity"] if mark else None


def family(of: str) -> tuple[str, tuple[str, ...]]:
    """Return what the artifacts of one project, environment and selection of tags share."""
    owner, _pipeline, *tags = of.split(".")
    return owner, tuple(tags)


def why_foreign(old_text: str, new_text: str, *, is_sealed: bool) -> str | None:
    """Return the cause, of `FOREIGN`, for which a text is not to be replaced; `None` for our own.

    Args:
        is_sealed: whether the text that is there has a line of digests.
    """
    if not old_text.strip():
        return None
    if not is_sealed:
        return "unsealed"
    old, new = identity_in(old_text), identity_in(new_text)
    # A file of an earlier release has no identity, and is taken for ours.
    return "foreign" if old and new and old != new else None


def pipeline_in(text: str) -> str | None:
    """Return the job or the pipeline that a text says it is of, in the words of its header."""
    title = _TITLE.search(text)
    return title["job"] or title["pipeline"] if title else None


def target_in(text: str) -> str | None:
    """Return the target that a text says it is for, in the command of its header."""
    command = _COMMAND.search(text)
    return command["target"] if command else None


def refusal(cause: str, where: str, old: str) -> Finding:
    """Return what to tell of a file that is not ours to replace."""
    owner = _owner_in(old) if cause != "unsealed" else None
    return Finding(
        what=f"{FOREIGN[cause]}{f': {owner}' if owner else ''}.",
        where=where,
        remedy="Give the pipeline another `name` in the settings, or choose another folder "
        "with --output; --replace overwrites the file.",
    )


def _owner_in(text: str) -> str | None:
    """Return whose a text says it is, in the words of its header, if it says it."""
    title = _TITLE.search(text)
    if title is None:
        return None
    env = _env_in(text)
    name = title["job"] or title["pipeline"]
    return f"`{name}` of `{title['project']}`" + (f" (--env {env})" if env else "")


def _env_in(text: str) -> str | None:
    command = _COMMAND.search(text)
    try:
        words = shlex.split(command["options"]) if command else []
    except ValueError:  # a command that was edited by hand
        return None
    return next((env for word, env in pairwise(words) if word == "--env"), None)
