"""A pod that a target has written whole, read back: the opposite of `whole_pod`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shipway.artifacts.readback import TaskContents
from shipway.planner.plan import Plan
from shipway.settings.values import TaskSettings
from shipway.tasks import task_job
from shipway_exporters.containers import container_readback as readback
from shipway_exporters.containers.pod_readback import settings_in

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class WholePod:
    """A pod's template with what is around it.

    Args:
        plan: what it should say.
        template: the metadata and the spec.
        around: the metadata of the object that holds it.
        variables: those of the target, which are no settings.
    """

    plan: Plan
    template: Json
    around: Json
    variables: Collection[str] = ()

    @property
    def container(self) -> Json:
        """The only container."""
        result: Json = self.template["spec"]["containers"][0]
        return result

    @cached_property
    def words(self) -> list[str]:
        """What its process is told."""
        _, program = readback.without_prefix(self.container["command"])
        return [*program, *self.container["args"]]

    @cached_property
    def job(self) -> dict[str, Any]:
        """What of that are options of the runtime."""
        return readback.options_in(self.words)

    @property
    def name(self) -> str:
        """The task that it runs."""
        return str(self.job.get("task", "unknown"))

    @property
    def own(self) -> TaskSettings:
        """The settings that the plan has for the task."""
        task = self.plan.task_by_name.get(self.name)
        return task.settings if task else TaskSettings()

    def task(self, more: Json) -> TaskContents:
        """Return the task; `more` are settings that are not the pod's."""
        prefix, _ = readback.without_prefix(self.container["command"])
        settings = {
            **more,
            **({"command_prefix": prefix} if prefix else {}),
            **dict(self._settings()),
            **task_job.task_facts(self.job),
        }
        if self.name in self.plan.task_by_name:
            settings = readback.without_options(self.plan, self.name, settings)
        nodes = task_job.nodes_in(self.job)
        return TaskContents(nodes=nodes, needs=frozenset(), settings=settings)

    def run(self) -> Iterator[tuple[str, Any]]:
        """Yield what it says of the run: the pipeline's labels, and what all tasks are told."""
        labels, of_pod = _labels(self.around), _labels(self.template.get("metadata", {}))
        if labels or of_pod.keys() - self._own_labels:
            is_alike = of_pod == {**labels, **self._own_labels}
            yield "labels", labels if is_alike else (labels, of_pod)
        yield from readback.run_facts([self.job]).items()

    def _settings(self) -> Iterator[tuple[str, Any]]:
        metadata = dict(self.template.get("metadata", {}))
        metadata |= {"labels": self._own_labels, "namespace": self.around.get("namespace")}
        env = [v for v in self.container.get("env", ()) if v["name"] not in self.variables]
        spec, main = self.template["spec"], {**self.container, "env": env}
        yield from settings_in(self.own, metadata, spec, main).items()
        if seconds := spec.get("activeDeadlineSeconds"):
            yield "timeout", seconds

    @property
    def _own_labels(self) -> dict[str, str]:
        """The labels of the pod that are not the pipeline's."""
        of_run, of_pod = _labels(self.around), _labels(self.template.get("metadata", {}))
        return {k: v for k, v in of_pod.items() if k in self.own.pod_labels or k not in of_run}


def _labels(metadata: Json) -> dict[str, str]:
    return dict(metadata.get("labels", {}))
