"""The flow of examples/energy as one would write it by hand for Prefect.

The same tasks, edges, retries and time-outs; no parameters, no version that the tasks of a run
share, and nothing that ends a process whose task is cancelled or out of time.
"""

import os
import subprocess

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import wait

ROOT = os.environ["ENERGY_ROOT"]
KEDRO = f"{ROOT}/.venv/bin/kedro"


@task(retries=2, retry_delay_seconds=60, timeout_seconds=900, cache_policy=NO_CACHE)
def kedro(pipeline, nodes):
    command = [KEDRO, "run", f"--pipelines={pipeline}", f"--nodes={nodes}"]
    subprocess.run(command, cwd=ROOT, check=True)


def step(name, pipeline, nodes=None, after=()):
    return kedro.with_options(name=name, task_run_name=name).submit(
        pipeline, nodes or name, wait_for=list(after)
    )


@flow
def energy_by_hand():
    meters = step(
        "ingest.meters",
        "data_engineering",
        "ingest.meters.parse_readings,ingest.meters.convert_to_kwh",
    )
    weather = step("ingest.weather.fill_weather_gaps", "data_engineering")
    demand = step("build_daily_demand", "data_engineering", after=[meters, weather])
    context = step("make_context_features", "data_engineering", after=[demand])
    features = step("make_demand_features", "data_engineering", after=[demand])
    model_input = step(
        "assemble_model_input", "data_engineering", after=[demand, context, features]
    )
    model = step("train", "forecasting", "choose_alpha,train_model", after=[model_input])
    forecasts = step("forecast_demand", "forecasting", after=[model_input, model])
    plot = step("plot_forecasts", "reporting", after=[forecasts])
    metrics = step("score_forecasts", "forecasting", after=[forecasts])
    report = step("write_report", "reporting", after=[forecasts, metrics])
    wait([plot, report])
    return [plot, report]
