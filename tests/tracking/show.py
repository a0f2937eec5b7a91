"""Print all MLflow runs of a store as JSON, oldest first; run by the Python that has MLflow."""

from __future__ import annotations

import json
import sys

from mlflow import MlflowClient
from mlflow.entities import ViewType

client = MlflowClient(sys.argv[1])
experiments = {e.experiment_id: e.name for e in client.search_experiments()}
found = client.search_runs(list(experiments), run_view_type=ViewType.ALL)
for run in sorted(found, key=lambda run: run.info.start_time):
    display = {
        "id": run.info.run_id,
        "name": run.info.run_name,
        "status": run.info.status,
        "is_deleted": run.info.lifecycle_stage == "deleted",
        "experiment": experiments[run.info.experiment_id],
        "params": run.data.params,
        "metrics": run.data.metrics,
        "tags": run.data.tags,
    }
    print("shown", json.dumps(display))
