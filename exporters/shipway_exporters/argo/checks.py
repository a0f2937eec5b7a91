"""What Argo or Kubernetes would refuse of a plan, with its place in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway.schemas.document import is_odd
from shipway_exporters.argo.options import TARGET
from shipway_exporters.containers.go_cron import cron_faults
from shipway_exporters.containers.place import volumes_of
from shipway_exporters.containers.pod_checks import check_pods, reference_faults

WRITTEN = frozenset(
    {"image", "timeout", "secrets", "labels", "resources.gpu_type", "service_account"}
    | {"env_from.secret", "env_from.config_map"}
    | {f"volumes.{kind}" for kind in ("claim", "config_map", "secret", "host_path", "empty_dir")}
    | {"kubernetes.node_selector", "kubernetes.tolerations", "kubernetes.labels"}
    | {"kubernetes.annotations", "kubernetes.image_pull_secrets", "kubernetes.priority_class"}
)
"""The capabilities whose names and values a template holds."""
_OWN_LABELS = "workflows.argoproj.io/"
# Argo's own (Argo 4.1, `workflow/common/common.go`, VarRunArgoPath and EnvVar…).
_PATHS = ("/var/run/argo", "/argo")
_REMEDY = "Leave the braces or the odd characters out; Argo has no escape for them."


def check_plan(plan: Plan) -> None:
    """Check the settings of a plan, before anything is written.

    Raises:
        UnsupportedError: some of them have no form; one finding for each.
    """
    volumes = lambda task: volumes_of(plan, task, TARGET)  # noqa: E731
    check_pods(
        plan, plan.tasks, TARGET, volumes, WRITTEN, lambda name: name.startswith(_OWN_LABELS)
    )
    findings = [*_run(plan), *_run_texts(plan), *_pull_secrets(plan), *_on_exit(plan)]
    for task in plan.tasks:
        findings += [*_texts(plan, task), *_paths(plan, task)]
    if findings:
        # Tasks that have a setting from one place have one mistake.
        raise UnsupportedError(*{(f.what, f.where): f for f in findings}.values())


def _run(plan: Plan) -> Iterator[Finding]:
    schedule = plan.run.schedule
    if schedule and schedule.cron:
        yield from cron_faults(plan, schedule.cron, "Argo")


def _run_texts(plan: Plan) -> Iterator[Finding]:
    """What is said of the pipeline. Argo fills in a run's metadata, and may fill in these."""
    for key in ("description", "owner"):
        value = getattr(plan.run, key) or ""
        if why := _fault(value):
            yield Finding(
                what=f"Argo {why} the {key}: {value!r}.",
                where=plan.run.places.get(key),
                remedy=_REMEDY,
            )


def _fault(text: str) -> str | None:
    if "{{" in text:
        return "would fill in `{{` in"
    return "cannot hold" if is_odd(text) else None


def _pull_secrets(plan: Plan) -> Iterator[Finding]:
    first = plan.tasks[0]
    for task in plan.tasks:
        if task.settings.image_pull_secrets != first.settings.image_pull_secrets:
            yield Finding(
                what="A workflow has the same `image_pull_secrets` for all its pods; those of "
                f"`{task.label}` and `{first.label}` differ.",
                where=_place(task, first, "kubernetes.image_pull_secrets"),
                remedy="Set them for the pipeline, or in `defaults`.",
            )


def _place(task: Task, other: Task, key: str) -> str | None:
    return task.settings.places.get(key) or other.settings.places.get(key)


def _on_exit(plan: Plan) -> Iterator[Finding]:
    secrets = plan.options.get("on_exit", {}).get("secrets", {})
    yield from reference_faults("on_exit.secrets", secrets, "secret", TARGET)


def _texts(plan: Plan, task: Task) -> Iterator[Finding]:
    """What stands in a template as it is: Argo fills in `{{`, for which there is no escape."""
    for key, what, value in _values(plan, task):
        if why := _fault(value):
            yield Finding(
                what=f"Argo {why} {what} of `{task.label}`: {value!r}.",
                where=task.settings.places.get(key, TARGET.option(key)),
                remedy=_REMEDY,
            )


def _values(plan: Plan, task: Task) -> Iterator[tuple[str, str, str]]:
    settings = task.settings
    yield "image", "the image", settings.image or str(plan.options.get("image", ""))
    for name, value in sorted(settings.env.items()):
        yield f"env.{name}", f"the variable `{name}`", value
    for name, value in sorted(settings.annotations.items()):
        yield f"kubernetes.annotations.{name}", f"the annotation `{name}`", value
    for volume in volumes_of(plan, task, TARGET):
        for text in (volume.source, volume.mount):
            yield "volumes", f"the volume at {volume.mount}", text


def _paths(plan: Plan, task: Task) -> Iterator[Finding]:
    for volume in volumes_of(plan, task, TARGET):
        if normpath(volume.mount) in _PATHS:
            yield Finding(
                what=f"Argo mounts a volume of its own at {volume.mount}.",
                where=task.settings.places.get("volumes", TARGET.option("volumes")),
                remedy="Mount it elsewhere.",
            )
