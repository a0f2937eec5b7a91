"""The harness itself: what it finds, parses and describes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from . import samples
from .env import KubeflowEnv, KubeflowMissing, ScriptFailed, kubeflow_env
from .mistakes import CAUGHT, UNCAUGHT, Mistake, bad, good
from .parse import (
    PARSES,
    LoadedBinding,
    LoadedClaim,
    LoadedContainer,
    LoadedDirectory,
    LoadedInput,
    LoadedKubernetes,
    LoadedPipeline,
    LoadedPullSecret,
    LoadedRetry,
    LoadedSource,
    LoadedToleration,
    LoadedVolume,
    Parsed,
    parse,
    parse_all,
)
from .samples import Step, constant, parameter

pytestmark = pytest.mark.engine

KUBERNETES = {
    "secretAsEnv": [
        {
            "secretName": "db",
            "secretNameParameter": constant("db"),
            "keyToEnv": [{"secretKey": "password", "envVar": "DB_PASSWORD"}],
            "optional": False,
        }
    ],
    "secretAsVolume": [{"secretNameParameter": constant("key"), "mountPath": "/key"}],
    "configMapAsEnv": [
        {
            "configMapNameParameter": constant("settings"),
            "keyToEnv": [{"configMapKey": "level", "envVar": "LEVEL"}],
            "optional": True,
        }
    ],
    "configMapAsVolume": [{"configMapName": "conf", "mountPath": "/conf"}],
    "pvcMount": [
        {
            "constant": "data",
            "pvcNameParameter": constant("data"),
            "mountPath": "/data",
            "subPath": "in",
        }
    ],
    "nodeSelector": {"labels": {"pool": "big"}},
    "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
    "imagePullPolicy": "Always",
    "imagePullSecret": [{"secretName": "pull", "secretNameParameter": constant("pull")}],
    "activeDeadlineSeconds": "3600",
    "podMetadata": {"labels": {"team": "shop"}, "annotations": {"note": "x"}},
    "emptyDirMounts": [
        {
            "volumeName": "scratch",
            "mountPath": "/scratch",
            "medium": "Memory",
            "sizeLimit": "1Gi",
        }
    ],
    "enabledSharedMemory": {"size": "1Gi"},
}


def full() -> str:
    train = Step(
        command=["python", "-m", "shop"],
        args=[parameter("alpha")],
        after=["load"],
        inputs={"alpha": "NUMBER_DOUBLE", "table": "STRUCT"},
        constants={"table": {"n": 2}},
        env={"A": "1"},
        resources={
            "resourceCpuLimit": "2",
            "accelerator": {"resourceType": "nvidia.com/gpu", "resourceCount": "1"},
        },
        retry={"maxRetryCount": 2, "backoffDuration": "30s", "backoffFactor": 1.5},
    )
    steps = {
        "main": Step(steps={"load": Step(), "train": train}, inputs={"alpha": "NUMBER_DOUBLE"}),
        "notify": Step(after=["main"], strategy=samples.COMPLETED, status_of="main"),
    }
    alpha = {"parameterType": "NUMBER_DOUBLE", "defaultValue": 0.5, "description": "The step"}
    note = {"parameterType": "STRING", "isOptional": True}
    document = samples.spec(steps, {"alpha": alpha, "note": note})
    document["pipelineInfo"]["description"] = "A bit of all"
    return samples.text(document, samples.platform({"exec-main-train": KUBERNETES}))


@pytest.fixture(scope="module")
def pipeline(kubeflow: KubeflowEnv) -> LoadedPipeline:
    return parse(kubeflow, full()).ok()


@pytest.fixture(scope="module")
def mistaken(kubeflow: KubeflowEnv) -> Mapping[str, Parsed]:
    mistakes = [*CAUGHT, *UNCAUGHT]
    result = parse_all(kubeflow, [bad(mistake) for mistake in mistakes])
    return {mistake.name: tree for mistake, tree in zip(mistakes, result, strict=True)}


def test_a_missing_environment_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIPWAY_ENV_KFP", str(tmp_path / "none"))
    with pytest.raises(KubeflowMissing, match="`make test` builds it, or set SHIPWAY_ENV_KFP"):
        kubeflow_env(tmp_path)


def test_a_script_that_dies_is_quoted(kubeflow: KubeflowEnv) -> None:
    with pytest.raises(ScriptFailed, match=r"(?s)read_specs exited with 1.*TypeError"):
        kubeflow.call("read_specs", 7)


def test_the_environment_holds_kfp_2(kubeflow: KubeflowEnv) -> None:
    assert kubeflow.version.startswith("2.")


@pytest.mark.parametrize("documents", [1, 2])
def test_a_good_text_passes_all_parses(documents: int, kubeflow: KubeflowEnv) -> None:
    tree = parse(kubeflow, samples.text(*good()[:documents]))
    assert tree.errors == dict.fromkeys(PARSES)
    assert tree.ok().edges == {("load", "train")}


@pytest.mark.parametrize("mistake", CAUGHT, ids=lambda mistake: mistake.name)
def test_what_each_parse_catches(mistake: Mistake, mistaken: Mapping[str, Parsed]) -> None:
    tree = mistaken[mistake.name]
    assert tree.caught == mistake.caught, tree.errors
    assert tree.pipeline is None
    with pytest.raises(AssertionError):
        tree.ok()


@pytest.mark.parametrize("name", PARSES)
def test_each_parse_is_needed_or_known_to_be_doubled(name: str) -> None:
    alone = {parse for mistake in CAUGHT if len(mistake.caught) == 1 for parse in mistake.caught}
    assert (name in alone) is (name != "platform")


@pytest.mark.parametrize("mistake", UNCAUGHT, ids=lambda mistake: mistake.name)
def test_what_no_parse_catches(mistake: Mistake, mistaken: Mapping[str, Parsed]) -> None:
    """So it takes rules of our own."""
    assert mistaken[mistake.name].errors == dict.fromkeys(PARSES)


def test_a_pipeline_is_described(pipeline: LoadedPipeline) -> None:
    assert (pipeline.name, pipeline.description) == ("sample", "A bit of all")
    assert (pipeline.schema_version, pipeline.sdk_version) == ("2.1.0", "kfp-2.17.0")
    assert set(pipeline.leaves) == {"main/load", "main/train", "notify"}
    assert pipeline.edges == {("main/load", "main/train"), ("main", "notify")}


def test_inputs_are_described(pipeline: LoadedPipeline) -> None:
    assert pipeline.inputs == {
        "alpha": LoadedInput(
            type="NUMBER_DOUBLE",
            default=0.5,
            has_default=True,
            optional=False,
            description="The step",
        ),
        "note": LoadedInput(
            type="STRING", default=None, has_default=False, optional=True, description=""
        ),
    }


def test_a_task_is_described(pipeline: LoadedPipeline) -> None:
    train = pipeline.leaves["main/train"]
    assert (train.component, train.executor) == ("comp-main-train", "exec-main-train")
    assert (train.display_name, train.caching) == ("train", False)
    assert train.after == {"load"}
    assert train.retry == LoadedRetry(count=2, delay=30, factor=1.5, max_delay=0)
    assert train.inputs == {
        "alpha": LoadedBinding(kind="parameter", value="alpha"),
        "table": LoadedBinding(kind="constant", value={"n": 2}),
    }
    assert {name: spec.type for name, spec in train.declared.items()} == {
        "alpha": "NUMBER_DOUBLE",
        "table": "STRUCT",
    }
    assert pipeline.leaves["main/load"].retry is None


def test_a_container_is_described(pipeline: LoadedPipeline) -> None:
    assert pipeline.leaves["main/train"].container == LoadedContainer(
        image="registry.example/shop:1.0",
        command=("python", "-m", "shop"),
        args=(parameter("alpha"),),
        env={"A": "1"},
        resources={
            "resourceCpuLimit": "2",
            "accelerator": {"resourceType": "nvidia.com/gpu", "resourceCount": "1"},
        },
    )


def test_an_exit_task_is_described(pipeline: LoadedPipeline) -> None:
    main, notify = pipeline.tasks["main"], pipeline.tasks["notify"]
    assert (main.container, main.executor, set(main.tasks)) == (None, None, {"load", "train"})
    assert (main.strategy, notify.strategy) == ("TRIGGER_STRATEGY_UNSPECIFIED", samples.COMPLETED)
    message = LoadedBinding(kind="task_final_status", value={"producerTask": "main"})
    assert notify.inputs == {"status": message}


def test_what_kubernetes_is_told_is_described(pipeline: LoadedPipeline) -> None:
    assert pipeline.leaves["main/load"].kubernetes is None
    assert pipeline.leaves["main/train"].kubernetes == LoadedKubernetes(
        secrets_as_env=(
            LoadedSource(
                name="db",
                plain_name="db",
                variables={"DB_PASSWORD": "password"},
                optional=False,
            ),
        ),
        secrets_as_volumes=(LoadedVolume(name="key", plain_name="", path="/key", optional=False),),
        config_maps_as_env=(
            LoadedSource(
                name="settings", plain_name="", variables={"LEVEL": "level"}, optional=True
            ),
        ),
        config_maps_as_volumes=(
            LoadedVolume(name="", plain_name="conf", path="/conf", optional=False),
        ),
        claims=(LoadedClaim(name="data", plain_name="data", path="/data", sub="in"),),
        directories=(
            LoadedDirectory(name="scratch", path="/scratch", medium="Memory", size="1Gi"),
        ),
        node_selector={"pool": "big"},
        tolerations=(
            LoadedToleration(
                key="gpu", operator="Exists", value="", effect="NoSchedule", seconds=None
            ),
        ),
        pull_policy="Always",
        pull_secrets=(LoadedPullSecret(name="pull", plain_name="pull"),),
        deadline=3600,
        labels={"team": "shop"},
        annotations={"note": "x"},
        other={"enabled_shared_memory": {"size": "1Gi"}},
    )
