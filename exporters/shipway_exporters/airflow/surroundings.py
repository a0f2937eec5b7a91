"""What a DAG needs around it: see `shipway.targets.surroundings`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shipway.planner.plan import Plan
from shipway.targets.surroundings import Need, Surroundings, WorkerPython, needs_of
from shipway.tasks.package_variables import package_variable
from shipway_exporters.airflow.runs.place import places_of
from shipway_exporters.airflow.runs.pod_override import is_in_pods
from shipway_exporters.values.worker_python import VENV, python_variable

_RELEASES: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "2.11": ((2, 11), (3,)),
    "3": ((3, 2), (4,)),
    "3.0": ((3, 0), (3, 1)),
    "3.1": ((3, 1), (3, 2)),
    "3.2": ((3, 2), (4,)),
    "3.3": ((3, 3), (4,)),
}
_NAMESPACE = "the namespace of its pods"
_IN_PODS = dict.fromkeys(("secret", "pod_secret", "config_map", "claim"), _NAMESPACE)
_ON_DOCKER = {"claim": "Docker, as a volume", "host_path": "each worker's machine"}


def surroundings(plan: Plan) -> Surroundings:
    """Return what a DAG needs around it."""
    is_on_worker = "local" in places_of(plan) and not is_in_pods(plan.options)
    return Surroundings(
        package="apache-airflow",
        releases=_RELEASES[str(plan.options.get("version", "3"))],
        python=_python(plan) if is_on_worker else None,
        needs=(*_of_workers(plan), *needs_of(plan, _homes(plan)), *_of_airflow(plan)),
    )


def _python(plan: Plan) -> WorkerPython:
    setting = plan.options.get("python")
    return WorkerPython(setting=setting, variable=python_variable(plan.project), default=VENV)


def _homes(plan: Plan) -> dict[str, str]:
    places = places_of(plan)
    in_pods = _IN_PODS if "kubernetes" in places or is_in_pods(plan.options) else {}
    on_docker = _ON_DOCKER if "docker" in places else {}
    return {**on_docker, **in_pods, "webhook": "Airflow, as a connection"}


def _of_workers(plan: Plan) -> Iterator[Need]:
    if "local" not in places_of(plan):
        return
    root, why = plan.options.get("root", {}), "the project's folder there"
    if "variable" in root:
        yield Need(f"the Variable `{root['variable']}`", "Airflow", why)
    else:
        name = root.get("env", package_variable(plan.project, "ROOT"))
        yield Need(f"the environment variable `{name}`", "each worker", why)


def _of_airflow(plan: Plan) -> Iterator[Need]:
    notices = (*plan.run.on_failure, *plan.run.on_success)
    if any(notice.kind == "email" for notice in notices):
        yield Need("the connection `smtp_default`", "Airflow", "mails")
    if "kubernetes" in places_of(plan):
        yield Need("the connection `kubernetes_default`, or that of `task`", "Airflow", "its pods")
