"""How to remove what a file has deployed, where the target keeps it."""

from __future__ import annotations

import pytest

from shipway.targets.exporter import LeavesDeployed
from shipway.targets.registry import find

VERTEX = """
displayName: shop
createPipelineJobRequest: {parent: projects/acme/locations/eu}
"""
MANIFESTS = """
# A comment
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: shop-fr, namespace: data}
spec:
  a: 1
---
kind: CronWorkflow
metadata: {name: shop-fr}
spec: {schedule: x}
"""


def removals(target: str, path: str, text: str) -> dict[str, str]:
    exporter = find(target)
    assert isinstance(exporter, LeavesDeployed)
    return dict(exporter.removals(path, text))


@pytest.mark.parametrize("target", ["argo", "kubernetes"])
def test_each_manifest_of_a_file(target: str) -> None:
    assert removals(target, "shop-fr.yaml", MANIFESTS) == {
        "the WorkflowTemplate `shop-fr`": "kubectl -n data delete workflowtemplate/shop-fr",
        "the CronWorkflow `shop-fr`": "kubectl delete cronworkflow/shop-fr",
    }


def test_each_deployment_of_a_flow() -> None:
    text = "deployments: [{name: shop_fr, entrypoint: 'deploy/prefect/shop_jobs/flow.py:f'}]"
    assert removals("prefect", "shop_jobs/prefect.yaml", text) == {
        "the deployment `shop_jobs/shop_fr`": "prefect deployment delete shop_jobs/shop_fr"
    }
    assert removals("prefect", "shop_jobs/flow.py", "x = {1}") == {}


def test_the_schedule_of_a_spec() -> None:
    assert removals("kubeflow", "shop.yaml", "trigger: 1") == {}
    run = "display_name: shop\ntrigger: {}\n"
    assert removals("kubeflow", "shop.schedule.yaml", run) == {
        "the recurring run `shop`": "kfp recurring-run delete ID"
    }
    name = "projects/acme/locations/eu/schedules/ID"
    assert removals("kubeflow", "shop.schedule.yaml", VERTEX) == {
        "the schedule `shop`": f'client.delete_schedule(name="{name}")'
    }


@pytest.mark.parametrize("target", ["airflow", "databricks"])
def test_targets_that_remove_what_has_no_file(target: str) -> None:
    """Airflow drops a DAG without a file, and `databricks bundle deploy` a job of no bundle."""
    assert not isinstance(find(target), LeavesDeployed)
