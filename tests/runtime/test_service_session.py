"""A project can have Kedro's session that runs more than once (Kedro 1.4 and later)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import python_of

from .tasks import HERE, Tasks, entry, own_project

SETTINGS = """
import json
from pathlib import Path

from kedro.framework.hooks import hook_impl
from kedro.framework.session import KedroServiceSession


class Recorder:
    @hook_impl
    def before_pipeline_run(self, run_params):
        Path("data").mkdir(exist_ok=True)
        ids = [run_params["session_id"], run_params["run_id"]]
        Path("data/ids.json").write_text(json.dumps(ids))


HOOKS = (Recorder(),)
SESSION_CLASS = KedroServiceSession
"""
NODES = """
def make(word):
    return word
"""
REGISTRY = """
return {"__default__": pipeline([
    node(f.make, "params:word", "kept", name="make"),
    node(f.make, "kept", "seen", name="copy"),
])}
"""


@pytest.mark.parametrize("name", ["dev", pytest.param("kedro14", marks=pytest.mark.engine)])
def test_it_runs_with_the_version_and_the_parameters_of_the_run(name: str, tmp_path: Path) -> None:
    project = own_project(
        tmp_path,
        REGISTRY,
        nodes=NODES,
        settings=SETTINGS,
        catalog={
            "kept": entry("Remote", "kept.json", versioned=True),
            "seen": entry("Plain", "seen.json"),
        },
        parameters={"word": "default"},
    )
    tasks = Tasks(project, HERE if name == "dev" else python_of(name))
    word = "${x} of {{ one }}"
    tasks.run("make", run_id="one", params={"word": word})
    tasks.run("make", run_id="two", created="2026-01-31T07:00:00Z")
    tasks.run("copy", run_id="one", from_run=["kept"])
    assert tasks.data("seen.json") == word
    assert tasks.data("ids.json") == [next(iter(tasks.versions("kept.json")))] * 2
    assert [name[:19] for name in tasks.versions("kept.json")] == [
        "2026-01-31T06.00.00",
        "2026-01-31T07.00.00",
    ]
