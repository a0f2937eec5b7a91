"""The table itself: complete, in agreement with the capabilities and with the command."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

from shipway.targets import registry
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.support import requirements
from tests.engines.exporting import shipway
from tests.engines.exports import PipelineRun
from tests.proof.runners import runner

from . import page
from .columns import Column, columns
from .runs import differences
from .verdicts import compile_case, verdicts
from .zoo import CASES, deploy_settings, write_zoo

COLUMNS = [pytest.param(column, id=column.word or column.target) for column in columns()]


@pytest.mark.parametrize("target", registry.names())
def test_each_target_says_how_it_runs_pipelines(target: str) -> None:
    assert callable(runner(target))


@pytest.mark.parametrize("column", COLUMNS)
def test_each_cell_has_a_verdict_or_a_reason(column: Column) -> None:
    cells = verdicts(column)
    assert cells.keys() == {case.name for case in CASES}
    assert [name for name, cell in cells.items() if cell.is_ != "right" and not cell.reasons] == []
    assert page.column_of_page(column.title) == {name: cell.text for name, cell in cells.items()}


@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_refused_is_what_the_target_says_that_it_cannot(column: Column) -> None:
    """What is right needs nothing that `docs/targets.md` says no of, but for what is waived."""
    for case in CASES:
        verdict = verdicts(column)[case.name]
        if verdict.is_ == "right":
            needs = {n.capability for n in requirements(compile_case(case, column).plan)}
            losses = {name for name in needs if column.support[name].level == "unsupported"}
            assert losses <= set(verdict.losses), case.name
        names = re.findall(r"cannot express `([\w.]+)`", " ".join(verdict.reasons))
        assert set(names) <= CAPABILITIES.keys()


@pytest.mark.parametrize("column", COLUMNS)
def test_the_command_refuses_what_the_table_says(column: Column, tmp_path: Path) -> None:
    """All that is refused in one call: a message for each, and no file."""
    project = write_zoo(tmp_path)
    settings = {**deploy_settings(), "targets": {column.target: dict(column.options)}}
    file = project.write("deploy-for-test.yml", yaml.safe_dump(settings, allow_unicode=True))
    words = ["export", column.target, "--format=json", f"--settings={file}"]
    refused = {n: v for n, v in verdicts(column).items() if v.is_ == "refused"}
    names = [f"--{'job' if c.job else 'pipeline'}={c.name}" for c in CASES if c.name in refused]
    outcome = shipway(project.path, *words, *names)
    assert outcome.returncode in {verdict.exit_code for verdict in refused.values()}
    answer = " ".join(_words(finding) for finding in json.loads(outcome.stdout)["findings"])
    for name, verdict in refused.items():
        assert all(_of_what(reason) in answer for reason in verdict.reasons), name
    assert not (project.path / "deploy").exists()


def _words(finding: dict[str, Any]) -> str:
    return " ".join(str(finding.get(key) or "") for key in ("what", "remedy"))


def _of_what(reason: str) -> str:
    """The reason without its place, which names the file of the settings in an export."""
    return reason.partition(": ")[2].rpartition(" in the settings")[0] or reason.partition(": ")[2]


def test_no_case_takes_what_is_another_ones() -> None:
    entries = [name for case in CASES for name in case.catalog]
    parameters = [name for case in CASES for name in yaml.safe_load(case.parameters or "{}")]
    for names in ([case.name for case in CASES], entries, parameters):
        assert [name for name, number in Counter(names).items() if number > 1] == []


@pytest.mark.parametrize("ends", ["success", "failure"])
def test_control_a_run_that_ends_otherwise_is_seen(ends: Literal["success", "failure"]) -> None:
    run = PipelineRun(pipeline="fails", ends=ends)
    run.must_end(ends == "success", log="")
    with pytest.raises(AssertionError, match=f"fails must end in {ends}: why"):
        run.must_end(ends != "success", log="why")


def test_control_a_target_without_a_way_to_run_it_fails() -> None:
    with pytest.raises(AssertionError, match=r"nowhere/run_all\.py must"):
        runner("nowhere")


def test_control_a_cell_that_is_missing_or_another_is_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| `fan` |"))
    for change in ("", row.replace("right", "refused", 1)):
        file = tmp_path / "page.md"
        file.write_text(text.replace(row, change), encoding="utf-8")
        monkeypatch.setattr(page, "PAGE", file)
        first = columns()[0]
        cells = {name: cell.is_ for name, cell in verdicts(first).items()}
        assert page.column_of_page(first.title) != cells


def test_control_a_wrong_file_a_lost_one_and_one_too_many_are_seen() -> None:
    right = {"fan": Counter({("fan/0.txt", b"a"): 1})}
    for wrong in (
        {"fan": Counter({("fan/0.txt", b"b"): 1})},
        {"fan": Counter({("fan/0.txt", b"a"): 2})},
        {"fan": Counter({("fan/0.txt", b"a"): 1, ("fan/1.txt", b""): 1})},
        {},
    ):
        assert differences(wrong, right, ["fan"]).keys() == {"fan"}
    left = {**right, "store": Counter({("store/x.pickle", b""): 1})}
    assert differences(left, right, ["fan"]).keys() == {"store"}
    assert not differences(right, right, ["fan"])
