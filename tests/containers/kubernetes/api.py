"""A cluster for a test: its address, what arrived, and what is there before."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

from tests.containers.podman import Podman

from .cluster import Arrival, Cluster
from .cron_jobs import by_hand, of_clock
from .logs import written
from .node import Node, container_name
from .objects import Key, Object
from .server import Server
from .states import ENDED
from .store import Store

NAMESPACE = "default"


class KubernetesApi:
    """A small Kubernetes API on 127.0.0.1 whose pods run in podman; a context.

    Args:
        podman: has the images, and runs the containers.
        version: of Kubernetes, whose schemas count.
        network: of the containers: `none`, or `host`, to reach what listens on 127.0.0.1. A pod
            with `hostNetwork` always does.
        dropped: unknown fields that are dropped in silence, by their paths, such as
            `spec.template.spec.completions`; others are refused.
        patience: for how many seconds an ended pod may go on, at most.
    """

    def __init__(
        self,
        podman: Podman,
        *,
        version: str = "1.37",
        network: str = "none",
        dropped: Sequence[str] = (),
        patience: int = 2,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kubernetes-", dir=podman.home))
        self._podman = podman
        self._claims: dict[tuple[str, str], Path] = {}
        node = Node(
            podman=podman,
            store=Store(),
            folder=self.folder,
            claims=self._claims,
            network=network,
            patience=patience,
        )
        self._cluster = Cluster(node, version, dropped)
        self._server = Server(self._cluster)
        self.url = self._server.url
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        self.namespace(NAMESPACE)

    @property
    def kubeconfig(self) -> Path:
        """A file by which clients find it; its default namespace is `default`."""
        file = self.folder / "kubeconfig.json"
        context = {"cluster": "tests", "user": "tests", "namespace": NAMESPACE}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "tests", "cluster": {"server": self.url}}],
            "users": [{"name": "tests", "user": {}}],
            "contexts": [{"name": "tests", "context": context}],
            "current-context": "tests",
        }
        file.write_text(json.dumps(content), encoding="utf-8")
        return file

    @property
    def arrivals(self) -> list[Arrival]:
        """Everything that was to be created, in turn, as it was received."""
        return list(self._cluster.arrivals)

    @property
    def pods(self) -> list[Object]:
        """The pods that clients have created, as received; also those that are gone since.

        Not those of jobs, nor those that were refused.
        """
        return self._bodies("pods")

    @property
    def jobs(self) -> list[Object]:
        """The jobs that clients have created, as received; also those that are gone since."""
        return self._bodies("jobs")

    @property
    def refusals(self) -> list[str]:
        """Why something was refused, in turn."""
        return [arrival.refusal for arrival in self.arrivals if arrival.refusal]

    def namespace(self, name: str) -> None:
        """Create a namespace; none is needed for what is in it."""
        self._cluster.store.add("namespaces", {"metadata": {"name": name}, "status": {}})

    def secret(self, name: str, data: Mapping[str, str], namespace: str = NAMESPACE) -> None:
        """Create a secret, of texts."""
        coded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
        self._add("secrets", name, namespace, {"type": "Opaque", "data": coded})

    def config_map(self, name: str, data: Mapping[str, str], namespace: str = NAMESPACE) -> None:
        """Create a config map, of texts."""
        self._add("configmaps", name, namespace, {"data": dict(data)})

    def claim(self, name: str, folder: Path | None = None, namespace: str = NAMESPACE) -> Path:
        """Create a claim to a volume, and return its folder, which may be given."""
        if folder is not None:
            self._claims[(namespace, name)] = folder
        spec = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
        self._add("persistentvolumeclaims", name, namespace, {"spec": spec})
        return self._claims[(namespace, name)]

    def create(self, resource: str, body: Object, namespace: str = NAMESPACE) -> Object:
        """Create an object as a client would, but without HTTP.

        Raises:
            Refused: it is not to be.
        """
        return self._cluster.create(resource, namespace, body)

    def tick(self, cron_job: str, moment: datetime, namespace: str = NAMESPACE) -> str | None:
        """Let it be the minute at which a CronJob is due; return the name of its job, if any."""
        item = self.get("cronjobs", cron_job, namespace)
        job = of_clock(item, self.all_of("jobs", namespace), moment)
        return str(self.create("jobs", job, namespace)["metadata"]["name"]) if job else None

    def start(self, cron_job: str, job: str, namespace: str = NAMESPACE) -> None:
        """Start a job of a CronJob by hand, as `kubectl create job --from` does."""
        self.create("jobs", by_hand(self.get("cronjobs", cron_job, namespace), job), namespace)

    def finished(self, job: str, namespace: str = NAMESPACE, patience: float = 120) -> Object:
        """Wait until a job has ended, and return its status.

        Raises:
            TimeoutError: it has not, after so many seconds.
        """
        end = time.monotonic() + patience
        while "conditions" not in (status := self.get("jobs", job, namespace)["status"]):
            if time.monotonic() > end:
                raise TimeoutError(f"the job {job}: {status}")
            time.sleep(0.05)
        return dict(status)

    def pods_of(self, job: str, namespace: str = NAMESPACE) -> list[Object]:
        """Return the pods of a job, in the order in which they were made."""
        pods = [
            pod
            for pod in self.all_of("pods", namespace)
            if pod["metadata"].get("labels", {}).get("job-name") == job
        ]
        return sorted(pods, key=lambda pod: pod["metadata"]["creationTimestamp"])

    def delete(self, resource: str, name: str, namespace: str = NAMESPACE) -> None:
        """Delete an object; a running pod ends after that."""
        self._cluster.delete(Key(resource, namespace, name))

    def get(self, resource: str, name: str, namespace: str = NAMESPACE) -> Object:
        """Return an object as it is now.

        Raises:
            Refused: it is not there.
        """
        return self._cluster.store.get(Key(resource, namespace, name))

    def all_of(self, resource: str, namespace: str = NAMESPACE) -> list[Object]:
        """Return the objects of a kind as they are now."""
        return self._cluster.store.all_of(resource, namespace)

    def events(self, name: str, namespace: str = NAMESPACE) -> list[tuple[str, str]]:
        """Return the reason and the message of each event about an object, in turn."""
        events = [
            (int(event["metadata"]["resourceVersion"]), event["reason"], event["message"])
            for event in self.all_of("events", namespace)
            if event["involvedObject"]["name"] == name
        ]
        return [(reason, message) for _, reason, message in sorted(events)]

    def log(self, pod: str, container: str | None = None, namespace: str = NAMESPACE) -> str:
        """Return what a container has printed; by default the first of its pod."""
        name = container or self.get("pods", pod, namespace)["spec"]["containers"][0]["name"]
        return "".join(written(self._cluster.node.log(Key("pods", namespace, pod), name)))

    def kill(self, pod: str, container: str | None = None, namespace: str = NAMESPACE) -> None:
        """Kill a container with SIGKILL; by default the first of its pod."""
        name = container or self.get("pods", pod, namespace)["spec"]["containers"][0]["name"]
        self._podman.kill(container_name(Key("pods", namespace, pod), name))

    def ended(self, pod: str, namespace: str = NAMESPACE, patience: float = 60) -> Object:
        """Wait until a pod has succeeded or failed; return its status."""
        return self.wait_for(pod, *ENDED, namespace=namespace, patience=patience)

    def wait_for(
        self, pod: str, *phases: str, namespace: str = NAMESPACE, patience: float = 60
    ) -> Object:
        """Wait until a pod is in one of the phases; return its status.

        Raises:
            TimeoutError: it is not, after so many seconds.
        """
        store, end, version = self._cluster.store, time.monotonic() + patience, 0
        while True:
            status = self.get("pods", pod, namespace)["status"]
            if status["phase"] in phases:
                assert isinstance(status, dict)
                return status
            if time.monotonic() > end:
                raise TimeoutError(f"{pod} is not {phases}: {status} {self.events(pod, namespace)}")
            changes = store.changes(version, 0.2)
            version = changes[-1].version if changes else version

    def gone(self, pod: str, namespace: str = NAMESPACE, patience: float = 60) -> bool:
        """Wait until a pod has been removed, and tell whether it was in that time."""
        end, key = time.monotonic() + patience, Key("pods", namespace, pod)
        while self._cluster.store.find(key) and time.monotonic() < end:
            time.sleep(0.05)
        return self._cluster.store.find(key) is None

    def wait_for_obstacle(self, pod: str, namespace: str = NAMESPACE) -> Object:
        """Wait until a pod lacks something, which an event tells; return its status.

        Raises:
            TimeoutError: it does not.
        """
        end = time.monotonic() + 20
        while (
            not {"Failed", "FailedMount", "FailedScheduling"}
            & dict(self.events(pod, namespace)).keys()
        ):
            if time.monotonic() > end:
                raise TimeoutError(f"{pod} lacks nothing: {self.events(pod, namespace)}")
            time.sleep(0.02)
        status = self.get("pods", pod, namespace)["status"]
        assert isinstance(status, dict)
        return status

    def close(self) -> None:
        """End all pods, and remove what they needed; the folder of a claim that was given stays."""
        self._cluster.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        # A pod that is being removed takes its own folder away at the same time.
        shutil.rmtree(self.folder, ignore_errors=True)

    def _bodies(self, resource: str) -> list[Object]:
        arrivals = [arrival for arrival in self.arrivals if arrival.resource == resource]
        return [arrival.body for arrival in arrivals if arrival.refusal is None]

    def _add(self, resource: str, name: str, namespace: str, content: Object) -> None:
        self.create(resource, {"metadata": {"name": name}, **content}, namespace)

    def __enter__(self) -> KubernetesApi:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
