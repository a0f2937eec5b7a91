"""The rule check next to a real kfp: what slips through both, and what kfp's own compiler emits."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from shipway.schemas.document import path_of
from shipway.schemas.problems import Problem
from shipway_exporters.kubeflow.rules import faults
from tests.unit.kubeflow import rule_samples

from . import samples
from .env import KubeflowEnv
from .mistakes import CAUGHT, UNCAUGHT, Mistake, bad, good
from .parse import PARSES, Parsed, parse_all

pytestmark = pytest.mark.engine

Rules = Callable[[list[Any]], Iterable[Problem]]

COMPILE = """
import sys
from pathlib import Path

from kfp import compiler, dsl, kubernetes

IMAGE = "registry.example/shop:1.0"


@dsl.container_component
def load(n: int, rows: dsl.OutputPath(int)):
    return dsl.ContainerSpec(image=IMAGE, command=["load"], args=["--n", n, rows])


@dsl.container_component
def train(rate: float, rows: int, names: list, table: dict, flag: bool, run: str, note: str = "x"):
    args = [rate, rows, names, table, flag, run, note]
    return dsl.ContainerSpec(image=IMAGE, command=["python", "-m", "shop"], args=args)


@dsl.container_component
def tell(word: str = "done"):
    return dsl.ContainerSpec(image=IMAGE, command=["tell", "it"], args=[word])


@dsl.component(base_image=IMAGE)
def say(status: dsl.PipelineTaskFinalStatus):
    print(status)


def on_kubernetes(task):
    kubernetes.use_secret_as_env(task, "db", {"password": "PASSWORD"})
    kubernetes.use_config_map_as_env(task, "settings", {"mode": "MODE"})
    kubernetes.use_secret_as_volume(task, "key", mount_path="/key")
    kubernetes.use_config_map_as_volume(task, "conf", mount_path="/conf")
    kubernetes.mount_pvc(task, "data", "/data")
    kubernetes.add_node_selector(task, "pool", "big")
    kubernetes.add_toleration(task, key="gpu", operator="Exists", effect="NoSchedule")
    kubernetes.set_image_pull_policy(task, "Always")
    kubernetes.set_image_pull_secrets(task, ["pull"])
    kubernetes.set_timeout(task, 3600)
    kubernetes.add_pod_label(task, "team", "shop")
    kubernetes.add_pod_annotation(task, "note", "x y")


@dsl.pipeline(name="full", description="All of a task")
def full(
    rate: float = 0.5, names: list = ["a", 1], table: dict = {"k": 2}, flag: bool = True, n: int = 3
):
    first = load(n=n).set_caching_options(False)
    given = dict(rate=rate, names=names, table=table, flag=flag)
    task = train(rows=first.outputs["rows"], run=dsl.PIPELINE_JOB_ID_PLACEHOLDER, **given)
    task.set_caching_options(False).after(first).set_env_variable("LEVEL", "info")
    task.set_cpu_request("500m").set_cpu_limit("2")
    task.set_memory_request("1Gi").set_memory_limit("2Gi")
    task.set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(1)
    task.set_retry(2, "30s", 2.0, "3600s")
    on_kubernetes(task)


@dsl.pipeline(name="guarded")
def guarded(n: int = 3):
    last = say().set_caching_options(False)
    with dsl.ExitHandler(last):
        first = load(n=n).set_caching_options(False)
        tell(word="other").set_caching_options(False).after(first)
        load(n=2).set_caching_options(False).set_retry(3)


@dsl.pipeline(name="free")
def free(n: int, note: str = None):
    with dsl.ExitHandler(tell().set_caching_options(False), name="main"):
        tell(word=note)
    with dsl.If(n == 3):
        tell().set_caching_options(False)
    with dsl.ParallelFor([1, 2], parallelism=1) as item:
        load(n=item).set_caching_options(False)
    tell().set_caching_options(False).set_retry(2, backoff_factor=1.5)


for one in (full, guarded, free):
    compiler.Compiler().compile(one, str(Path(sys.argv[1]) / f"{one.name}.yaml"))
"""
_RESOURCES = "deploymentSpec.executors.exec-train.container.resources"
_DOUBLED = "the SDK writes the deprecated field too, which a server ignores beside the new one"
_NEVER = "no exporter emits loops and conditions, and no rule knows them"
DEVIATIONS: Mapping[str, Mapping[str, str]] = {
    "full": {
        f"{_RESOURCES}.{name}": _DOUBLED
        for name in (
            "accelerator.count",
            "accelerator.type",
            "cpuLimit",
            "cpuRequest",
            "memoryLimit",
            "memoryRequest",
        )
    },
    "guarded": {},
    "free": {
        "components.comp-exit-handler-1.dag.tasks.tell-2.cachingOptions": "kfp caches unless told",
        "root.dag.tasks.condition-2.triggerPolicy.condition": _NEVER,
        "root.dag.tasks.exit-handler-1.taskInfo.name": "the SDK puts the name to show there",
        "root.dag.tasks.for-loop-4.inputs": _NEVER,
        "root.dag.tasks.for-loop-4.iteratorPolicy": _NEVER,
        "root.dag.tasks.for-loop-4.parameterIterator": _NEVER,
        "root.dag.tasks.tell-4.retryPolicy.backoffFactor": "the SDK writes what Argo cannot read",
        "root.inputDefinitions.parameters.note": "a task that needs its value fails on a server",
    },
}
"""Where the rules are stricter than kfp's compiler, and why."""


def no_rules(documents: list[Any]) -> Iterable[Problem]:
    """A check that finds nothing."""
    return ()


def slipping(mistaken: Mapping[str, Parsed], rules: Rules) -> list[str]:
    """The mistakes that neither the parses nor these rules notice."""
    return [
        mistake.name
        for mistake in (*CAUGHT, *UNCAUGHT)
        if not mistaken[mistake.name].caught and not list(rules(documents(bad(mistake))))
    ]


def documents(text: str) -> list[Any]:
    """The documents of a text as the exporter checks them."""
    return list(yaml.safe_load_all(text))


@pytest.fixture(scope="module")
def mistaken(kubeflow: KubeflowEnv) -> Mapping[str, Parsed]:
    """What kfp makes of each mistake."""
    mistakes = [*CAUGHT, *UNCAUGHT]
    result = parse_all(kubeflow, [bad(mistake) for mistake in mistakes])
    return {mistake.name: tree for mistake, tree in zip(mistakes, result, strict=True)}


@pytest.fixture(scope="module")
def artifact(kubeflow: KubeflowEnv) -> Mapping[str, list[Any]]:
    """Specs of kfp's own compiler."""
    folder = kubeflow.folder()
    script = folder / "compile_pipelines.py"
    script.write_text(COMPILE, encoding="utf-8")
    command = [str(kubeflow.python), "-I", str(script), str(folder)]
    process = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert process.returncode == 0, process.stderr
    return {name: documents(_read(folder / f"{name}.yaml")) for name in DEVIATIONS}


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def test_nothing_slips_through(mistaken: Mapping[str, Parsed]) -> None:
    assert slipping(mistaken, faults) == []


def test_without_the_rules_much_slips_through(mistaken: Mapping[str, Parsed]) -> None:
    assert slipping(mistaken, no_rules) == [mistake.name for mistake in UNCAUGHT]


@pytest.mark.parametrize("mistake", [*CAUGHT, *UNCAUGHT], ids=lambda mistake: mistake.name)
def test_the_rules_alone_catch_it(mistake: Mistake) -> None:
    assert list(faults(documents(bad(mistake))))


@pytest.mark.parametrize("count", [1, 2])
def test_the_good_text_of_the_harness_has_no_fault(count: int) -> None:
    assert list(faults(good()[:count])) == []


def test_the_good_sample_of_the_rules_passes_all_parses(kubeflow: KubeflowEnv) -> None:
    (tree,) = parse_all(kubeflow, [samples.text(*rule_samples.good())])
    assert tree.errors == dict.fromkeys(PARSES)


@pytest.mark.parametrize("name", DEVIATIONS)
def test_the_rules_are_no_stricter_than_known(name: str, artifact: Mapping[str, list[Any]]) -> None:
    assert {path_of(fault.path) for fault in faults(artifact[name])} == set(DEVIATIONS[name])
