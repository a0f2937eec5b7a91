"""Settings with mistakes: what else is wrong is told, and half a value breaks nothing."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shipway.compiler import Selection, settings_with_mistakes
from shipway.compiler.first_look import mistakes_in_settings
from shipway.errors import ShipwayError
from shipway.settings.source import SettingsSource
from shipway.targets import registry
from tests.unit.planner.build_ir import node, pipeline, project
from tests.unit.settings.examples import GOOD

OF = project(
    pipeline(node("a", "raw params:size", "x", tags=("t",), namespace="n"), node("b", "x", "y")),
    parameters={"size": 1},
)
JUNK = st.sampled_from([None, True, -1, 1.5, "", "junk", "a: b", [], ["junk"], {}, {"junk": 1}])
Path = tuple["str | int", ...]


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of a document but its top."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items if isinstance(value, (dict, list)) else ():
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from _paths(item, (*path, key))


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Good settings in which up to three values are missing, or are no such values."""
    document = copy.deepcopy(yaml.safe_load(draw(st.sampled_from(sorted(GOOD.values())))))
    for _ in range(draw(st.integers(1, 3))):
        paths = list(_paths(document))
        if not paths:
            break
        *above, last = draw(st.sampled_from(paths))
        owner: Any = document
        for key in above:
            owner = owner[key]
        if draw(st.booleans()):
            owner[last] = copy.deepcopy(draw(JUNK))
        else:
            del owner[last]
    result: dict[str, Any] = document
    return result


@pytest.mark.parametrize("target", registry.names())
@settings(max_examples=150, deadline=None)
@given(values=documents())
def test_half_a_document_breaks_nothing(target: str, values: dict[str, Any]) -> None:
    exporter = registry.find(target)
    document = settings_with_mistakes(SettingsSource(values=values), [exporter])
    errors = mistakes_in_settings(OF, document, "__default__", Selection(), exporter)
    assert bool(errors) == bool(document.mistakes)
    assert all(isinstance(error, ShipwayError) for error in errors)
