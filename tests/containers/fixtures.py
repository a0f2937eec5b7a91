"""Containers and a small Kubernetes for tests; `tests/conftest.py` hands these to all of them.

`podman` (for a whole session, of one worker): images and containers.

    tag = podman.image("registry.example.com/energy:1", files={"/app": project}, folder="/app",
                       variables={"PATH": f"{Path(sys.executable).parent}:{PATH}"})
    assert podman.run("python", "-c", "import kedro", image=tag).returncode == 0

An image is empty but for the copies of what `files` names. Every container sees, read-only and at
the same path, the machine's programs, this repository, its `.envs` and their Pythons. `IMAGE` of
`scripts.containers` is an image with nothing more. Whatever else a task needs is to be in its image
or mounted by the artifact under test.

`docker_socket`, `docker_socket_on_host` (a session): the address of Docker's API, a `unix://` URL
for `docker_url` or DOCKER_HOST. The first has a bridge that leads nowhere; with the second,
`network_mode: host` reaches what listens on this machine's 127.0.0.1.

`kubernetes_api` (one test): a cluster whose pods run in podman, without network.

    kubernetes_api.secret("warehouse", {"password": "…"})
    data = kubernetes_api.claim("data", tmp_path / "data")   # the folder that pods then see
    # give a client kubernetes_api.kubeconfig (a file) or kubernetes_api.url, run it, and look at
    kubernetes_api.pods, .jobs, .arrivals, .refusals         # as received
    kubernetes_api.get("pods", name)["status"], .events(name), .log(name), .kill(name), .gone(name)
    kubernetes_api.ended(name), .wait_for(name, "Running")   # wait, and return the status

A pod that must reach 127.0.0.1 asks for it (`hostNetwork`). For a module, or for pods that cannot
ask, make one of your own:

    with KubernetesApi(podman, network="host") as api: ...

Where a machine has no containers, the tests that need them are skipped with the reason (variable
SHIPWAY_ENV_CONTAINERS_MISSING); in CI, `tests/containers/test_setup.py` fails then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from .docker_socket import serve_docker
from .podman import Podman, PodmanMissing, missing, open_podman

if TYPE_CHECKING:
    from .kubernetes.api import KubernetesApi


@pytest.fixture(scope="session")
def podman() -> Iterator[Podman]:
    """Podman with storage of its own."""
    if why := missing():
        pytest.skip(f"no containers on this machine: {why}")
    try:
        podman = open_podman()
    except PodmanMissing as error:
        pytest.fail(str(error), pytrace=False)
    with podman:
        yield podman


@pytest.fixture(scope="session")
def docker_socket(podman: Podman) -> Iterator[str]:
    """Docker's API, whose containers have a network apart from that of the machine."""
    with serve_docker(podman) as address:
        yield address


@pytest.fixture(scope="session")
def docker_socket_on_host(podman: Podman) -> Iterator[str]:
    """Docker's API, whose containers may ask for the network of the machine."""
    with serve_docker(podman, host_network=True) as address:
        yield address


@pytest.fixture
def kubernetes_api(podman: Podman) -> Iterator[KubernetesApi]:
    """A cluster with nothing in it."""
    from .kubernetes.api import KubernetesApi

    with KubernetesApi(podman) as api:
        yield api
