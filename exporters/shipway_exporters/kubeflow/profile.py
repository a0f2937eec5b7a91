"""Who runs a spec: what differs between the servers that take one.

A spec is alike wherever it runs; how much of the settings a server carries out, in which fields,
and what it would refuse or misread, is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shipway.planner.plan import Plan, Task
from shipway.schemas.problems import Problem
from shipway.settings.values import TaskSettings, Volume
from shipway.targets.capabilities import Support
from shipway.targets.exporter import Rendering
from shipway.targets.surroundings import Surroundings
from shipway_exporters.containers.target import Target
from shipway_exporters.kubeflow.rules_view import Rule

Json = Mapping[str, Any]
Pairs = Iterator[tuple[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One kind of server.

    Args:
        target: as messages name it.
        versions: those of the server that take the specs.
        limited: the runs that it limits, where the settings limit them.
        capabilities: what it carries out.
        idle: options that mean nothing to it, each with the reason.
        check: refuses what it would refuse of a plan; raises `UnsupportedError`.
        check_document: likewise of the parts of the spec; returns what to note of them. The last
            argument has the tasks that run nodes, by the label of their executor.
        volumes: where a task finds files that outlive it.
        arguments: what a task's process is told besides.
        resources: what a container says of its compute.
        retries: what a task says of its retries.
        pod: the options of a task's executor in the platform document.
        pod_of_cleanup: those of the task that empties the store.
        pod_on_exit: those of the task that runs last.
        head: more fields of the spec itself.
        start: the lines of a program that starts a run, for the header; none where all know how.
        schedule: the file of the schedule, where there is one.
        surroundings: what the files need around them.
        reading: how they are read back.
    """

    target: Target
    versions: str
    limited: str
    capabilities: Mapping[str, Support]
    idle: Mapping[str, str]
    check: Callable[[Plan], None]
    check_document: Callable[[Plan, Mapping[str, Any], Mapping[str, Task]], Sequence[str]]
    volumes: Callable[[Plan, Task], Sequence[Volume]]
    arguments: Callable[[Task], Sequence[str]]
    resources: Callable[[TaskSettings], Mapping[str, Any]]
    retries: Callable[[Task], Mapping[str, Any]]
    pod: Callable[[Plan, Task], Mapping[str, Any]]
    pod_of_cleanup: Callable[[Plan], Mapping[str, Any]]
    pod_on_exit: Callable[[Plan], Mapping[str, Any]]
    head: Callable[[Plan], Mapping[str, str]]
    start: Callable[[Plan], Sequence[str]]
    schedule: Callable[[Plan], Iterator[Rendering]]
    surroundings: Callable[[Plan], Surroundings]
    reading: Reading


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How what such a server is given is read back.

    Args:
        rules: what it would refuse of a spec, or misread.
        keys: the capabilities that can be read of a spec.
        schedule_keys: those that only the file of a schedule says, each with what of it is lost
            to a reader where there is none.
        omissions: what nobody can read.
        container: a container in the fields that a cluster's has.
        timeout: the time-out of a task, by its pod's options and those of its process.
        schedule: what the file of a schedule says.
        schedule_faults: what the server would refuse of that file.
    """

    rules: Sequence[Rule]
    keys: frozenset[str]
    schedule_keys: Mapping[str, str]
    omissions: Mapping[str, str] = field(default_factory=dict)
    container: Callable[[TaskSettings, Json], Json]
    timeout: Callable[[Json, Json], Pairs]
    schedule: Callable[[Json, Plan], Pairs]
    schedule_faults: Callable[[Any], Iterator[Problem]] = lambda _: iter(())
