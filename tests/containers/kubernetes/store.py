"""The objects of a cluster, by their keys, and every change to them in turn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from .objects import Key, Object, Refused, absent, key_of, new_uid, now


@dataclass(frozen=True, kw_only=True)
class Change:
    """What has happened to an object.

    Args:
        item: as it was after it; where it was removed, as it was at last.
        before: as it was before it, if it was there.
    """

    version: int
    type: str
    key: Key
    item: Object
    before: Object | None


class Store:
    """Holds them; several threads may use it. Everything that it returns is a copy."""

    def __init__(self) -> None:
        self._condition = threading.Condition(threading.RLock())
        self._items: dict[Key, Object] = {}
        self._changes: list[Change] = []
        self._version = 1
        self._closed = False

    @property
    def version(self) -> int:
        """The version of the last change."""
        return self._version

    @property
    def closed(self) -> bool:
        """Whether the cluster ends."""
        return self._closed

    def close(self) -> None:
        """Wake up everybody who waits for a change."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def add(self, resource: str, item: Object) -> Object:
        """Add an object that has its names.

        Raises:
            Refused: there is one of this name.
        """
        key = key_of(resource, item)
        with self._condition:
            if key in self._items:
                text = f'{resource} "{key.name}" already exists'
                raise Refused(409, "AlreadyExists", text)
            item = deepcopy(item)
            item["metadata"] |= {"uid": new_uid(), "creationTimestamp": now()}
            return self._record("ADDED", key, item)

    def find(self, key: Key) -> Object | None:
        """Return an object, or None."""
        with self._condition:
            return deepcopy(self._items.get(key))

    def get(self, key: Key) -> Object:
        """Return an object.

        Raises:
            Refused: it is not there.
        """
        item = self.find(key)
        if item is None:
            raise absent(key)
        return item

    def all_of(self, resource: str, namespace: str | None = None) -> list[Object]:
        """Return the objects of a kind, by name; None means every namespace."""
        with self._condition:
            keys = [key for key in self._items if key.resource == resource]
            keys = [key for key in keys if namespace in (None, key.namespace)]
            keys.sort(key=lambda key: (key.namespace, key.name))
            return [deepcopy(self._items[key]) for key in keys]

    def update(self, key: Key, change: Callable[[Object], None]) -> Object:
        """Change an object in place.

        Raises:
            Refused: it is not there.
        """
        with self._condition:
            item = deepcopy(self._items.get(key))
            if item is None:
                raise absent(key)
            change(item)
            return self._record("MODIFIED", key, item)

    def remove(self, key: Key) -> Object | None:
        """Remove an object, and return it as it was; None if it is gone already."""
        with self._condition:
            item = self._items.get(key)
            return None if item is None else self._record("DELETED", key, item)

    def changes(self, since: int, patience: float) -> list[Change]:
        """Return the changes after a version; wait for one for so many seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._version > since, patience)
            return [change for change in self._changes if change.version > since]

    def _record(self, type: str, key: Key, item: Object) -> Object:  # noqa: A002 - as in a watch
        self._version += 1
        before = deepcopy(self._items.get(key))
        item["metadata"]["resourceVersion"] = str(self._version)
        if type == "DELETED":
            del self._items[key]
        else:
            self._items[key] = item
        at, after = self._version, deepcopy(item)
        self._changes.append(Change(version=at, type=type, key=key, item=after, before=before))
        self._condition.notify_all()
        return deepcopy(item)
