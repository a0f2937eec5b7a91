"""Rules for what Dagster lets pass as it loads a file.

A dependency on nothing becomes an external asset, a job that selects nothing succeeds, a negative
pause waits not at all, and what is in no list is not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Any

from shipway.artifacts.python_literals import Call, Code
from shipway.runtime.fields import READERS
from shipway.schemas.document import mapping, sequence
from shipway.schemas.problems import Problem, display
from shipway_exporters.dagster.parsed_file import ParsedFile, ParsedTask, deps_of, key_of, keys_of
from shipway_exporters.dagster.rules_numbers import numbers
from shipway_exporters.dagster.rules_pods import pods
from shipway_exporters.dagster.rules_tags import tags

_ALL = Call("dg.AssetSelection.assets", (Code("*TASKS"),))
_ROOM = Code("has_room")
_IN_TASK = {*READERS, "env", "growth"}


def faults(file: ParsedFile) -> Iterator[Problem]:
    """Yield all that is wrong in a file, each with its place."""
    yield from _lists(file)
    yield from _keys(file)
    yield from _dependencies(file)
    yield from _jobs(file)
    yield from _parameters(file)
    yield from _schedule(file)
    yield from numbers(file)
    yield from tags(file)
    yield from pods(file)


def _lists(file: ParsedFile) -> Iterator[Problem]:
    for name in sorted(file.decorated - file.tasks.keys()):
        yield Problem((name,), "This task is not among TASKS, so that no job runs it.")
    lists = (("assets", "TASKS"), ("jobs", "job"), ("schedules", "schedule"))
    for key, name in lists:
        if name in file.constants and name not in _names(file.arguments("defs").get(key)):
            yield Problem(("defs", key), f"`{name}` is defined, and not among the {key}.")
    for name in sorted({"failure", "success"} & file.functions.keys()):
        if name not in _names(file.arguments("defs").get("sensors")):
            yield Problem(("defs", "sensors"), f"`{name}` is defined, and not among the sensors.")
    if file.arguments("job").get("selection") != _ALL:
        yield Problem(("job", "selection"), "The job does not select all of TASKS.")


def _names(value: Any) -> set[str]:
    """The names in an expression: one, a list of some, or a list made of lists."""
    items = value if isinstance(value, list) else [value]
    texts = (item.source for item in items if isinstance(item, Code))
    return {word.strip("*[] ") for text in texts for word in text.split(",")}


def _keys(file: ParsedFile) -> Iterator[Problem]:
    sources = ((("SOURCES",), spec) for spec in file.sources)
    written = (((name,), spec) for name, task in file.tasks.items() for spec in task.specs)
    known: set[tuple[str, ...]] = set()
    for place, spec in chain(sources, written):
        key = key_of(spec.args[0]) if spec.args else ()
        if not key or any(not part or set(part) & {".", "/"} for part in key):
            yield Problem((*place, "specs"), f"{display(list(key))} is no key of an asset.")
        if key in known:
            yield Problem((*place, "specs"), f"The asset {display(list(key))} is there twice.")
        known.add(key)
    for name, task in file.tasks.items():
        if not task.specs:
            yield Problem((name, "specs"), "A task without an asset never runs.")


def _dependencies(file: ParsedFile) -> Iterator[Problem]:
    known = {key for task in file.tasks.values() for key in keys_of(task)}
    known |= {key_of(spec.args[0]) for spec in file.sources if spec.args}
    for name, task in file.tasks.items():
        for key in dict.fromkeys(deps_of(task)):
            if key not in known:
                what = f"No task writes {display(list(key))}, and it is not among SOURCES."
                yield Problem((name, "deps"), what)


def _jobs(file: ParsedFile) -> Iterator[Problem]:
    for key in file.run.keys() - READERS.keys():
        yield Problem(("RUN", key), f"`shipway.runtime` takes no `{key}`.")
    if file.resolved(file.arguments("defs").get("executor")) != file.executor:
        what = "Assets that are materialized from the catalog would run by another executor."
        yield Problem(("defs", "executor"), what)
    start = f"{file.arguments('job').get('name')}__"
    keys = {key for task in file.tasks.values() for key in keys_of(task)}
    counts = Counter(task.name for task in file.tasks.values())
    for name, task in file.tasks.items():
        for key in task.job.keys() - _IN_TASK:
            yield Problem((name, key), f"`shipway.runtime` takes no `{key}`.")
        if not (task.job.get("nodes") or task.job.get("clean_store")):
            yield Problem((name, "nodes"), "A task without a node does nothing.")
        if not task.name.startswith(start):
            what = f"The op {display(task.name)} does not start with {display(start)}."
            yield Problem((name, "name"), what)
        if counts[task.name] > 1:
            yield Problem((name, "name"), f"The op {display(task.name)} is there twice.")
        yield from _earlier(name, task, keys, file)


def _earlier(
    name: str, task: ParsedTask, keys: Collection[tuple[str, ...]], file: ParsedFile
) -> Iterator[Problem]:
    """What comes of the run itself is an asset, or no selection of assets could leave it out."""
    odd = mapping(file.constants.get("KEYS"))
    for dataset in map(str, sequence(task.job.get("from_run"))):
        if tuple(str(odd.get(dataset, dataset)).split(".")) not in keys:
            yield Problem((name, "from_run"), f"No task writes {display(dataset)}.")


def _parameters(file: ParsedFile) -> Iterator[Problem]:
    names, fields = mapping(file.constants.get("NAMES")), set(file.fields())
    for name in sorted(fields ^ names.keys()):
        yield Problem(("NAMES", name), f"`{name}` is in Parameters or in NAMES, and not in both.")
    if fields and str(file.constants.get("PARAMETERS")) not in _resources(file):
        yield Problem(("defs", "resources"), "The resource of the parameters has another key.")


def _resources(file: ParsedFile) -> Mapping[str, Any]:
    return mapping(file.arguments("defs").get("resources"))


def _schedule(file: ParsedFile) -> Iterator[Problem]:
    schedule = file.arguments("schedule")
    if schedule and schedule.get("job_name") != file.arguments("job").get("name"):
        yield Problem(("schedule", "job_name"), "The schedule starts another job.")
    if "RUNS" in file.constants and schedule.get("should_execute", _ROOM) != _ROOM:
        yield Problem(("schedule", "should_execute"), "Something else than RUNS limits runs.")
    if schedule and ("RUNS" in file.constants) != ("should_execute" in schedule):
        yield Problem(("schedule", "should_execute"), "RUNS and `has_room` need each other.")
    for key in mapping(schedule.get("run_config")):
        if key != "resources":
            yield Problem(("schedule", "run_config", key), "A run's values stand in resources.")
    for function in {"failure", "success"} & file.functions.keys():
        for call in file.decorators(function):
            if isinstance(call, Call) and "monitored_jobs" in dict(call.kwargs):
                what = "The sensor would not see runs of assets from the catalog."
                yield Problem((function, "monitored_jobs"), what)
