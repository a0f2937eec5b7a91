"""Tags of one MLflow run that several tasks set at once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from shipway.runtime.tracking import _set_tag


class Client:
    """A client that fails once, as MLflow's SQL store when a row is there twice."""

    def __init__(self, meanwhile: dict[str, str]) -> None:
        self.tags: dict[str, str] = {}
        self.meanwhile = meanwhile
        self.failures = 1

    def set_tag(self, _run: str, key: str, value: str) -> None:
        if self.failures:
            self.failures -= 1
            self.tags |= self.meanwhile
            raise RuntimeError("UNIQUE constraint failed: tags.key, tags.run_uuid")
        self.tags[key] = value

    def get_run(self, _run: str) -> SimpleNamespace:
        return SimpleNamespace(data=SimpleNamespace(tags=self.tags))


def test_a_tag_that_another_task_has_set_meanwhile_is_set() -> None:
    client = Client({"team": "theirs"})
    _set_tag(client, "run", "team", "ours")
    assert client.tags == {"team": "ours"}


def test_another_failure_stays_one() -> None:
    with pytest.raises(RuntimeError, match="UNIQUE"):
        _set_tag(Client({}), "run", "team", "ours")
