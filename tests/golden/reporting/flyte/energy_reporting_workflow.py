"""Kedro pipeline reporting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export flyte --pipeline reporting

Left out of the settings, as allow_lossy accepts:

- defaults.retry_backoff
- defaults.retry_delay

Whatever loads this file needs flytekit and kubernetes: who registers it, and the image, beside the
project and Shipway.
"""

# shipway: plan=1250b509f346 project=470af8404c14 settings=8b76fb782594 by=0.1.0 text=007795eec487
# shipway: of=268ebcf07bdf.9f906b6b3148

import json
import os
from datetime import datetime, timedelta, timezone
from subprocess import PIPE, Popen
from uuid import uuid4

from flytekit import (
    LaunchPlan,
    PodTemplate,
    current_context,
    task,
    workflow,
)
from flytekit.exceptions.user import FlyteRecoverableException
from flytekit.models.common import Annotations, Labels
from flytekit.models.concurrency import ConcurrencyPolicy
from kubernetes.client import models as k8s

# In the image; elsewhere, such as for `pyflyte run`, the variables say where they are.
PROJECT = os.environ.get("ENERGY_ROOT", "/app")
PYTHON = os.environ.get("ENERGY_PYTHON", "python")
# What all tasks of a run are told alike; they refuse to run another pipeline than the exported.
JOB = {
    "package": "energy",
    "exported": "reporting",
    "flow": "energy_reporting",
    "digests": {"reporting": "32a4f6a0c1e5"},
}
# Values of parameters that count as not set: the configuration decides.
DEFAULTS = {
    "reporting.plot.columns": 2,
    "reporting.plot.dpi": 110,
    "reporting.plot.size": [10.0, 7.5],
    "reporting.title": "Household demand forecast",
}
IMAGE = "ghcr.io/acme/energy:0.1.0"
POD = PodTemplate(
    pod_spec=k8s.V1PodSpec(
        containers=[
            k8s.V1Container(
                name="primary",
                volume_mounts=[
                    k8s.V1VolumeMount(name="claim-energy-data", mount_path="/app/data"),
                ],
            ),
        ],
        volumes=[
            k8s.V1Volume(
                name="claim-energy-data",
                persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(
                    claim_name="energy-data",
                ),
            ),
        ],
    ),
)


def kedro(name: str, run: dict[str, str], **job) -> None:
    """Run nodes in the project's own Python; what they print is the log of the pod."""
    values = [*job.get("inputs", ()), *job.get("literals", ())]
    job["defaults"] = {value: DEFAULTS[value] for value in values}
    job = {**JOB, "task": name, "until_stdin_ends": True, **job}
    job |= {"run_id": run["run_id"], "created": run["created"]}
    env = {**os.environ, "SHIPWAY_JOB": json.dumps(job)}
    command = [PYTHON, "-m", "shipway.runtime"]
    # It reads from the pipe, and ends when this process does.
    with Popen(command, cwd=PROJECT, env=env, stdin=PIPE) as process:
        code = process.wait()
    if code:
        what = f"shipway.runtime ended with exit code {code}"
        # A usage error, or another pipeline in the image: no retry can mend these. Of others,
        # Flyte tries again after this kind alone.
        raise RuntimeError(what) if code in (2, 7) else FlyteRecoverableException(what)


@task(container_image=IMAGE, retries=2, pod_template=POD)
def start() -> dict[str, str]:
    """Tell all tasks which run they are of; a recovered run keeps what the first one was told."""
    run_id = current_context().execution_id.name
    # All runs of `pyflyte run` have this name.
    run_id += f"-{uuid4()}" if run_id == "local" else ""
    created = datetime.now(timezone.utc)
    return {"run_id": run_id, "created": created.isoformat()}


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=15), pod_template=POD)
def plot_forecasts(
    run: dict[str, str],
    reporting_plot_columns: int,
    reporting_plot_dpi: int,
    reporting_plot_size: list[float],
) -> None:
    kedro(
        "plot-forecasts",
        run,
        pipeline="reporting",
        nodes={"plot_forecasts": "forecasts, params:reporting.plot -> forecast_plot"},
        inputs={
            "reporting.plot.columns": reporting_plot_columns,
            "reporting.plot.dpi": reporting_plot_dpi,
            "reporting.plot.size": reporting_plot_size,
        },
    )


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=15), pod_template=POD)
def write_report(run: dict[str, str], reporting_title: str) -> None:
    kedro(
        "write-report",
        run,
        pipeline="reporting",
        nodes={
            "write_report": "forecasts, metrics, params:reporting.title -> forecast_report",
        },
        inputs={"reporting.title": reporting_title},
    )


@workflow
def energy_reporting(
    reporting_plot_columns: int = DEFAULTS["reporting.plot.columns"],
    reporting_plot_dpi: int = DEFAULTS["reporting.plot.dpi"],
    reporting_plot_size: list[float] = DEFAULTS["reporting.plot.size"],
    reporting_title: str = DEFAULTS["reporting.title"],
) -> None:
    """Kedro pipeline `reporting` of the project `energy`: 2 nodes in 2 tasks."""
    run = start().with_overrides(node_name="start")
    plot_forecasts(
        run=run,
        reporting_plot_columns=reporting_plot_columns,
        reporting_plot_dpi=reporting_plot_dpi,
        reporting_plot_size=reporting_plot_size,
    ).with_overrides(node_name="plot-forecasts")
    write_report(run=run, reporting_title=reporting_title).with_overrides(
        node_name="write-report",
    )


# The workflow's default launch plan, so that all of its runs have this.
launch_plan = LaunchPlan.get_or_create(
    energy_reporting,
    name=energy_reporting.name,
    labels=Labels({"team": "forecasting"}),
    annotations=Annotations({"owner": "forecasting"}),
    concurrency=ConcurrencyPolicy(max_concurrency=1),
)
