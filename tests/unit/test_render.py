"""Templates: strict, unescaped, and overridden by those of the user."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipway.artifacts import render as module
from shipway.artifacts.render import environment, render
from shipway.errors import Finding, UsageError

NAME = "airflow/dag.py.j2"


def _template(folder: Path, text: str | bytes, name: str = NAME) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def _refusal(folder: Path, template: str = NAME) -> Finding:
    with pytest.raises(UsageError) as error:
        render(template, {"number": 1}, folder)
    (finding,) = error.value.findings
    return finding


def test_source_is_not_escaped(tmp_path: Path) -> None:
    _template(tmp_path, "{{ text }}\n")
    assert render(NAME, {"text": "a < b & \"c\" 'd' <lambda>"}, tmp_path) == (
        "a < b & \"c\" 'd' <lambda>\n"
    )


def test_blocks_leave_no_lines_behind(tmp_path: Path) -> None:
    _template(tmp_path, "a\n    {% if number %}\nb\n    {% endif %}\nc\n")
    assert render(NAME, {"number": 1}, tmp_path) == "a\nb\nc\n"


def test_an_override_goes_first(tmp_path: Path) -> None:
    environment().get_template(NAME)
    _template(tmp_path, "mine")
    assert render(NAME, {}, tmp_path) == "mine"


def test_an_override_may_replace_one_block(tmp_path: Path) -> None:
    text = '{% extends "base/airflow/dag.py.j2" %}{% block operator %}MINE{% endblock %}'
    _template(tmp_path, text)
    source = environment(tmp_path).get_template(NAME)
    assert "MINE" in "".join(source.blocks["operator"](source.new_context({})))
    assert environment(tmp_path).get_template("base/airflow/dag.py.j2").blocks.keys() == {
        "operator"
    }


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a\nb\n{% if %}\n", 3, "Expected an expression"),
        ("{% for x in y %}\n", 1, "Unexpected end of template"),
        ("a\n{{ missing }}\n", 2, "'missing' is undefined"),
        ("a\n\n{{ number.missing }}\n", 3, "no attribute 'missing'"),
        ("a\n{{ number | nofilter }}\n", 2, "No filter named"),
        ("a\n{{ number + 'x' }}\n", 2, "unsupported operand"),
        ("a\n{{ 1 / 0 }}\n", 2, "division by zero"),
        ("a\n{% for x in number %}{% endfor %}\n", 2, "not iterable"),
        ("{{ {}['x'].y }}", 1, "no attribute 'x'"),
    ],
)
def test_a_broken_template(tmp_path: Path, text: str, line: int, message: str) -> None:
    finding = _refusal(_template(tmp_path, text))
    assert message in finding.what
    assert finding.where == f"{tmp_path / NAME}:{line}"
    assert "shipway templates eject" in str(finding.remedy)


def test_a_mistake_in_a_template_that_is_included(tmp_path: Path) -> None:
    _template(tmp_path, '{% include "part.j2" %}')
    finding = _refusal(_template(tmp_path, "\n\n{{ missing }}", "part.j2"))
    assert finding.where == f"{tmp_path}/part.j2:3"


@pytest.mark.parametrize(
    "text", ['{% extends "airflow/dag.py.j2" %}', '{% include "airflow/dag.py.j2" %}']
)
def test_a_template_that_extends_itself(tmp_path: Path, text: str) -> None:
    finding = _refusal(_template(tmp_path, text))
    assert "itself" in finding.what
    assert '"base/airflow/dag.py.j2"' in str(finding.remedy)


def test_a_template_that_is_no_text(tmp_path: Path) -> None:
    assert _refusal(_template(tmp_path, b"\xff")).where == str(tmp_path / NAME)


@pytest.mark.parametrize("name", ["base/airflow/nope.j2", "nope.j2"])
def test_a_template_that_is_missing(tmp_path: Path, name: str) -> None:
    finding = _refusal(_template(tmp_path, f'{{% extends "{name}" %}}'))
    assert finding.what == f"There is no template `{name}`."
    assert _refusal(tmp_path, "airflow/other.j2").what == "There is no template `airflow/other.j2`."


def test_a_mistake_in_a_built_in_template_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "environment", fault)
    with pytest.raises(ZeroDivisionError):
        render(NAME, {})
