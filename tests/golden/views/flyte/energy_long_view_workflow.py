"""Job long_view: Kedro pipeline forecasting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export flyte --job long_view

Left out of the settings, as allow_lossy accepts:

- defaults.retry_backoff
- defaults.retry_delay

Whatever loads this file needs flytekit and kubernetes: who registers it, and the image, beside the
project and Shipway.
"""

# shipway: plan=f54c6e71f105 project=e04a70913192 settings=36c52b3d2996 by=0.1.0 text=298f4c6b01ab
# shipway: of=268ebcf07bdf.daa6da22dbf1

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
    "exported": "forecasting",
    "flow": "energy_long_view",
    "digests": {"forecasting": "3ab280723fdc"},
    "params": {"evaluation": {"interval": {"level": 0.8}}},
}
# Values of parameters that count as not set: the configuration decides.
DEFAULTS = {
    "evaluation.baseline": "lag_7",
    "evaluation.interval.level": 0.8,
    "evaluation.interval.resamples": 400,
    "evaluation.interval.seed": 20240325,
    "model.alphas": [0.1, 1.0, 10.0, 100.0],
    "model.folds": 4,
    "model.scale": True,
    "model.scoring": "neg_mean_absolute_error",
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


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=30), pod_template=POD)
def choose_alpha__to__train_model(
    run: dict[str, str],
    model_alphas: list[float],
    model_folds: int,
    model_scale: bool,
    model_scoring: str,
) -> None:
    kedro(
        "choose-alpha--to--train-model",
        run,
        pipeline="forecasting",
        nodes={
            "choose_alpha": "train_set, params:model -> alpha",
            "train_model": "train_set, alpha, params:model.scale -> demand_model",
        },
        inputs={
            "model.alphas": model_alphas,
            "model.folds": model_folds,
            "model.scale": model_scale,
            "model.scoring": model_scoring,
        },
    )


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=15), pod_template=POD)
def forecast_demand(run: dict[str, str], evaluation_baseline: str) -> None:
    kedro(
        "forecast-demand",
        run,
        pipeline="forecasting",
        nodes={
            "forecast_demand": "demand_model, test_set, params:evaluation.baseline -> forecasts",
        },
        from_run=["demand_model"],
        inputs={"evaluation.baseline": evaluation_baseline},
    )


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=15), pod_template=POD)
def score_forecasts(
    run: dict[str, str],
    evaluation_interval_level: float,
    evaluation_interval_resamples: int,
    evaluation_interval_seed: int,
) -> None:
    kedro(
        "score-forecasts",
        run,
        pipeline="forecasting",
        nodes={"score_forecasts": "forecasts, params:evaluation.interval -> metrics"},
        inputs={
            "evaluation.interval.level": evaluation_interval_level,
            "evaluation.interval.resamples": evaluation_interval_resamples,
            "evaluation.interval.seed": evaluation_interval_seed,
        },
    )


@workflow
def energy_long_view(
    evaluation_baseline: str = DEFAULTS["evaluation.baseline"],
    evaluation_interval_level: float = DEFAULTS["evaluation.interval.level"],
    evaluation_interval_resamples: int = DEFAULTS["evaluation.interval.resamples"],
    evaluation_interval_seed: int = DEFAULTS["evaluation.interval.seed"],
    model_alphas: list[float] = DEFAULTS["model.alphas"],
    model_folds: int = DEFAULTS["model.folds"],
    model_scale: bool = DEFAULTS["model.scale"],
    model_scoring: str = DEFAULTS["model.scoring"],
) -> None:
    """Job `long_view`: Kedro pipeline `forecasting` of the project `energy`: 4 nodes in 3 tasks."""
    run = start().with_overrides(node_name="start")
    choose_alpha__to__train_model_node = choose_alpha__to__train_model(
        run=run,
        model_alphas=model_alphas,
        model_folds=model_folds,
        model_scale=model_scale,
        model_scoring=model_scoring,
    ).with_overrides(node_name="choose-alpha--to--train-model")
    forecast_demand_node = forecast_demand(
        run=run,
        evaluation_baseline=evaluation_baseline,
    ).with_overrides(node_name="forecast-demand")
    score_forecasts_node = score_forecasts(
        run=run,
        evaluation_interval_level=evaluation_interval_level,
        evaluation_interval_resamples=evaluation_interval_resamples,
        evaluation_interval_seed=evaluation_interval_seed,
    ).with_overrides(node_name="score-forecasts")
    choose_alpha__to__train_model_node >> forecast_demand_node
    forecast_demand_node >> score_forecasts_node


# The workflow's default launch plan, so that all of its runs have this.
launch_plan = LaunchPlan.get_or_create(
    energy_long_view,
    name=energy_long_view.name,
    labels=Labels({"team": "forecasting"}),
    annotations=Annotations({"owner": "forecasting"}),
    concurrency=ConcurrencyPolicy(max_concurrency=1),
)
