"""Kedro pipeline reporting of energy.

Made by Shipway. Change the pipeline or its settings, and make this file again:

    shipway export airflow --pipeline reporting
"""

# shipway: plan=df5c01274ec5 project=470af8404c14 settings=355ab561886f by=0.1.0 text=6fad5ea998e0
# shipway: of=268ebcf07bdf.9f906b6b3148

import json
import os
from datetime import timedelta
from subprocess import PIPE, STDOUT, Popen

from airflow.sdk import DAG, BaseOperator, Param
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
    "exported": "reporting",
    "flow": "energy_reporting",
    "digests": {"reporting": "32a4f6a0c1e5"},
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
    dag_id="energy_reporting",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "forecasting",
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "execution_timeout": timedelta(minutes=15),
    },
    params={
        "reporting.plot.columns": Param(2, type="integer"),
        "reporting.plot.dpi": Param(110, type="integer"),
        "reporting.plot.size": Param(
            [10.0, 7.5],
            type="array",
            items={"type": "number"},
        ),
        "reporting.title": Param("Household demand forecast", type="string"),
    },
    tags=["team:forecasting"],
    doc_md="Kedro pipeline `reporting` of the project `energy`: 2 nodes in 2 tasks.",
) as dag:
    plot_forecasts = KedroOperator(
        task_id="plot_forecasts",
        pipeline="reporting",
        nodes={"plot_forecasts": "forecasts, params:reporting.plot -> forecast_plot"},
        doc_md="Draw each household's metered and forecast demand over the held-out days.",
    )

    write_report = KedroOperator(
        task_id="write_report",
        pipeline="reporting",
        nodes={
            "write_report": "forecasts, metrics, params:reporting.title -> forecast_report",
        },
        doc_md="Write a Markdown summary: overall scores, then the error of each household.",
    )

# As they are written above: in a task, Airflow puts the values of its run into the DAG's own.
JOB["defaults"] = {name: param.value for name, param in dag.params.items()}
