"""The small Kubernetes API as a client meets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode

import pytest

from .kubernetes.api import KubernetesApi
from .pods import pod, shell

pytestmark = pytest.mark.engine
PODS = "/api/v1/namespaces/default/pods"


@contextmanager
def answer(
    api: KubernetesApi, method: str, path: str, body: object = None, **query: str
) -> Iterator[HTTPResponse]:
    """Send a request."""
    connection = HTTPConnection(api.url.removeprefix("http://"), timeout=30)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, f"{path}?{urlencode(query)}", data)
        yield connection.getresponse()
    finally:
        connection.close()


def call(
    api: KubernetesApi, method: str, path: str, body: object = None, **query: str
) -> tuple[int, Any]:
    """Send a request; return the status and the object that it is answered with."""
    with answer(api, method, path, body, **query) as response:
        return response.status, json.load(response)


def test_a_pod_from_its_creation_to_its_deletion(kubernetes_api: KubernetesApi) -> None:
    body = shell("p", "sleep 0.5; echo one; echo two")
    body["metadata"] = {"generateName": "p-", "labels": {"team": "a"}}
    code, created = call(kubernetes_api, "POST", PODS, body)
    name = created["metadata"]["name"]
    assert (code, kubernetes_api.pods) == (201, [body])
    _, listed = call(kubernetes_api, "GET", PODS, labelSelector="team=a")
    assert [item["metadata"]["name"] for item in listed["items"]] == [name]
    _, others = call(kubernetes_api, "GET", PODS, labelSelector="team!=a")
    assert others["items"] == []
    with answer(kubernetes_api, "GET", f"{PODS}/{name}/log", follow="true") as log:
        assert log.read() == b"one\ntwo\n"
    assert kubernetes_api.ended(name)["phase"] == "Succeeded"
    with answer(kubernetes_api, "GET", f"{PODS}/{name}/log", tailLines="1") as log:
        assert log.read() == b"two\n"
    _, events = call(
        kubernetes_api,
        "GET",
        "/api/v1/namespaces/default/events",
        fieldSelector=f"involvedObject.name={name}",
    )
    assert events["items"][-1]["reason"] == "Started"
    code, patched = call(
        kubernetes_api, "PATCH", f"{PODS}/{name}", {"metadata": {"labels": {"x": "y"}}}
    )
    assert (code, patched["metadata"]["labels"]) == (200, {"team": "a", "x": "y"})
    assert call(kubernetes_api, "DELETE", f"{PODS}/{name}")[0] == 200
    code, status = call(kubernetes_api, "GET", f"{PODS}/{name}")
    assert (code, status["reason"]) == (404, "NotFound")


def test_a_running_pod_is_stopped_when_it_is_deleted(kubernetes_api: KubernetesApi) -> None:
    body = shell("p", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done")
    call(kubernetes_api, "POST", PODS, body)
    with answer(kubernetes_api, "GET", PODS, watch="true", timeoutSeconds="20") as watch:
        events = (json.loads(line) for line in watch)
        phases = []
        for event in events:
            if event["object"]["status"]["phase"] == "Running" and "Running" not in phases:
                assert call(kubernetes_api, "DELETE", f"{PODS}/p")[0] == 200
            phases.append(event["object"]["status"]["phase"])
            if event["type"] == "DELETED":
                break
    assert phases[-1] == "Succeeded"
    assert kubernetes_api.gone("p")


def test_a_refusal_is_told(kubernetes_api: KubernetesApi) -> None:
    body = pod("p", "true", resources={"requests": {"cpu": "2"}, "limits": {"cpu": "1"}})
    code, status = call(kubernetes_api, "POST", PODS, body)
    assert (code, status["reason"]) == (422, "Invalid")
    assert "must be less than or equal to cpu limit" in status["message"]
    assert kubernetes_api.refusals == [status["message"]]
    assert kubernetes_api.pods == []


def test_what_the_harness_cannot_do_is_refused(kubernetes_api: KubernetesApi) -> None:
    probe = {"exec": {"command": ["true"]}}
    code, status = call(kubernetes_api, "POST", PODS, pod("p", "true", livenessProbe=probe))
    assert (code, "livenessProbe" in status["message"]) == (501, True)


def test_a_trial_leaves_nothing(kubernetes_api: KubernetesApi) -> None:
    code, _ = call(kubernetes_api, "POST", PODS, pod("p", "true"), dryRun="All")
    assert (code, kubernetes_api.all_of("pods")) == (201, [])


def test_a_name_is_taken_once(kubernetes_api: KubernetesApi) -> None:
    codes = [call(kubernetes_api, "POST", PODS, pod("p", "true"))[0] for _ in range(2)]
    assert codes == [201, 409]


def test_a_watch_tells_of_what_begins_and_ceases_to_be_selected(
    kubernetes_api: KubernetesApi,
) -> None:
    maps = "/api/v1/namespaces/default/configmaps"
    _, before = call(kubernetes_api, "GET", maps)
    body = {"metadata": {"name": "m", "labels": {"team": "a"}}}
    versions = [call(kubernetes_api, "POST", maps, body)[1]["metadata"]["resourceVersion"]]
    for label in ("True", "False", "False"):
        patch = {"metadata": {"labels": {"done": label}}}
        _, item = call(kubernetes_api, "PATCH", f"{maps}/m", patch)
        versions.append(item["metadata"]["resourceVersion"])
    call(kubernetes_api, "PATCH", f"{maps}/m", {"metadata": {"labels": {"done": "True"}}})
    call(kubernetes_api, "DELETE", f"{maps}/m")
    query = {"labelSelector": "team=a,done!=True", "watch": "true", "timeoutSeconds": "1"}
    since = before["metadata"]["resourceVersion"]
    with answer(kubernetes_api, "GET", maps, resourceVersion=since, **query) as watch:
        events = [json.loads(line) for line in watch]
    assert [event["type"] for event in events] == [
        *("ADDED", "DELETED", "ADDED", "MODIFIED", "DELETED")
    ]
    labels = [event["object"]["metadata"]["labels"].get("done") for event in events]
    assert labels == [None, None, "False", "False", "False"], "what is gone is told as it was"
    of_events = [event["object"]["metadata"]["resourceVersion"] for event in events]
    assert of_events[:4] == versions
