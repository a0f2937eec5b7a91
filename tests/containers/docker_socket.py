"""Docker's API, as podman serves it, on a socket."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from .podman import Podman, PodmanError

START = 30.0


@contextmanager
def serve_docker(podman: Podman, *, host_network: bool = False) -> Iterator[str]:
    """Serve Docker's API; yield its address, a `unix://` URL, for `docker_url` or DOCKER_HOST.

    Args:
        podman: where the containers are run, and the images are.
        host_network: whether containers that ask for `network_mode: host` get that of this
            machine, and reach what listens on 127.0.0.1. Otherwise the network of the service,
            with its bridges, is apart from the machine's, and leads nowhere.
    """
    socket = podman.home / ("docker-host.sock" if host_network else "docker.sock")
    log = socket.with_suffix(".log")
    apart = [] if host_network else ["unshare", "--net"]
    command = [*apart, *podman.command("system", "service", "--time=0", f"unix://{socket}")]
    with log.open("wb") as output:
        service = subprocess.Popen(
            command,
            env=dict(podman.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(socket, service, log)
        yield f"unix://{quote(str(socket))}"
    finally:
        service.terminate()
        service.wait(10)
        socket.unlink(missing_ok=True)


def _wait_for(socket: Path, service: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START
    while not socket.exists():
        if service.poll() is not None or time.monotonic() > end:
            raise PodmanError(f"podman system service did not start\n{log.read_text()}")
        time.sleep(0.02)
