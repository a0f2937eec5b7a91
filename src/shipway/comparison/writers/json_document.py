"""Comparisons as a JSON document, and its schema."""

from __future__ import annotations

from typing import Any, get_args

from shipway.comparison.changes import KINDS, LOSSES, Change, Comparison, Status
from shipway.comparison.report import Report


def document(report: Report) -> dict[str, Any]:
    """Return a report as `schema` describes it, without what all commands' documents have."""
    return {
        "compared_with": report.older,
        "differs": bool(report.differing),
        "comparisons": [comparison_document(item) for item in report.comparisons],
        "notes": list(report.notes),
    }


def comparison_document(item: Comparison) -> dict[str, Any]:
    """Return one comparison."""
    return {
        "target": item.target,
        "pipeline": item.pipeline,
        "path": item.path,
        "status": item.status,
        "reason": item.reason,
        "changes": [_change(change) for change in item.changes],
        "files": [{"path": file.path, "diff": file.diff} for file in item.files],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "name": change.name,
        "tasks": list(change.tasks),
        "before": change.before,
        "after": change.after,
        "effect": change.effect,
        "loses_history": change.kind in LOSSES,
    }


def schema() -> dict[str, Any]:
    """Return the JSON Schema of what `shipway diff --format json` prints."""
    text = {"type": "string"}
    optional = {"type": ["string", "null"]}
    change = _object(
        kind={"enum": list(KINDS), "description": "By rank: what is felt most comes first."},
        name={**text, "description": "A parameter, a setting or a node; empty for tasks."},
        tasks={**_list(text), "description": "By their newer names; none for the pipeline."},
        before={"description": "null where there is none, or for a constant that is null."},
        after={"description": "null where there is none, or for a constant that is null."},
        effect={**text, "description": "What it does to a running deployment."},
        loses_history={"type": "boolean"},
    )
    comparison = _object(
        target=text,
        pipeline=text,
        path={**text, "description": "Of the artifact's first file."},
        status={"enum": list(get_args(Status))},
        reason={**optional, "description": "Why only lines are compared: `unreadable`."},
        changes=_list(change),
        files=_list(_object(path=text, diff=text)),
    )
    finding = _object(what=text, where=optional, remedy=optional)
    top = _object(
        ok={"type": "boolean", "description": "False with --exit-code where something differs."},
        exit_code={"type": "integer"},
        compared_with=text,
        differs={"type": "boolean"},
        comparisons=_list(comparison),
        notes=_list(text),
        findings=_list(finding),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Shipway comparison of artifacts (shipway diff --format json)",
        **top,
    }


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
