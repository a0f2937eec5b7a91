"""Run by Airflow's python: parse two DAG files alternately, and time each.

parse_by_turns.py ONE OTHER TIMES OUTPUT.json
"""

import importlib
import json
import sys
import time
from pathlib import Path

# The DAG processor has imported this before it times a file.
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.standard.operators.bash import BashOperator  # noqa: F401
from airflow.sdk import DAG, BaseOperator, CronTriggerTimetable, Param, TaskGroup  # noqa: F401

# And what the operators of containers cost once, whoever uses them first.
for name in ("cncf.kubernetes.operators.pod", "docker.operators.docker"):
    importlib.import_module(f"airflow.providers.{name}")


def parse(file):
    start = time.process_time()
    bag = DagBag(file)
    seconds = time.process_time() - start
    (dag,) = bag.dags.values()
    return seconds, sorted((t.task_id, *sorted(t.upstream_task_ids)) for t in dag.tasks)


one, other, times, output = sys.argv[1:]
pairs = [(parse(one), parse(other)) for _ in range(int(times) + 1)][1:]
if pairs[0][0][1] != pairs[0][1][1]:
    raise SystemExit("the two files hold different tasks and edges")
Path(output).write_text(json.dumps([(ours[0], theirs[0]) for ours, theirs in pairs]))
