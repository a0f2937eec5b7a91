"""The set-up of the environments."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from scripts import environments, one_target, unpack_podman

from shipway.targets import registry


def test_no_environment_is_rebuilt_with_its_own_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`make` may be called by a developer who has activated one of them."""
    base = tmp_path / "base" / "python3.11"
    own = tmp_path / "envs" / "dev" / "bin"
    for folder in (base.parent, own):
        folder.mkdir(parents=True)
    base.touch()
    for name in ("python3", "python3.11"):
        (own / name).symlink_to(base)
    monkeypatch.setattr(environments, "ENVS", tmp_path / "envs")
    monkeypatch.setattr(sys, "executable", str(own / "python3"))
    monkeypatch.setenv("PATH", str(own))
    assert list(environments.candidates()) == [str(base)]


def test_a_machine_without_containers_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its tests in containers are skipped with the reason; the set-up goes on."""
    monkeypatch.setattr(environments, "ENVS", tmp_path / "envs")
    monkeypatch.setattr(environments, "find_python", lambda newest: (sys.executable, newest))
    monkeypatch.setenv("PATH", str(tmp_path))
    told = environments.set_up_containers()
    reason = told.pop("SHIPWAY_ENV_CONTAINERS_MISSING")
    assert told == {}
    assert reason
    assert f"containers: not set up: {reason}" in capsys.readouterr().err
    assert not (tmp_path / "envs" / "containers").exists()


def test_containers_need_linux_root_and_the_tools(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    for user, word in ((0, "apt-get"), (1, "root")):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        with pytest.raises(unpack_podman.NoContainersError, match=word):
            unpack_podman.build(tmp_path / "containers")
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(unpack_podman.NoContainersError, match="Linux"):
        unpack_podman.build(tmp_path / "containers")


def test_one_target_has_its_own_environments_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def set_up(*envs: environments.Env) -> dict[str, str]:
        built.extend(env.name for env in envs)
        return {}

    monkeypatch.setattr(one_target, "set_up", set_up)
    told = one_target.set_up_for("kubeflow")
    assert built == ["dev", "kfp", "vertex"]
    assert "SHIPWAY_ENV_AIRFLOW3_MISSING" in told
    assert "SHIPWAY_ENV_CONTAINERS_MISSING" in told


def test_a_target_runs_containers_if_its_tests_ask_for_them() -> None:
    assert one_target.runs_containers("kubernetes")
    assert not one_target.runs_containers("databricks")


def test_one_target_is_one_that_is_registered() -> None:
    assert tuple(sorted(one_target.registered())) == registry.names()
    with pytest.raises(SystemExit, match="Did you mean `airflow`"):
        one_target.check("airfow")
