"""Job retrain: Kedro pipeline __default__ of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export airflow --job retrain
"""

# shipway: plan=11359fb0554f project=ae09a3965b34 settings=c511e67c9d54 by=0.1.0 text=ebb129966562
# shipway: of=268ebcf07bdf.6fb1c2a34fa0

import json
import os
from datetime import timedelta
from subprocess import PIPE, STDOUT, Popen

from airflow.sdk import DAG, BaseOperator, Param, TaskGroup
from airflow.sdk.exceptions import AirflowFailException as Fatal

# Where a worker has the project, and its Python.
PROJECT = (
    'cd "${ENERGY_ROOT:?must be set}" || exit 3\n'
    'PYTHON="${ENERGY_PYTHON:-.venv/bin/python}"\n'
    'command -v "$PYTHON" > /dev/null || echo "ERROR No Python at $PYTHON: set '
    "targets.airflow.python (in deploy.yml) or ENERGY_PYTHON to its path, or have "
    '.venv/bin/python below ENERGY_ROOT."\n'
)
COMMAND = PROJECT + 'exec "$PYTHON" -m shipway.runtime'
# What all jobs have; by the digests `shipway.runtime` knows another pipeline, and refuses it.
JOB = {
    "package": "energy",
    "exported": "__default__",
    "flow": "energy_retrain",
    "digests": {"data_engineering": "b166f6055f0c", "forecasting": "3ab280723fdc"},
    "params": {"model": {"folds": 3}, "split": {"holdout_days": 7}},
}
# How a line of the log starts, for the levels of `logging`; others are of its level INFO, 20.
LEVELS = {"WARNING": 30, "ERROR": 40, "CRITICAL": 50}


class KedroOperator(BaseOperator):
    """Runs nodes of a pipeline in the project's own Python, as a part of one run."""

    def __init__(self, *, pipeline, nodes, **kwargs) -> None:
        super().__init__(**kwargs)
        self.params = {}  # else each task carries, and Airflow checks, a copy of the DAG's
        self.job = {"pipeline": pipeline, "nodes": nodes}

    def execute(self, context) -> None:
        job = self.job | {"run_id": context["run_id"], "inputs": context["params"]}
        job |= {"task": self.task_id, "created": str(context["dag_run"].run_after)}
        env = os.environ | {"SHIPWAY_JOB": json.dumps(JOB | job)}
        self.process = Popen(["sh", "-c", COMMAND], env=env, stdout=PIPE, stderr=STDOUT)
        for line in (raw.decode(errors="replace") for raw in self.process.stdout):
            self.log.log(LEVELS.get(line.split(" ")[0], 20), "%s", line.rstrip())
        if code := self.process.wait():
            # A wrong job, another pipeline, or for the shell no root or no Python.
            raise (Fatal if code in (2, 7, 126, 127) else OSError)(f"exit code {code}")

    def on_kill(self) -> None:
        self.process.terminate()  # none yet: the error ends the task as well
        self.process.stdout.raw.readall()  # until it has ended, and all that it started


with DAG(
    dag_id="energy_retrain",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "forecasting",
        "retries": 1,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "execution_timeout": timedelta(minutes=15),
    },
    params={
        "clean.keep_imputed": Param(True, type="boolean"),
        "clean.max_gap_days": Param(2, type="integer"),
        "features.demand.lags": Param(
            [1, 2, 7],
            type="array",
            items={"type": "integer"},
        ),
        "features.demand.windows": Param([7], type="array", items={"type": "integer"}),
        "features.weather.heating_base_c": Param(15.5, type="number"),
        "ingest.meters.kwh_per_unit.Wh": Param(0.001, type="number"),
        "ingest.meters.kwh_per_unit.kWh": Param(1.0, type="number"),
        "ingest.meters.max_daily_kwh": Param(120.0, type="number"),
        "ingest.weather.max_gap_days": Param(3, type="integer"),
        "model.alphas": Param(
            [0.1, 1.0, 10.0, 100.0],
            type="array",
            items={"type": "number"},
        ),
        "model.folds": Param(3, type="integer"),
        "model.scale": Param(True, type="boolean"),
        "model.scoring": Param("neg_mean_absolute_error", type="string"),
        "split.holdout_days": Param(7, type="integer"),
    },
    tags=["team:forecasting"],
    doc_md=(
        "Household energy demand, from meter readings to the weekly report.\n"
        "\n"
        "Runs every morning, after the meters of the night have been read.\n"
    ),
) as dag:
    ingest_group = TaskGroup(group_id="ingest", prefix_group_id=False)
    ingest_meters_group = TaskGroup(
        group_id="ingest_meters",
        group_display_name="meters",
        prefix_group_id=False,
        parent_group=ingest_group,
    )
    ingest_weather_group = TaskGroup(
        group_id="ingest_weather",
        group_display_name="weather",
        prefix_group_id=False,
        parent_group=ingest_group,
    )

    ingest_meters_parse_readings__to__convert_to_kwh = KedroOperator(
        task_id="ingest.meters.parse_readings__to__convert_to_kwh",
        pipeline="data_engineering",
        nodes={
            "ingest.meters.parse_readings": "meter_readings -> ingest.meters.parsed",
            "ingest.meters.convert_to_kwh": (
                "ingest.meters.parsed, params:ingest.meters.kwh_per_unit, "
                "params:ingest.meters.max_daily_kwh -> metered_demand"
            ),
        },
        task_group=ingest_meters_group,
        execution_timeout=timedelta(minutes=30),
        doc_md=(
            "- `ingest.meters.parse_readings`: Keep the latest non-empty reading of "
            "each meter and day.\n"
            "- `ingest.meters.convert_to_kwh`: Convert readings to kWh and drop "
            "those no household can draw."
        ),
    )

    ingest_weather_fill_weather_gaps = KedroOperator(
        task_id="ingest.weather.fill_weather_gaps",
        pipeline="data_engineering",
        nodes={
            "ingest.weather.fill_weather_gaps": (
                "weather_observations, params:ingest.weather.max_gap_days -> daily_weather"
            ),
        },
        task_group=ingest_weather_group,
        doc_md="Interpolate the days the weather station was silent, so many in a row at most.",
    )

    build_daily_demand = KedroOperator(
        task_id="build_daily_demand",
        pipeline="data_engineering",
        nodes={
            "build_daily_demand": (
                "metered_demand, daily_weather, households, "
                "params:clean.max_gap_days, params:clean.keep_imputed -> daily_demand"
            ),
        },
        doc_md="Join demand, weather and household facts into one row a household and day.",
    )

    make_context_features = KedroOperator(
        task_id="make_context_features",
        pipeline="data_engineering",
        nodes={
            "make_context_features": (
                "daily_demand, params:features.weather.heating_base_c -> context_features"
            ),
        },
        doc_md="Describe the calendar, the cold and the home of each day.",
    )

    make_demand_features = KedroOperator(
        task_id="make_demand_features",
        pipeline="data_engineering",
        nodes={
            "make_demand_features": (
                "daily_demand, params:features.demand.lags, "
                "params:features.demand.windows -> demand_features"
            ),
        },
        doc_md="Look back at each household's own demand: lags in days and rolling means.",
    )

    assemble_model_input = KedroOperator(
        task_id="assemble_model_input",
        pipeline="data_engineering",
        nodes={
            "assemble_model_input": (
                "daily_demand, context_features, demand_features, "
                "params:split.holdout_days -> train_set, test_set"
            ),
        },
        doc_md="Join the features to the demand and hold out the last days for evaluation.",
    )

    choose_alpha__to__train_model = KedroOperator(
        task_id="choose_alpha__to__train_model",
        pipeline="forecasting",
        nodes={
            "choose_alpha": "train_set, params:model -> alpha",
            "train_model": "train_set, alpha, params:model.scale -> demand_model",
        },
        execution_timeout=timedelta(minutes=75),
        doc_md=(
            "- `choose_alpha`: Choose the ridge penalty by cross-validation forward "
            "in time.\n"
            "- `train_model`: Fit the demand model on every training day."
        ),
    )

    [
        ingest_meters_parse_readings__to__convert_to_kwh,
        ingest_weather_fill_weather_gaps,
    ] >> build_daily_demand
    build_daily_demand >> make_context_features
    build_daily_demand >> make_demand_features
    [
        build_daily_demand,
        make_context_features,
        make_demand_features,
    ] >> assemble_model_input
    assemble_model_input >> choose_alpha__to__train_model

# As they are written above: in a task, Airflow puts the values of its run into the DAG's own.
JOB["defaults"] = {name: param.value for name, param in dag.params.items()}
