"""What a request asks for, by its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from .objects import KINDS, Key, Refused


@dataclass(frozen=True, kw_only=True)
class Address:
    """Objects, one of them, or a part of it.

    Args:
        namespace: None means every namespace.
        name: None means all objects.
        part: such as `log`.
    """

    resource: str
    namespace: str | None
    name: str | None
    part: str | None
    query: Mapping[str, str]

    @property
    def key(self) -> Key:
        """The key of the one object."""
        return Key(self.resource, self.namespace or "", self.name or "")

    def says(self, option: str) -> bool:
        """Tell whether an option is set."""
        return self.query.get(option, "").lower() in ("1", "true", "all")


def parse(path: str) -> Address:
    """Read the address of a request.

    Raises:
        Refused: there is nothing.
    """
    url = urlsplit(path)
    query = {key: values[-1] for key, values in parse_qs(url.query).items()}
    parts = [unquote(part) for part in url.path.strip("/").split("/")]
    rest = parts[2:] if parts[0] == "api" else parts[3:]
    group = "/".join(parts[1 : len(parts) - len(rest)])
    namespace = None
    if rest[:1] == ["namespaces"] and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    resource, name, part, *more = [*rest, None, None, None][: max(3, len(rest))]
    kind = KINDS.get(resource or "")
    if kind is None or kind.api != group or more:
        text = "the server could not find the requested resource"
        raise Refused(404, "NotFound", f"{text}: {url.path}")
    if resource == "namespaces":
        namespace = ""
    return Address(resource=kind.resource, namespace=namespace, name=name, part=part, query=query)


def discovery(path: str) -> dict[str, object] | None:
    """Return the answer to a client that asks what there is; None if it asks for something else."""
    url = urlsplit(path).path.rstrip("/")
    if url == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if url == "/apis":
        version = {"groupVersion": "batch/v1", "version": "v1"}
        group = {"name": "batch", "versions": [version], "preferredVersion": version}
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]}
    groups = {"/api/v1": "v1", "/apis/batch/v1": "batch/v1"}
    if url not in groups:
        return None
    resources = [
        {
            "name": kind.resource,
            "singularName": kind.name.lower(),
            "namespaced": kind.resource != "namespaces",
            "kind": kind.name,
            "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"],
        }
        for kind in KINDS.values()
        if kind.api == groups[url]
    ]
    head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": groups[url]}
    return {**head, "resources": resources}
