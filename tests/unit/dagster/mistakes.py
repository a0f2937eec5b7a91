"""Mistakes made in the file that the example is exported to: what is replaced, and by what."""

from __future__ import annotations

from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "__default__" / "dagster" / "energy.py"
_JOB = 'name="energy",\n'
_SELECTION = "selection=dg.AssetSelection.assets(*TASKS)"
_CRON = 'cron_schedule="0 6 * * *"'
_OF_PLOT = '"forecast_plot",\n            deps=["forecasts"]'
_OWNERS = 'owners=["team:forecasting"]'
_TAGS = 'tags={"report": "", "weekly": ""}'
_KINDS = 'kinds={"matplotlib"}'
_NAME = 'name="energy__plot_forecasts"'
_RETRY = "dg.RetryPolicy(max_retries=2, delay=60)"
_RUN_TAGS = 'tags={"kedro/pipeline": "energy", "team": "forecasting"}'
_FOLDS = "model_folds: int = 4"
_TASKS = "    write_report,\n]"
MISTAKES: dict[str, tuple[str, str]] = {
    "a cycle": (_OF_PLOT, '"forecast_plot",\n            deps=["forecast_plot"]'),
    "a dependency on nothing": (_OF_PLOT, _OF_PLOT.replace("forecasts", "forecastss")),
    "an asset twice": ('"forecast_plot",\n', '"metrics",\n'),
    "a key with a dot": ('"forecast_plot",\n', '"08.forecast_plot",\n'),
    "a key with a slash": ('"forecast_plot",\n', '["08/forecast_plot"],\n'),
    "an empty key": ('"forecast_plot",\n', '"",\n'),
    "no limit of runs": ("    should_execute=has_room,\n", ""),
    "runs that are none": ("RUNS = 1", "RUNS = 0"),
    "an op with a dot": (_NAME, 'name="energy__plot.forecasts"'),
    "an op of another pipeline": (_NAME, 'name="other__plot_forecasts"'),
    "an op without its pipeline": (_NAME, 'name="plot_forecasts"'),
    "an op twice": (_NAME, 'name="energy__score_forecasts"'),
    "a reserved name": (_NAME, 'name="input"'),
    "an owner that is none": (_OWNERS, 'owners=["forecasting"]'),
    "a group with a dot": ('group_name="reporting"', 'group_name="a.b"'),
    "a tag with a blank": (_TAGS, 'tags={"re port": ""}'),
    "a tag with a long value": (_TAGS, f'tags={{"report": "{"x" * 64}"}}'),
    "four kinds": (_KINDS, 'kinds={"a", "b", "c", "d"}'),
    "six fields of cron": (_CRON, 'cron_schedule="0 0 6 * * *"'),
    "an hour too late": (_CRON, 'cron_schedule="0 25 * * *"'),
    "no such zone": ("Europe/Paris", "Europe/Pariss"),
    "the schedule of another job": ('job_name="energy"', 'job_name="energyy"'),
    "a schedule that is in no list": ("    schedules=[schedule],\n", ""),
    "a job that selects nothing": (_SELECTION, 'selection=dg.AssetSelection.groups("absent")'),
    "a job that selects one group": (_SELECTION, 'selection=dg.AssetSelection.groups("reporting")'),
    "a job that is in no list": ("    jobs=[job],\n", ""),
    "a job with a blank": (_JOB, 'name="ener gy",\n'),
    "a task that is in no list": (_TASKS, "]"),
    "assets that are in no list": ("assets=[*SOURCES, *TASKS]", "assets=SOURCES"),
    "inputs that are in no list": (
        'dg.AssetSpec(\n        "households"',
        'dg.AssetSpec(\n        "homes"',
    ),
    "a pause below nothing": (_RETRY, "dg.RetryPolicy(max_retries=2, delay=-60)"),
    "retries as text": (_RETRY, 'dg.RetryPolicy(max_retries="2", delay=60)'),
    "retries with a fraction": (_RETRY, "dg.RetryPolicy(max_retries=2.5, delay=60)"),
    "no retries": (_RETRY, "dg.RetryPolicy(max_retries=0, delay=60)"),
    "pauses of Dagster's own": (_RETRY, f"{_RETRY[:-1]}, backoff=dg.Backoff.EXPONENTIAL)"),
    "pauses that shrink": ("growth: float = 2", "growth: float = 0.5"),
    "a deadline as text": ('"timeout": 900', '"timeout": "soon"'),
    "a deadline at once": ('"timeout": 900', '"timeout": 0'),
    "a key that no process takes": ('"timeout": 900', '"time_out": 900'),
    "an argument that no process takes": ("timeout=1800", "time_out=1800"),
    "a task of no node": (
        'nodes={"plot_forecasts": "forecasts, params:reporting.plot -> forecast_plot"}',
        "nodes={}",
    ),
    "a version of what nobody writes": ('from_run=["demand_model"]', 'from_run=["demand_modell"]'),
    "a default of another type": (_FOLDS, 'model_folds: int = "four"'),
    "a parameter without Kedro's name": ('    "model_folds": "model.folds",\n', ""),
    "Kedro's name of no parameter": ('    "model_folds": ', '    "model_fold": '),
    "a resource with another key": (
        'PARAMETERS = "energy_parameters"',
        'PARAMETERS = "parameters"',
    ),
    "no resource": ('resources={"energy_parameters": Parameters()}', "resources={}"),
    "a tag of runs with a blank": (_RUN_TAGS, _RUN_TAGS.replace('"team"', '"te am!"')),
    "a tag of another pipeline": (_RUN_TAGS, _RUN_TAGS.replace('"energy"', '"other"')),
    "the longest run as text": (
        _RUN_TAGS,
        _RUN_TAGS.replace("}", ', "dagster/max_runtime": "soon"}'),
    ),
}


def with_mistake(name: str, text: str) -> str:
    """Return the text of a file with one mistake."""
    old, new = MISTAKES[name]
    assert old in text, name
    return text.replace(old, new, 1)
