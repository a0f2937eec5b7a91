"""Texts of the settings that do not arrive as they are, each with its place.

Argo, and what runs on it, fills in `{{…}}` in all that it is given, and has no escape for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from shipway.errors import Finding, count
from shipway.planner.plan import Plan, Task
from shipway.schemas.document import is_odd
from shipway.settings.values import Volume
from shipway_exporters.containers.target import Target

REMEDY = "Leave the braces or the odd characters out; there is no escape for them."


@dataclass(frozen=True, kw_only=True)
class _Text:
    """A text, and what it is.

    Args:
        tasks: those that have it; none where it is of the pipeline.
    """

    what: str
    text: str
    where: str | None
    tasks: dict[str, None] = field(default_factory=dict, compare=False)


def fault_of(text: str) -> str | None:
    """Return what Argo, or who runs on it, does to a text."""
    return "would fill in `{{` in" if "{{" in text else odd_fault(text)


def odd_fault(text: str) -> str | None:
    """Return what any server does to a text."""
    return "cannot hold" if is_odd(text) else None


def refused_texts(
    plan: Plan,
    target: Target,
    volumes: Callable[[Task], Sequence[Volume]],
    fault: Callable[[str], str | None] = fault_of,
) -> Iterator[Finding]:
    """Yield a finding for each text that would be changed, once for all tasks that have it.

    Args:
        volumes: those that a task mounts, whoever says so.
        fault: what the target does to a text, as the middle of a sentence; by default `fault_of`.
    """
    texts = {item: item for item in (*_of_run(plan), *_of_options(plan, target))}
    for task in plan.tasks:
        for item in _of_task(task, target, volumes(task)):
            texts.setdefault(item, item).tasks[task.label] = None
    for item in texts.values():
        if why := fault(item.text):
            what = f"{target.title} {why} {item.what}{_whose(item)}: {item.text!r}."
            yield Finding(what=what, where=item.where, remedy=REMEDY)


def _whose(item: _Text) -> str:
    if len(item.tasks) > 1:
        return f" of {count(len(item.tasks), 'task')}"
    return "".join(f" of `{label}`" for label in item.tasks)


def _of_run(plan: Plan) -> Iterator[_Text]:
    run = plan.run
    texts = {
        "description": run.description,
        "owner": run.owner,
        "store": run.store if plan.stored else None,
        "project_dir": run.project_dir,
        "conf_source": plan.configuration,
    }
    for key, text in texts.items():
        where = run.places.get(key, "--conf-source" if key == "conf_source" else key)
        yield _Text(what=f"`{key}`", text=text or "", where=where)


def _of_options(plan: Plan, target: Target) -> Iterator[_Text]:
    for word in plan.options.get("on_exit", {}).get("command", ()):
        where = target.option("on_exit.command")
        yield _Text(what="a word of the last command", text=word, where=where)
    for key in ("python", "project_dir"):
        text = str(plan.options.get(key, ""))
        yield _Text(what=f"`{key}`", text=text, where=target.option(key))


def _of_task(task: Task, target: Target, volumes: Sequence[Volume]) -> Iterator[_Text]:
    settings, places = task.settings, task.settings.places
    for word in settings.command_prefix:
        where = places.get("command_prefix")
        yield _Text(what="a word before the command", text=word, where=where)
    for name, value in sorted(settings.env.items()):
        yield _Text(what=f"the variable `{name}`", text=value, where=places.get(f"env.{name}"))
    for name, value in sorted(settings.annotations.items()):
        where = places.get(f"kubernetes.annotations.{name}")
        yield _Text(what=f"the annotation `{name}`", text=value, where=where)
    for text in (text for volume in volumes for text in (volume.source, volume.mount)):
        where = places.get("volumes", target.option("volumes"))
        yield _Text(what="a volume", text=text, where=where)
