"""Kedro pipeline __default__ of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export flyte --pipeline __default__

Left out of the settings, as allow_lossy accepts:

- defaults.retry_backoff
- defaults.retry_delay

Whatever loads this file needs flytekit and kubernetes: who registers it, and the image, beside the
project and Shipway.
"""

# shipway: plan=41172aac558a project=0dde53c79747 settings=00f7fe10e6fc by=0.1.0 text=9f0352527a75
# shipway: of=268ebcf07bdf.005c0c87da86

import json
import os
from datetime import datetime, timedelta, timezone
from subprocess import PIPE, Popen
from uuid import uuid4

from flytekit import (
    CronSchedule,
    LaunchPlan,
    PodTemplate,
    current_context,
    task,
    workflow,
)
from flytekit.exceptions.user import FlyteRecoverableException
from flytekit.models.common import Annotations, Labels
from flytekit.models.concurrency import ConcurrencyPolicy
from flytekit.models.documentation import Description, Documentation
from kubernetes.client import models as k8s

# In the image; elsewhere, such as for `pyflyte run`, the variables say where they are.
PROJECT = os.environ.get("ENERGY_ROOT", "/app")
PYTHON = os.environ.get("ENERGY_PYTHON", "python")
# What all tasks of a run are told alike; they refuse to run another pipeline than the exported.
JOB = {
    "package": "energy",
    "exported": "__default__",
    "flow": "energy",
    "digests": {
        "data_engineering": "b166f6055f0c",
        "forecasting": "3ab280723fdc",
        "reporting": "32a4f6a0c1e5",
    },
}
# Values of parameters that count as not set: the configuration decides.
DEFAULTS = {
    "clean.keep_imputed": True,
    "clean.max_gap_days": 2,
    "evaluation.baseline": "lag_7",
    "evaluation.interval.level": 0.9,
    "evaluation.interval.resamples": 400,
    "evaluation.interval.seed": 20240325,
    "features.demand.lags": [1, 2, 7],
    "features.demand.windows": [7],
    "features.weather.heating_base_c": 15.5,
    "ingest.meters.kwh_per_unit.Wh": 0.001,
    "ingest.meters.kwh_per_unit.kWh": 1.0,
    "ingest.meters.max_daily_kwh": 120.0,
    "ingest.weather.max_gap_days": 3,
    "model.alphas": [0.1, 1.0, 10.0, 100.0],
    "model.folds": 4,
    "model.scale": True,
    "model.scoring": "neg_mean_absolute_error",
    "reporting.plot.columns": 2,
    "reporting.plot.dpi": 110,
    "reporting.plot.size": [10.0, 7.5],
    "reporting.title": "Household demand forecast",
    "split.holdout_days": 14,
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
def ingest_meters_parse_readings__to__convert_to_kwh(
    run: dict[str, str],
    ingest_meters_kwh_per_unit_wh: float,
    ingest_meters_kwh_per_unit_kwh: float,
    ingest_meters_max_daily_kwh: float,
) -> None:
    kedro(
        "ingest-meters-parse-readings--to--convert-to-kwh",
        run,
        pipeline="data_engineering",
        nodes={
            "ingest.meters.parse_readings": "meter_readings -> ingest.meters.parsed",
            "ingest.meters.convert_to_kwh": (
                "ingest.meters.parsed, params:ingest.meters.kwh_per_unit, "
                "params:ingest.meters.max_daily_kwh -> metered_demand"
            ),
        },
        inputs={
            "ingest.meters.kwh_per_unit.Wh": ingest_meters_kwh_per_unit_wh,
            "ingest.meters.kwh_per_unit.kWh": ingest_meters_kwh_per_unit_kwh,
            "ingest.meters.max_daily_kwh": ingest_meters_max_daily_kwh,
        },
    )


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=15), pod_template=POD)
def ingest_weather_fill_weather_gaps(
    run: dict[str, str],
    ingest_weather_max_gap_days: int,
) -> None:
    kedro(
        "ingest-weather-fill-weather-gaps",
        run,
        pipeline="data_engineering",
        nodes={
            "ingest.weather.fill_weather_gaps": (
                "weather_observations, params:ingest.weather.max_gap_days -> daily_weather"
            ),
        },
        inputs={"ingest.weather.max_gap_days": ingest_weather_max_gap_days},
    )


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=15), pod_template=POD)
def build_daily_demand(
    run: dict[str, str],
    clean_keep_imputed: bool,
    clean_max_gap_days: int,
) -> None:
    kedro(
        "build-daily-demand",
        run,
        pipeline="data_engineering",
        nodes={
            "build_daily_demand": (
                "metered_demand, daily_weather, households, "
                "params:clean.max_gap_days, params:clean.keep_imputed -> daily_demand"
            ),
        },
        inputs={
            "clean.keep_imputed": clean_keep_imputed,
            "clean.max_gap_days": clean_max_gap_days,
        },
    )


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=15), pod_template=POD)
def make_context_features(
    run: dict[str, str],
    features_weather_heating_base_c: float,
) -> None:
    kedro(
        "make-context-features",
        run,
        pipeline="data_engineering",
        nodes={
            "make_context_features": (
                "daily_demand, params:features.weather.heating_base_c -> context_features"
            ),
        },
        inputs={"features.weather.heating_base_c": features_weather_heating_base_c},
    )


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=15), pod_template=POD)
def make_demand_features(
    run: dict[str, str],
    features_demand_lags: list[int],
    features_demand_windows: list[int],
) -> None:
    kedro(
        "make-demand-features",
        run,
        pipeline="data_engineering",
        nodes={
            "make_demand_features": (
                "daily_demand, params:features.demand.lags, "
                "params:features.demand.windows -> demand_features"
            ),
        },
        inputs={
            "features.demand.lags": features_demand_lags,
            "features.demand.windows": features_demand_windows,
        },
    )


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=15), pod_template=POD)
def assemble_model_input(run: dict[str, str], split_holdout_days: int) -> None:
    kedro(
        "assemble-model-input",
        run,
        pipeline="data_engineering",
        nodes={
            "assemble_model_input": (
                "daily_demand, context_features, demand_features, "
                "params:split.holdout_days -> train_set, test_set"
            ),
        },
        inputs={"split.holdout_days": split_holdout_days},
    )


@task(container_image=IMAGE, retries=2, timeout=timedelta(minutes=75), pod_template=POD)
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


@workflow(
    docs=Documentation(
        long_description=Description(
            value=(
                "Household energy demand, from meter readings to the weekly report.\n"
                "\n"
                "Runs every morning, after the meters of the night have been read.\n"
            ),
            format=Description.DescriptionFormat.MARKDOWN,
        ),
    ),
)
def energy(
    clean_keep_imputed: bool = DEFAULTS["clean.keep_imputed"],
    clean_max_gap_days: int = DEFAULTS["clean.max_gap_days"],
    evaluation_baseline: str = DEFAULTS["evaluation.baseline"],
    evaluation_interval_level: float = DEFAULTS["evaluation.interval.level"],
    evaluation_interval_resamples: int = DEFAULTS["evaluation.interval.resamples"],
    evaluation_interval_seed: int = DEFAULTS["evaluation.interval.seed"],
    features_demand_lags: list[int] = DEFAULTS["features.demand.lags"],
    features_demand_windows: list[int] = DEFAULTS["features.demand.windows"],
    features_weather_heating_base_c: float = DEFAULTS[
        "features.weather.heating_base_c"
    ],
    ingest_meters_kwh_per_unit_wh: float = DEFAULTS["ingest.meters.kwh_per_unit.Wh"],
    ingest_meters_kwh_per_unit_kwh: float = DEFAULTS["ingest.meters.kwh_per_unit.kWh"],
    ingest_meters_max_daily_kwh: float = DEFAULTS["ingest.meters.max_daily_kwh"],
    ingest_weather_max_gap_days: int = DEFAULTS["ingest.weather.max_gap_days"],
    model_alphas: list[float] = DEFAULTS["model.alphas"],
    model_folds: int = DEFAULTS["model.folds"],
    model_scale: bool = DEFAULTS["model.scale"],
    model_scoring: str = DEFAULTS["model.scoring"],
    reporting_plot_columns: int = DEFAULTS["reporting.plot.columns"],
    reporting_plot_dpi: int = DEFAULTS["reporting.plot.dpi"],
    reporting_plot_size: list[float] = DEFAULTS["reporting.plot.size"],
    reporting_title: str = DEFAULTS["reporting.title"],
    split_holdout_days: int = DEFAULTS["split.holdout_days"],
) -> None:
    """Kedro pipeline `__default__` of the project `energy`: 13 nodes in 11 tasks."""
    run = start().with_overrides(node_name="start")
    ingest_meters_parse_readings__to__convert_to_kwh_node = (
        ingest_meters_parse_readings__to__convert_to_kwh(
            run=run,
            ingest_meters_kwh_per_unit_wh=ingest_meters_kwh_per_unit_wh,
            ingest_meters_kwh_per_unit_kwh=ingest_meters_kwh_per_unit_kwh,
            ingest_meters_max_daily_kwh=ingest_meters_max_daily_kwh,
        ).with_overrides(node_name="ingest-meters-parse-readings--to--convert-to-kwh")
    )
    ingest_weather_fill_weather_gaps_node = ingest_weather_fill_weather_gaps(
        run=run,
        ingest_weather_max_gap_days=ingest_weather_max_gap_days,
    ).with_overrides(node_name="ingest-weather-fill-weather-gaps")
    build_daily_demand_node = build_daily_demand(
        run=run,
        clean_keep_imputed=clean_keep_imputed,
        clean_max_gap_days=clean_max_gap_days,
    ).with_overrides(node_name="build-daily-demand")
    make_context_features_node = make_context_features(
        run=run,
        features_weather_heating_base_c=features_weather_heating_base_c,
    ).with_overrides(node_name="make-context-features")
    make_demand_features_node = make_demand_features(
        run=run,
        features_demand_lags=features_demand_lags,
        features_demand_windows=features_demand_windows,
    ).with_overrides(node_name="make-demand-features")
    assemble_model_input_node = assemble_model_input(
        run=run,
        split_holdout_days=split_holdout_days,
    ).with_overrides(node_name="assemble-model-input")
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
    plot_forecasts_node = plot_forecasts(
        run=run,
        reporting_plot_columns=reporting_plot_columns,
        reporting_plot_dpi=reporting_plot_dpi,
        reporting_plot_size=reporting_plot_size,
    ).with_overrides(node_name="plot-forecasts")
    score_forecasts_node = score_forecasts(
        run=run,
        evaluation_interval_level=evaluation_interval_level,
        evaluation_interval_resamples=evaluation_interval_resamples,
        evaluation_interval_seed=evaluation_interval_seed,
    ).with_overrides(node_name="score-forecasts")
    write_report_node = write_report(
        run=run,
        reporting_title=reporting_title,
    ).with_overrides(node_name="write-report")
    ingest_meters_parse_readings__to__convert_to_kwh_node >> build_daily_demand_node
    ingest_weather_fill_weather_gaps_node >> build_daily_demand_node
    build_daily_demand_node >> make_context_features_node
    build_daily_demand_node >> make_demand_features_node
    build_daily_demand_node >> assemble_model_input_node
    make_context_features_node >> assemble_model_input_node
    make_demand_features_node >> assemble_model_input_node
    assemble_model_input_node >> choose_alpha__to__train_model_node
    assemble_model_input_node >> forecast_demand_node
    choose_alpha__to__train_model_node >> forecast_demand_node
    forecast_demand_node >> plot_forecasts_node
    forecast_demand_node >> score_forecasts_node
    forecast_demand_node >> write_report_node
    score_forecasts_node >> write_report_node


# The workflow's default launch plan, so that all of its runs have this.
launch_plan = LaunchPlan.get_or_create(
    energy,
    name=energy.name,
    schedule=CronSchedule(schedule="0 6 * * *"),
    labels=Labels({"team": "forecasting"}),
    annotations=Annotations({"owner": "forecasting"}),
    concurrency=ConcurrencyPolicy(max_concurrency=1),
)
