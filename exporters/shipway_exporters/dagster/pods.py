"""The pods of steps: the tag of each step, which the executor of jobs on Kubernetes reads.

Source: `dagster_k8s.executor`, K8sStepHandler, and `dagster_k8s.job`, construct_dagster_k8s_job.
What the run launcher sets for pods of runs, those of steps have as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.schemas.document import mapping
from shipway.settings.values import Volume
from shipway_exporters.containers import pod_settings, whole_pod
from shipway_exporters.containers.pod_checks import pod_findings
from shipway_exporters.dagster.place import TARGET
from shipway_exporters.python_files.kubernetes_models import field, key_of

TAG = "dagster-k8s/config"
"""The tag of an op whose value is for its pod."""
EXECUTOR = "k8s_job_executor"
CONTAINER, POD, METADATA = "container_config", "pod_spec_config", "pod_template_spec_metadata"
FREE_KEYS = frozenset({"requests", "limits", "nodeSelector", "node_selector"}) | frozenset(
    {"labels", "annotations"}
)
"""What holds keys that are no fields, and stay as they are."""
CAPABILITIES: Mapping[str, str] = {
    **{
        name: how
        for name, how in whole_pod.CAPABILITIES.items()
        # Steps run Dagster's own command, whose runtime knows the time; labels are tags of runs.
        if name not in ("command_prefix", "timeout", "labels")
    },
    "image": "`image` of the step's container; the code location's own where none is set",
    "kubernetes.namespace": "`job_namespace` of the executor, one for all tasks",
}
_OWN_VARIABLES = frozenset(
    {"DAGSTER_HOME", "DAGSTER_PG_PASSWORD", "DAGSTER_COMPRESSED_EXECUTE_STEP_ARGS"}
    | {"DAGSTER_RUN_JOB_NAME", "DAGSTER_RUN_STEP_KEY"}
)
"""Variables that a step is started with; of two with one name, a container has the last."""
_OWN_LABELS = ("dagster/", "app.kubernetes.io/")


def volumes_in(plan: Plan, task: Task) -> tuple[Volume, ...]:
    """Return the volumes that the pod of a task mounts."""
    return tuple(whole_pod.volumes_in(plan, task, TARGET))


def tags_of_op(plan: Plan, task: Task) -> dict[str, Any]:
    """Return the tags by which a task's step gets its pod; nothing for nothing."""
    volumes = volumes_in(plan, task)
    image = image_of(plan, task)
    spec = {**pod_settings.scheduling(task.settings), "volumes": pod_settings.volumes(volumes)}
    parts = {
        CONTAINER: {
            # Also where the executor has the same: alone, an asset may run by that of another job.
            **({"image": image} if image else {}),
            **pod_settings.container(task.settings, volumes),
        },
        POD: {key: value for key, value in spec.items() if value},
        METADATA: pod_settings.metadata(task.settings, {}),
    }
    config = {name: renamed(part, field) for name, part in parts.items() if part}
    return {TAG: config} if config else {}


def image_of(plan: Plan, task: Task) -> str | None:
    """Return the image of a task; `None` for the one that its code location runs in."""
    image = task.settings.image or plan.options.get("image")
    return None if image is None else str(image)


def renamed(value: Any, name: Any) -> Any:
    """Return plain data of Kubernetes with each field called otherwise.

    Args:
        name: `field` for the names of its Python client, or `key_of` for those of the API.
    """
    if isinstance(value, Mapping):
        return {
            name(key): dict(item)
            if key in FREE_KEYS and isinstance(item, Mapping)
            else renamed(item, name)
            for key, item in value.items()
        }
    return [renamed(item, name) for item in value] if isinstance(value, list) else value


def parts_of(config: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the container, the pod's spec and its metadata of a tag, in the words of the API."""
    parts = mapping(config)
    container, spec, metadata = (
        dict(renamed(mapping(parts.get(name)), key_of)) for name in (CONTAINER, POD, METADATA)
    )
    return container, spec, metadata


def check_pods(plan: Plan) -> None:
    """Check all that the pods of steps are told.

    Raises:
        UnsupportedError: Kubernetes would refuse some of it, or a step could not start.
    """
    volumes = partial(volumes_in, plan)
    findings = [
        *pod_findings(plan, plan.tasks, TARGET, volumes, CAPABILITIES, is_own_label),
        *_variables(plan),
        *_namespaces(plan),
    ]
    if findings:
        raise UnsupportedError(*findings)


def is_own_label(name: str) -> bool:
    """Tell whether Dagster sets a label of its pods itself, which a task's would replace."""
    return name.startswith(_OWN_LABELS)


def _variables(plan: Plan) -> Iterator[Finding]:
    for kind in ("env", "secrets"):
        places = {
            name: task.settings.places.get(f"{kind}.{name}")
            for task in plan.tasks
            for name in getattr(task.settings, kind)
            if name in _OWN_VARIABLES
        }
        for name, place in places.items():
            yield Finding(
                what=f"Dagster starts each step with a variable `{name}` of its own.",
                where=place,
                remedy="Give the variable another name.",
            )


def _namespaces(plan: Plan) -> Iterator[Finding]:
    first = plan.tasks[0]
    for task in plan.tasks:
        if task.settings.namespace != first.settings.namespace:
            one = task if task.settings.namespace else first
            yield Finding(
                what=f"The steps of a job run in one namespace, and `{task.label}` has another "
                f"than `{first.label}`.",
                where=one.settings.places.get("kubernetes.namespace"),
                remedy="Set `kubernetes: {namespace: …}` in `defaults`, or for the pipeline.",
            )
            return
