"""Each of Kedro's runners leaves the same data."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tasks import Tasks, entry, own_project

NODES = """
def make(word):
    return word, [word], {"key": word}, {word}


def join(a, b, c, d):
    return repr([a, b, c, sorted(d)])
"""
HOOK = """
from pathlib import Path

from kedro.framework.hooks import hook_impl


class Recorder:
    @hook_impl
    def before_pipeline_run(self, run_params):
        Path("runner").write_text(run_params["runner"])


HOOKS = (Recorder(),)
"""
REGISTRY = """
both = ["remote", "local", "folder", "memory"]
return {"__default__": pipeline([
    node(f.make, "params:word", both, name="make"),
    node(f.join, both, "joined", name="join"),
    node(f.join, both, "kept", name="keep"),
])}
"""
CATALOG = {
    "remote": entry("Remote", "remote.json", versioned=True),
    "local": entry("Local", "local.json", versioned=True),
    "folder": entry("Folder", "folder", versioned=True),
    "joined": entry("Remote", "joined.json", versioned=True),
    "kept": entry("Plain", "kept.json"),
}
RUNNERS = ("SequentialRunner", "kedro.runner.ThreadRunner", "ParallelRunner")
JOINED = "['w', ['w'], {'key': 'w'}, ['w']]"


@pytest.fixture(scope="module")
def tasks(any_kedro: Path, tmp_path_factory: pytest.TempPathFactory) -> Tasks:
    project = own_project(
        tmp_path_factory.mktemp("runners"),
        REGISTRY,
        nodes=NODES,
        settings=HOOK,
        catalog=CATALOG,
        parameters={"word": "w"},
    )
    return Tasks(project, any_kedro, {"stored": ["memory"], "store": "data/store"}, in_forks=True)


@pytest.mark.parametrize(
    "runner", ["SequentialRunner", "kedro.runner.ThreadRunner", "ParallelRunner"]
)
def test_the_data_are_the_same_in_one_task_and_in_two(tasks: Tasks, runner: str) -> None:
    tasks.run("make", "join", runner=runner, run_id=runner)
    tasks.run("keep", runner=runner, run_id=runner, from_run=["remote", "local", "folder"])
    assert f".{runner.rpartition('.')[2]} object" in (tasks.project.path / "runner").read_text()
    assert tasks.data("kept.json") == JOINED
    assert set(tasks.versions("joined.json").values()) == {JOINED}


def test_a_task_that_saves_from_other_processes_can_be_run_again(tasks: Tasks) -> None:
    for word in ("earlier", "later"):
        tasks.run("make", runner="ParallelRunner", run_id="again", params={"word": word})
    assert "earlier" not in tasks.versions("remote.json").values()
    assert "later" in tasks.versions("remote.json").values()
