"""What sees which mistake of those that our rules see: Argo's own code, and npm's schemas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.argo.argo_mistakes import MISTAKES
from tests.unit.argo.argo_samples import whole

from .env import ask_argo, ask_schemas

pytestmark = pytest.mark.engine


def with_mistake(name: str) -> list[object]:
    objects = whole()
    MISTAKES[name].make(objects)
    assert objects != whole(), "the mistake changes nothing"
    return objects


def seen_by(word: str) -> set[str]:
    return {name for name, mistake in MISTAKES.items() if word in mistake.seen_by.split()}


def test_argo_itself_sees_what_is_said_of_it(validation: Path) -> None:
    answers = ask_argo(validation, [whole(), *map(with_mistake, MISTAKES)])
    assert answers[0].errors == [], "the control"
    errors = {name: one.errors for name, one in zip(MISTAKES, answers[1:], strict=True)}
    assert seen(errors) == seen_by("argo")


def test_the_schemas_see_what_is_said_of_them(schemas: Path) -> None:
    answers = ask_schemas(schemas, [whole(), *map(with_mistake, MISTAKES)])
    assert answers[0] == [], "the control"
    errors = dict(zip(MISTAKES, answers[1:], strict=True))
    assert seen(errors) == seen_by("schemas")


def seen(errors: Mapping[str, list[str]]) -> set[str]:
    return {name for name, of in errors.items() if of}
