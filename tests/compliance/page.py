"""The page of the table, `docs/compliance.md`; as a program, this prints what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .columns import Column, columns
from .verdicts import Verdict, verdicts
from .zoo import CASES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "compliance.md"
_Sheet = Mapping[Column, Mapping[str, Verdict]]


def table() -> Iterator[str]:
    """The table, and below it each reason."""
    sheet = {column: verdicts(column) for column in columns()}
    yield f"| case | what it is |{''.join(f' {column.title} |' for column in sheet)}"
    yield f"|---|---|{'---|' * len(sheet)}"
    for case in CASES:
        cells = "".join(f" {_cell(case.name, of[case.name])} |" for of in sheet.values())
        yield f"| `{case.name}` | {case.about} |{cells}"
    yield from ("", "## Refused", "", *_refusals(sheet), "## Not applicable", "", *_others(sheet))


def _cell(name: str, verdict: Verdict) -> str:
    places = {"refused": f"refused-{name}", "not applicable": "not-applicable"}
    place = places.get(verdict.is_)
    return f"[{verdict.text}](#{place})" if place else verdict.text


def _refusals(sheet: _Sheet) -> Iterator[str]:
    """By case, each message with the targets that have it."""
    for case in CASES:
        titles: dict[Verdict, list[str]] = {}
        for column, of in sheet.items():
            if of[case.name].is_ == "refused":
                titles.setdefault(of[case.name], []).append(column.title)
        if titles:
            yield from (f'<a id="refused-{case.name}"></a>', "", f"**`{case.name}`**: {case.about}")
            yield ""
        for verdict, names in titles.items():
            yield f"- {', '.join(names)}, exit code {verdict.exit_code}:"
            yield from (f"  > {_plain(reason)}" for reason in _apart(verdict.reasons))
            yield ""


def _others(sheet: _Sheet) -> Iterator[str]:
    """Each reason with the cases that it is of."""
    for column, of in sheet.items():
        cases: dict[Verdict, list[str]] = {}
        for name, verdict in of.items():
            if verdict.is_ == "not applicable":
                cases.setdefault(verdict, []).append(f"`{name}`")
        for verdict, names in cases.items():
            yield f"- {column.title}: {' '.join(verdict.reasons)} ({', '.join(names)})"


def _apart(reasons: Sequence[str]) -> list[str]:
    return "\n\n".join(reasons).split("\n")


def _plain(text: str) -> str:
    return text.replace("<", "&lt;")


def column_of_page(title: str) -> dict[str, str]:
    """Return what the page says of an orchestrator, by case: the text of each cell."""
    lines = (line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| ")
    head, *rows = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines)
    place = head.index(title)
    return {row[0].strip("`"): row[place].partition("]")[0].lstrip("[") for row in rows}


if __name__ == "__main__":
    print(PAGE.read_text(encoding="utf-8"))
