"""What is left of containers after a session: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts.containers import IMAGE

from .docker_socket import serve_docker
from .kubernetes.api import KubernetesApi
from .podman import Podman, mounts_below, open_podman, processes_of
from .pods import pod

pytestmark = pytest.mark.engine


def test_containers_processes_mounts_and_files_are_gone(podman: Podman) -> None:
    with open_podman() as own, serve_docker(own), KubernetesApi(own) as api:
        api.create("pods", pod("running", "/bin/sleep", "600"))
        api.wait_for("running", "Running")
        own.output("run", "--detach", "--name=more", IMAGE, "sleep", "600")
        assert set(own.names()) == {"default.running.base", "more"}
        assert processes_of(own.home)
        assert mounts_below(own.home)
    assert processes_of(own.home) == []
    assert mounts_below(own.home) == []
    assert not own.home.exists()


def test_sessions_do_not_see_each_other(podman: Podman) -> None:
    with open_podman() as own:
        own.image("localhost/own:1")
        assert own.has_image("localhost/own:1")
        assert not podman.has_image("localhost/own:1")


def test_an_image_holds_copies(podman: Podman, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("a")
    files = {"/app": tmp_path}
    tag = podman.image("localhost/app:1", files=files, variables={"B": "b  c"}, folder="/app/in")
    done = podman.run("sh", "-c", 'cat a.txt; echo " $B"; rm a.txt', image=tag)
    assert (done.returncode, done.stdout) == (0, "a b  c\n")
    assert (tmp_path / "in" / "a.txt").exists()
