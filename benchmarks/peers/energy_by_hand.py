"""The DAG of examples/energy as one would write it by hand, with nothing that can be left out.

The same tasks, groups, edges, parameters, retries, time-outs and documentation; no version that
the tasks of a run share. A run hands over what it was triggered with, but no lists, which the
options of `kedro run` do not take.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronTriggerTimetable, Param, TaskGroup

RUN = 'cd "$ENERGY_ROOT" && .venv/bin/kedro run --pipelines={} --nodes={} --params="$SET"'
SET = "{{ (dag_run.conf or {}) | items | map('join', '=') | join(',') }}"

with DAG(
    dag_id="energy_by_hand",
    schedule=CronTriggerTimetable("0 6 * * *", timezone="Europe/Paris"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "forecasting",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "execution_timeout": timedelta(minutes=15),
        "env": {"SET": SET},
        "append_env": True,
    },
    params={
        "clean.keep_imputed": Param(True, type="boolean"),
        "clean.max_gap_days": Param(2, type="integer"),
        "evaluation.baseline": Param("lag_7", type="string"),
        "evaluation.interval.level": Param(0.9, type="number"),
        "evaluation.interval.resamples": Param(400, type="integer"),
        "evaluation.interval.seed": Param(20240325, type="integer"),
        "features.demand.lags": Param([1, 2, 7], type="array", items={"type": "integer"}),
        "features.demand.windows": Param([7], type="array", items={"type": "integer"}),
        "features.weather.heating_base_c": Param(15.5, type="number"),
        "ingest.meters.kwh_per_unit.Wh": Param(0.001, type="number"),
        "ingest.meters.kwh_per_unit.kWh": Param(1.0, type="number"),
        "ingest.meters.max_daily_kwh": Param(120.0, type="number"),
        "ingest.weather.max_gap_days": Param(3, type="integer"),
        "model.alphas": Param([0.1, 1.0, 10.0, 100.0], type="array", items={"type": "number"}),
        "model.folds": Param(4, type="integer"),
        "model.scale": Param(True, type="boolean"),
        "model.scoring": Param("neg_mean_absolute_error", type="string"),
        "reporting.plot.columns": Param(2, type="integer"),
        "reporting.plot.dpi": Param(110, type="integer"),
        "reporting.plot.size": Param([10.0, 7.5], type="array", items={"type": "number"}),
        "reporting.title": Param("Household demand forecast", type="string"),
        "split.holdout_days": Param(14, type="integer"),
    },
    tags=["team:forecasting"],
    doc_md=(
        "Household energy demand, from meter readings to the weekly report.\n\n"
        "Runs every morning, after the meters of the night have been read.\n"
    ),
) as dag:
    ingest = TaskGroup("ingest", prefix_group_id=False)
    meters = TaskGroup("ingest_meters", prefix_group_id=False, parent_group=ingest)
    weather = TaskGroup("ingest_weather", prefix_group_id=False, parent_group=ingest)

    read_meters = BashOperator(
        task_id="ingest.meters.parse_readings__to__convert_to_kwh",
        bash_command=RUN.format(
            "data_engineering", "ingest.meters.parse_readings,ingest.meters.convert_to_kwh"
        ),
        execution_timeout=timedelta(minutes=30),
        task_group=meters,
        doc_md=(
            "- `ingest.meters.parse_readings`: Keep the latest non-empty reading of each "
            "meter and day.\n"
            "- `ingest.meters.convert_to_kwh`: Convert readings to kWh and drop those "
            "no household can draw."
        ),
    )
    fill_gaps = BashOperator(
        task_id="ingest.weather.fill_weather_gaps",
        bash_command=RUN.format("data_engineering", "ingest.weather.fill_weather_gaps"),
        task_group=weather,
        doc_md="Interpolate the days the weather station was silent, so many in a row at most.",
    )
    demand = BashOperator(
        task_id="build_daily_demand",
        bash_command=RUN.format("data_engineering", "build_daily_demand"),
        doc_md="Join demand, weather and household facts into one row a household and day.",
    )
    context_features = BashOperator(
        task_id="make_context_features",
        bash_command=RUN.format("data_engineering", "make_context_features"),
        doc_md="Describe the calendar, the cold and the home of each day.",
    )
    demand_features = BashOperator(
        task_id="make_demand_features",
        bash_command=RUN.format("data_engineering", "make_demand_features"),
        doc_md="Look back at each household's own demand: lags in days and rolling means.",
    )
    assemble = BashOperator(
        task_id="assemble_model_input",
        bash_command=RUN.format("data_engineering", "assemble_model_input"),
        doc_md="Join the features to the demand and hold out the last days for evaluation.",
    )
    train = BashOperator(
        task_id="choose_alpha__to__train_model",
        bash_command=RUN.format("forecasting", "choose_alpha,train_model"),
        execution_timeout=timedelta(minutes=75),
        doc_md=(
            "- `choose_alpha`: Choose the ridge penalty by cross-validation forward in time.\n"
            "- `train_model`: Fit the demand model on every training day."
        ),
    )
    forecast = BashOperator(
        task_id="forecast_demand",
        bash_command=RUN.format("forecasting", "forecast_demand"),
        doc_md="Forecast the held-out days, next to what a naive look back would say.",
    )
    plot = BashOperator(
        task_id="plot_forecasts",
        bash_command=RUN.format("reporting", "plot_forecasts"),
        doc_md="Draw each household's metered and forecast demand over the held-out days.",
    )
    score = BashOperator(
        task_id="score_forecasts",
        bash_command=RUN.format("forecasting", "score_forecasts"),
        doc_md="Score the forecasts against the meters and against the naive baseline.",
    )
    report = BashOperator(
        task_id="write_report",
        bash_command=RUN.format("reporting", "write_report"),
        doc_md="Write a Markdown summary: overall scores, then the error of each household.",
    )

    [read_meters, fill_gaps] >> demand >> [context_features, demand_features]
    [demand, context_features, demand_features] >> assemble >> train
    [assemble, train] >> forecast >> [plot, score]
    [forecast, score] >> report
