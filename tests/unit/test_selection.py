"""Which tests are those of a target."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from shipway.errors import UsageError
from tests import selection

WORDS = {name: name for name in ("airflow", "kubeflow", "kubernetes")} | {"vertex": "kubeflow"}


@pytest.mark.parametrize(
    ("path", "case", "target"),
    [
        ("engines/airflow/test_runs.py", "", "airflow"),
        ("engines/airflow/test_harness_run.py", "kubernetes", "airflow"),
        ("unit/kubeflow/test_rules.py", "", "kubeflow"),
        ("unit/exporters/test_airflow.py", "", "airflow"),
        ("unit/exporters/test_airflow_kubernetes.py", "", "airflow"),
        ("unit/exporters/test_vertex_messages.py", "", "kubeflow"),
        ("unit/exporters/test_airflows.py", "", ""),
        ("unit/containers/test_target.py", "", ""),
        ("unit/test_golden.py", "airflow-3-retrain", "airflow"),
        ("unit/test_golden.py", "kubeflow-vertex", "kubeflow"),
        ("proof/test_random_runs.py", "kubernetes", "kubernetes"),
        ("proof/test_random_runs.py", "", ""),
        ("unit/planner/test_graph.py", "airflows", ""),
        ("proof/test_injection.py", "airflow kubernetes-node", "airflow"),
    ],
)
def test_a_test_concerns_the_target_of_its_path_or_else_of_its_case(
    path: str, case: str, target: str
) -> None:
    everybody = dict.fromkeys(WORDS.values())
    result = [t for t in everybody if selection.concerns(t, PurePath(path), case, WORDS)]
    assert result == target.split()


def test_words_that_choose_an_orchestrator_stand_for_its_target() -> None:
    assert selection.names()["vertex"] == "kubeflow"
    assert selection.names()["airflow"] == "airflow"


def test_a_target_that_there_is_not_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        selection.check("airfow")
    assert caught.value.findings[0].remedy == "Did you mean `airflow`?"
