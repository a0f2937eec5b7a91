"""What Argo or Kubernetes would refuse of a plan, with its place in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan, Task
from shipway_exporters.argo.options import TARGET
from shipway_exporters.containers.fill_ins import refused_texts
from shipway_exporters.containers.go_cron import cron_faults
from shipway_exporters.containers.place import volumes_of
from shipway_exporters.containers.pod_checks import pod_findings, reference_faults
from shipway_exporters.containers.whole_pod import CAPABILITIES

_WRITTEN = {*CAPABILITIES, "volumes.host_path"} - {"kubernetes.namespace"}
_OWN_LABELS = "workflows.argoproj.io/"
# Argo's own (Argo 4.1, `workflow/common/common.go`, VarRunArgoPath and EnvVar…).
_PATHS = ("/var/run/argo", "/argo")


def check_plan(plan: Plan) -> None:
    """Check the settings of a plan, before anything is written.

    Raises:
        UnsupportedError: some of them have no form; one finding for each.
    """
    volumes = lambda task: volumes_of(plan, task, TARGET)  # noqa: E731
    own_label = lambda name: name.startswith(_OWN_LABELS)  # noqa: E731
    schedule = plan.run.schedule
    secrets = plan.options.get("on_exit", {}).get("secrets", {})
    findings = [
        *pod_findings(plan, plan.tasks, TARGET, volumes, _WRITTEN, own_label),
        *cron_faults(plan, schedule.cron if schedule else None, "Argo"),
        *_zone(plan),
        *refused_texts(plan, TARGET, volumes),
        *reference_faults("on_exit.secrets", secrets, "secret", TARGET),
        *_pull_secrets(plan),
        *(finding for task in plan.tasks for finding in _paths(plan, task)),
    ]
    if findings:
        raise UnsupportedError(*dict.fromkeys(findings))


def _zone(plan: Plan) -> Iterator[Finding]:
    # The controller's image has no zones of one word since 3.7.10, and then starts nothing
    # (argoproj/argo-workflows#15653; Debian keeps them, and those of `US/`, in tzdata-legacy).
    # `UTC` needs no file: Go, `time.LoadLocation`.
    zone = (plan.run.schedule.timezone if plan.run.schedule else None) or "UTC"
    if zone != "UTC" and ("/" not in zone or zone.startswith("US/")):
        yield Finding(
            what=f"Argo never starts a schedule in `{zone}`: its image has no such time zone.",
            where=plan.run.places.get("schedule"),
            remedy="Write the zone of a city, such as `Europe/Paris` or `America/New_York`.",
        )


def _pull_secrets(plan: Plan) -> Iterator[Finding]:
    first = plan.tasks[0].settings
    key = "kubernetes.image_pull_secrets"
    for task in plan.tasks:
        if task.settings.image_pull_secrets != first.image_pull_secrets:
            yield Finding(
                what="A workflow has the same `image_pull_secrets` for all its pods, and some of "
                "the tasks have others.",
                where=task.settings.places.get(key) or first.places.get(key),
                remedy="Set them for the pipeline, or in `defaults`.",
            )


def _paths(plan: Plan, task: Task) -> Iterator[Finding]:
    for volume in volumes_of(plan, task, TARGET):
        if normpath(volume.mount) in _PATHS:
            yield Finding(
                what=f"Argo mounts a volume of its own at {volume.mount}.",
                where=task.settings.places.get("volumes", TARGET.option("volumes")),
                remedy="Mount it elsewhere.",
            )
