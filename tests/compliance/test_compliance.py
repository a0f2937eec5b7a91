"""Every case on every target, by its registration alone: right, or refused, or not applicable.

`docs/compliance.md` shows the table, and may say of nothing that it is right which did not run.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shipway.targets.registry import names

from .columns import columns, columns_of
from .page import column_of_page
from .runs import Files, by_kedro, differences, on_columns
from .verdicts import verdicts
from .zoo import CASES

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def authored(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """What `kedro run` leaves behind, of all that some target does not refuse."""
    sheet = [verdicts(column) for column in columns()]
    cases = [case for case in CASES if any(of[case.name].is_ == "right" for of in sheet)]
    return by_kedro(tmp_path_factory.mktemp("kedro"), cases)


@pytest.mark.parametrize("target", names())
def test_each_case_is_right_or_refused(target: str, authored: Files, tmp_path: Path) -> None:
    columns = list(columns_of(target))
    right = {
        column: [case for case in CASES if verdicts(column)[case.name].is_ == "right"]
        for column in columns
    }
    output = on_columns(right, tmp_path)
    wrong = {
        f"{column.title}: {name}": pair
        for column, cases in right.items()
        for name, pair in differences(output[column], authored, [c.name for c in cases]).items()
    }
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)
    for column in columns:
        texts = {name: verdict.text for name, verdict in verdicts(column).items()}
        assert column_of_page(column.title) == texts, "make matrix writes the page"
