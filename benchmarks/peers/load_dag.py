"""Run by Airflow's python: load one DAG file as the DAG processor does, and time it.

load_dag.py FILE OUTPUT.json
"""

import json
import sys
import time
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, Asset, BaseOperator, CronTriggerTimetable, Param, TaskGroup  # noqa: F401
from airflow.serialization.serialized_objects import DagSerialization

start = time.process_time()
bag = DagBag(sys.argv[1])
parsed = time.process_time()
if bag.import_errors:
    raise SystemExit("\n".join(bag.import_errors.values()))
(dag,) = bag.dags.values()
DagSerialization.to_dict(dag)
serialised = time.process_time()
found = {
    "parse": parsed - start,
    "serialise": serialised - parsed,
    "tasks": list(dag.task_dict),
    "edges": [(t.task_id, child) for t in dag.tasks for child in t.downstream_task_ids],
}
Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")
