"""What Kubernetes or the server would refuse of a task's pod, with its place in the settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from posixpath import normpath

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.settings.values import Volume
from shipway_exporters.containers import kubernetes_names as names
from shipway_exporters.containers.fill_ins import refused_texts
from shipway_exporters.containers.pod_checks import pod_findings, reference_faults
from shipway_exporters.kubeflow import launcher
from shipway_exporters.kubeflow.containers import TARGET
from shipway_exporters.kubeflow.platform import OWNER, secrets_on_exit, volumes_in

WRITTEN = frozenset(
    {"image", "timeout", "secrets", "labels", "resources.gpu_type"}
    | {"volumes.claim", "volumes.config_map", "volumes.secret", "volumes.empty_dir"}
    | {"kubernetes.node_selector", "kubernetes.tolerations", "kubernetes.labels"}
    | {"kubernetes.annotations", "kubernetes.image_pull_secrets"}
)
"""The capabilities whose names and values a spec holds."""


def check_platform(plan: Plan) -> None:
    """Check the pods of a plan, before any of them is written.

    Raises:
        UnsupportedError: Kubernetes or the server would refuse some of it; one finding for each.
    """
    volumes = lambda task: volumes_in(plan, task)  # noqa: E731
    findings = pod_findings(plan, plan.tasks, TARGET, volumes, WRITTEN, _is_own_label)
    findings += [*refused_texts(plan, TARGET, volumes), *_config_maps(plan), *_on_exit(plan)]
    for task in plan.tasks:
        findings += [*_variables(plan, task), *_volumes(plan, task), *_owner(plan, task)]
    if findings:
        # Tasks that have a setting from one place have one mistake.
        raise UnsupportedError(*dict.fromkeys(findings))


def _is_own_label(name: str) -> bool:
    """Of a pipeline's pods: the server's (`common/util/consts.go`), and Argo's workflow's."""
    starts = ("pipeline/", "pipelines.kubeflow.org/", "workflows.argoproj.io/")
    return name.startswith(starts)


def _config_maps(plan: Plan) -> Iterator[Finding]:
    config_maps = plan.options.get("config_maps", {})
    yield from reference_faults("config_maps", config_maps, "config map", TARGET)


def _on_exit(plan: Plan) -> Iterator[Finding]:
    section, secrets = "on_exit.secrets", secrets_on_exit(plan)
    yield from reference_faults(section, secrets, "secret", TARGET)
    for variable in sorted(secrets.keys() & launcher.VARIABLES):
        yield _needed_by_launcher(variable, TARGET.option(f"{section}.{variable}"))


def _needed_by_launcher(variable: str, where: str | None) -> Finding:
    return Finding(
        what=f"The server's launcher needs the variable `{variable}` for itself.",
        where=where,
        remedy="Give the variable another name.",
    )


def _variables(plan: Plan, task: Task) -> Iterator[Finding]:
    settings, config_maps = task.settings, plan.options.get("config_maps", {})
    own = {
        **{name: settings.places.get(f"env.{name}") for name in settings.env},
        **{name: settings.places.get(f"secrets.{name}") for name in settings.secrets},
    }
    of_options = {name: TARGET.option(f"config_maps.{name}") for name in config_maps}
    for name, where in {**own, **of_options}.items():
        if name in launcher.VARIABLES:
            yield _needed_by_launcher(name, where)
    for name in sorted(own.keys() & of_options.keys()):
        yield Finding(
            what=f"The variable `{name}` is set twice.",
            where=f"{own[name]} and {of_options[name]}",
            remedy="Leave one of them out.",
        )


def _volumes(plan: Plan, task: Task) -> Iterator[Finding]:
    volumes = volumes_in(plan, task)
    where = task.settings.places.get("volumes", TARGET.option("volumes"))
    for what, remedy in (*_single(volumes), *_names(volumes)):
        yield Finding(what=what, where=where, remedy=remedy)


def _single(volumes: Iterable[Volume]) -> Iterator[tuple[str, str]]:
    for volume in volumes:
        if volume.key is not None:
            yield (
                f"Kubeflow mounts all keys of a secret or a config map, not `{volume.key}` alone.",
                "Leave `key` out, and `mount` is a folder with a file for each key.",
            )
        if volume.read_only and volume.kind in ("claim", "empty_dir"):
            yield (
                f"Kubeflow cannot mount {volume.mount} so that a task only reads it.",
                "Leave `read_only` out; what a claim allows, its access modes say.",
            )
        if normpath(volume.mount) in launcher.PATHS:
            yield (
                f"The server mounts a volume of its own at {volume.mount}.",
                "Mount it elsewhere.",
            )


def _names(volumes: Sequence[Volume]) -> Iterator[tuple[str, str]]:
    """The server gives a volume the name of what it holds (`driver/k8s.go`, extendPodSpecPatch)."""
    others: set[str] = set()
    for volume in volumes:
        if volume.kind == "empty_dir":
            continue
        if why := _why_no_volume(volume.source, others):
            yield why, "Mount one of another name, or, of one, a folder above all that is needed."
        others.add(volume.source)


def _why_no_volume(name: str, others: Collection[str]) -> str | None:
    if not names.is_volume(name):
        return (
            f"A volume of Kubeflow is called like what it holds, and none can be called `{name}`: "
            "no dots, and 63 characters at most."
        )
    if name in launcher.VOLUMES:
        return f"The server has a volume `{name}` of its own."
    return f"Kubeflow can mount `{name}` but once in a task." if name in others else None


def _owner(plan: Plan, task: Task) -> Iterator[Finding]:
    if plan.run.owner and OWNER in task.settings.annotations:
        place = task.settings.places.get(f"kubernetes.annotations.{OWNER}")
        yield Finding(
            what=f"The annotation `{OWNER}` of a pod is the pipeline's `owner`.",
            where=f"{place} and {plan.run.places.get('owner')}",
            remedy="Leave one of them out, or call the annotation otherwise.",
        )
