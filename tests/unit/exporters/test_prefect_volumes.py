"""What a run's container mounts, and which files stay on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shipway.errors import PlanError, UnsupportedError
from tests.unit.exporters.prefect_artifacts import CHAIN, files, refusal
from tests.unit.exporters.prefect_pools import (
    DOCKER,
    KUBERNETES,
    NOTHING,
    variables,
)


@pytest.mark.parametrize("options", [DOCKER, KUBERNETES])
def test_a_run_mounts_the_volumes_of_all_tasks(options: Mapping[str, Any]) -> None:
    one, two = ({"claim": name, "mount": f"/{name}"} for name in ("one", "two"))
    nodes: dict[str, Any] = {"a": {"volumes": [one]}, "b": {"volumes": [two, one]}}
    assert len(variables(options, nodes=nodes)["volumes"]) == 2
    nodes["b"] = {"volumes": [{**two, "mount": "/one"}]}
    message = refusal(UnsupportedError, NOTHING, options, nodes=nodes)
    assert "`a` and `b` mount different volumes at /one" in message


@pytest.mark.parametrize(
    ("options", "volume", "message"),
    [
        (DOCKER, {"empty_dir": {}, "mount": "/m"}, "has a disk of its own"),
        (DOCKER, {"claim": "a b", "mount": "/m"}, "Docker has no volume of the name `a b`"),
        (DOCKER, {"claim": "c", "mount": "/m"}, "Docker has no volume of the name `c`"),
        (DOCKER, {"claim": "data", "mount": "/a:b"}, "at `/a:b`"),
        (DOCKER, {"secret": "s", "mount": "/m"}, "cannot express `volumes.secret`"),
        (DOCKER, {"config_map": "s", "mount": "/m"}, "cannot express `volumes.config_map`"),
        (DOCKER, {"empty_dir": {"medium": "Memory"}, "mount": "/app"}, "would hide /app"),
        (
            KUBERNETES,
            {"secret": "s", "mount": "/app"},
            "would hide /app",
        ),
        (KUBERNETES, {"host_path": "/h", "mount": "/m"}, "cannot express `volumes.host_path`"),
        (KUBERNETES, {"claim": "A_b", "mount": "/m"}, "Kubernetes takes no claim"),
    ],
)
@pytest.mark.parametrize("is_of_target", [True, False])
def test_what_a_container_cannot_mount_is_refused(
    options: Mapping[str, Any], volume: dict[str, Any], message: str, is_of_target: bool
) -> None:
    own = {} if is_of_target else {"volumes": [volume]}
    of_target = {"volumes": [volume]} if is_of_target else {}
    result = refusal(UnsupportedError, NOTHING, {**options, **of_target}, **own)
    assert message in result or "cannot mount the" in result
    of_setting = "pipelines.__default__.volumes" in result
    assert of_setting != is_of_target, "it says where the volume was named"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kubernetes": {"labels": {"a": "b--c"}}}, "it makes one dash of several"),
        ({"kubernetes": {"labels": {"a--b": "c"}}}, "it makes one dash of several"),
        ({"kubernetes": {"labels": {"a": "b c"}}}, "its value"),
        ({"kubernetes": {"labels": {"prefect.io/flow-run-id": "x"}}}, "Prefect needs the label"),
        ({"kubernetes": {"labels": {"job-name": "x"}}}, "Kubernetes needs the label `job-name`"),
        ({"kubernetes": {"annotations": {"a b": "c"}}}, "no annotation"),
        ({"kubernetes": {"namespace": "a.b"}}, "no namespace"),
        ({"kubernetes": {"image_pull_secrets": ["A"]}}, "no secret"),
        ({"kubernetes": {"priority_class": "A"}}, "no priority class"),
        ({"kubernetes": {"tolerations": [{"key": "a b"}]}}, "no such toleration"),
        ({"env_from": [{"secret": "A"}]}, "no secret"),
        ({"resources": {"gpu": 1, "gpu_type": "g p"}}, "no device"),
        ({"service_account": "A"}, "no service account"),
        ({"command_prefix": ["tini"]}, "cannot express `command_prefix`"),
        ({"run_on": "docker"}, "cannot express `run_on.docker`"),
        ({"kubernetes": {"annotations": {"note": "{{ x }}"}}}, "for a placeholder"),
        ({"kubernetes": {"annotations": {"note": "{{ $HOME }}"}}}, "for a placeholder"),
        ({"volumes": [{"claim": "c", "mount": "/{{ x }}"}]}, "for a placeholder"),
    ],
    ids=json.dumps,
)
def test_what_a_pod_cannot_be_told_is_refused(content: dict[str, Any], message: str) -> None:
    assert message in refusal(UnsupportedError, NOTHING, KUBERNETES, **content)


@pytest.mark.parametrize(
    ("options", "volumes", "stays"),
    [
        (DOCKER, [{"host_path": "/srv", "mount": "/app/data"}], True),
        (DOCKER, [{"claim": "data", "mount": "/app/data"}], True),
        (DOCKER, [{"empty_dir": {"medium": "Memory"}, "mount": "/app/data"}], False),
        (KUBERNETES, [{"claim": "c", "mount": "/app"}], True),
        (KUBERNETES, [{"empty_dir": {}, "mount": "/app/data"}], False),
        (KUBERNETES, [{"config_map": "c", "mount": "/app/data"}], False),
        (KUBERNETES, [{"secret": "c", "mount": "/app/data"}], False),
        (KUBERNETES, [{"claim": "c", "mount": "/app/data", "read_only": True}], False),
        (DOCKER, [{"claim": "data", "mount": "/app/data", "read_only": True}], False),
        (
            KUBERNETES,
            [{"claim": "c", "mount": "/app"}, {"empty_dir": {}, "mount": "/app/data"}],
            False,
        ),
        (
            KUBERNETES,
            [
                {"empty_dir": {}, "mount": "/app/data"},
                {"claim": "c", "mount": "/app/data/y"},
                {"claim": "d", "mount": "/app/data/x"},
            ],
            True,
        ),
    ],
)
def test_a_file_stays_on_some_volumes(
    options: Mapping[str, Any], volumes: list[dict[str, Any]], stays: bool
) -> None:
    if stays:
        assert files(CHAIN, options, volumes=volumes)
    else:
        message = refusal(PlanError, CHAIN, options, volumes=volumes)
        end = "The local file of `y`, /app/data/y, would end with the container."
        no_write = "`b` cannot write the local file of `y`, /app/data/y: the volume at /app/data"
        assert end in message or no_write in message


def test_a_container_mounts_what_its_pod_has() -> None:
    """A list among the job variables takes the place of that of the settings."""
    own: dict[str, Any] = {"volumes": [{"name": "e", "emptyDir": {}}]}
    content: dict[str, Any] = {"volumes": [{"claim": "dd", "mount": "/m"}]}
    options = {**KUBERNETES, "job_variables": own}
    message = refusal(UnsupportedError, NOTHING, options, **content)
    assert "The pod has no volume `claim-dd`, which its container mounts at /m." in message
    assert "[targets.prefect.job_variables.volumes]" in message
    own["volume_mounts"] = [{"name": "e", "mountPath": "/e"}]
    assert variables(options, **content) | {"env": {}} == {**own, "env": {}}
    del own["volumes"]
    assert "no volume `e`" in refusal(UnsupportedError, NOTHING, options, **content)
