"""The DAG of examples/energy as one would write it by hand, with nothing that can be left out.

The same tasks, groups, edges, parameters, retries and time-outs; no doc, no version that the tasks
of a run share. A run hands over what it was triggered with, but no lists, which the options of
`kedro run` do not take.
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
    max_active_tasks=4,
    default_args={
        "owner": "forecasting",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
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
) as dag:

    def task(task_id, pipeline, nodes=None, minutes=15, **kwargs):
        return BashOperator(
            task_id=task_id,
            bash_command=RUN.format(pipeline, nodes or task_id),
            env={"SET": SET},
            append_env=True,
            execution_timeout=timedelta(minutes=minutes),
            **kwargs,
        )

    ingest = TaskGroup("ingest", prefix_group_id=False)
    meters = TaskGroup("ingest_meters", prefix_group_id=False, parent_group=ingest)
    weather = TaskGroup("ingest_weather", prefix_group_id=False, parent_group=ingest)

    read_meters = task(
        "ingest.meters.parse_readings__to__convert_to_kwh",
        "data_engineering",
        "ingest.meters.parse_readings,ingest.meters.convert_to_kwh",
        minutes=30,
        task_group=meters,
    )
    fill_gaps = task("ingest.weather.fill_weather_gaps", "data_engineering", task_group=weather)
    demand = task("build_daily_demand", "data_engineering")
    context_features = task("make_context_features", "data_engineering")
    demand_features = task("make_demand_features", "data_engineering")
    assemble = task("assemble_model_input", "data_engineering")
    train = task(
        "choose_alpha__to__train_model", "forecasting", "choose_alpha,train_model", minutes=75
    )
    forecast = task("forecast_demand", "forecasting")
    plot = task("plot_forecasts", "reporting")
    score = task("score_forecasts", "forecasting")
    report = task("write_report", "reporting")

    [read_meters, fill_gaps] >> demand >> [context_features, demand_features]
    [demand, context_features, demand_features] >> assemble >> train
    [assemble, train] >> forecast >> [plot, score]
    [forecast, score] >> report
