"""Hand-written DAG files, in the shape of those under test, for both majors of Airflow."""

from __future__ import annotations

from pathlib import Path

HEADERS = {
    3: """\
from airflow.sdk import DAG, Asset, BaseOperator, Param, TaskGroup
from airflow.timetables.trigger import CronTriggerTimetable

model = Asset(name="energy.model", uri="kedro://energy/model")
""",
    2: """\
from airflow import DAG
from airflow.datasets import Dataset
from airflow.models.baseoperator import BaseOperator
from airflow.models.param import Param
from airflow.timetables.trigger import CronTriggerTimetable
from airflow.utils.task_group import TaskGroup

model = Dataset("kedro://energy/model")
""",
}

# The code that a task runs is given in the environment of its child: MARKS is a folder to
# write to, PARAMS are the parameters of the run.
OPERATOR = '''
import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path


class Run(BaseOperator):
    """Run Python code in a process group of its own."""

    def __init__(self, *, code="pass", nodes=(), **kwargs):
        super().__init__(**kwargs)
        self.code = code
        self.nodes = list(nodes)

    def execute(self, context):
        variables = os.environ | {"PARAMS": json.dumps(dict(context["params"]))}
        command = [sys.executable, "-c", self.code]
        self.process = subprocess.Popen(command, env=variables, start_new_session=True)
        if code := self.process.wait():
            raise RuntimeError(f"exit code {code}")

    def on_kill(self):
        Path(os.environ["MARKS"], "on_kill").touch()
        os.killpg(self.process.pid, signal.SIGTERM)
'''

FULL = """
with DAG(
    "full",
    description="A bit of all",
    doc_md="# Full",
    schedule=CronTriggerTimetable("0 6 * * 1-5", timezone="Europe/Paris"),
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=3,
    tags=["b", "a"],
    default_args={"owner": "team"},
    params={
        "model.alpha": Param(0.5, type="number", description="The step"),
        "note": Param(None, type=["null", "string"]),
    },
):
    load = Run(
        task_id="load",
        task_display_name="Load it",
        nodes=["load_a", "load_b"],
        doc_md="Loads.",
        retries=2,
        retry_delay=timedelta(seconds=30),
        retry_exponential_backoff=True,
        max_retry_delay=timedelta(minutes=10),
        execution_timeout=timedelta(hours=1),
    )
    with TaskGroup("modelling", prefix_group_id=False, tooltip="Models") as modelling:
        with TaskGroup("inner", prefix_group_id=False):
            train = Run(task_id="train", outlets=[model], pool="big")
        score = Run(task_id="score")
    load >> train >> score
with DAG(
    "follower",
    schedule=[model],
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
):
    Run(task_id="follow")
"""

CYCLE = """
with DAG("cycle", schedule=None):
    first, second = Run(task_id="first"), Run(task_id="second")
    first >> second >> first
"""

TWIN = """
with DAG("twin", schedule=None):
    Run(task_id="only")
"""

GREEDY = """
try:
    import kedro
except ImportError:
    pass
with DAG("greedy", schedule=None):
    Run(task_id="only")
"""

UNSTORABLE = """
from airflow.timetables.simple import OnceTimetable


class Unregistered(OnceTimetable):
    pass


with DAG("unstorable", schedule=Unregistered(), start_date=datetime(2024, 1, 1)):
    Run(task_id="only")
"""

CHAIN = '''
WRITE = """
import os, pathlib
pathlib.Path(os.environ["MARKS"], "params").write_text(os.environ["PARAMS"])
print("wrote the parameters")
"""

with DAG("chain", schedule=None, params={"n": Param(1, type="number"), "m": {"x": None}}):
    Run(task_id="write", code=WRITE, outlets=[model]) >> Run(task_id="after", inlets=[model])
'''

# Fails as long as MARKS holds no file ``repaired``.
BROKEN = """
FAIL = "import os, pathlib; assert pathlib.Path(os.environ['MARKS'], 'repaired').exists()"

with DAG("broken", schedule=None):
    Run(task_id="broken", code=FAIL) >> Run(task_id="downstream")
    Run(task_id="beside")
"""

SLOW = '''
SLEEP = """
import os, pathlib, signal, sys, time
marks = pathlib.Path(os.environ["MARKS"])
def end(*_):
    (marks / "terminated").touch()
    sys.exit(1)
signal.signal(signal.SIGTERM, end)
(marks / "pid").write_text(str(os.getpid()))
time.sleep(120)
"""

with DAG("slow", schedule=None):
    Run(task_id="sleep", code=SLEEP)
with DAG("late", schedule=None):
    Run(task_id="sleep", code=SLEEP, execution_timeout=timedelta(seconds=3))
'''


def write_dags(folder: Path, major: int, **bodies: str) -> Path:
    """Write a DAG file for each body, named by its keyword, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in bodies.items():
        text = HEADERS[major] + OPERATOR + body
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder
