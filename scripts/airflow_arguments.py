"""Write down which arguments a release of Airflow knows, of its DAG and of its operators.

    .envs/airflow2/bin/python scripts/airflow_arguments.py          write the table
    .envs/airflow3/bin/python scripts/airflow_arguments.py --check  exit 1 when it differs

Run by a Python that has Airflow with the providers of `requirements/`. Each release has a file in
`exporters/shipway_exporters/airflow/argument_tables/`: by class and by argument, which kinds of
literals it takes (none: only an object will do), and whether Airflow renders it with Jinja.
"""

from __future__ import annotations

import difflib
import enum
import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import airflow

TABLES = Path(__file__).resolve().parent.parent / "exporters/shipway_exporters/airflow"
IS_2 = airflow.__version__.startswith("2.")
TABLE = TABLES / "argument_tables" / ("airflow2.json" if IS_2 else "airflow3.json")
SDK = "airflow.models" if IS_2 else "airflow.sdk"
POD = "airflow.providers.cncf.kubernetes.operators.pod"
CLASSES = (
    f"{SDK}:DAG",
    f"{SDK}:BaseOperator",
    f"{POD}:KubernetesPodOperator",
    "airflow.providers.docker.operators.docker:DockerOperator",
)
ENUMS = {
    "weight_rule": f"airflow.{'utils' if IS_2 else 'task'}.weight_rule:WeightRule",
    "on_finish_action": "airflow.providers.cncf.kubernetes.utils.pod_manager:OnFinishAction",
    "on_kill_action": "airflow.providers.cncf.kubernetes.utils.pod_manager:OnKillAction",
    "default_view": "airflow.models.dag:DEFAULT_VIEW_PRESETS",
    "orientation": "airflow.models.dag:ORIENTATION_PRESETS",
}
"""The words of arguments that are annotated as any text."""
# These stand in no Python (Kubernetes, core/v1 Container, `terminationMessagePolicy`).
WORDS = {"termination_message_policy": ["File", "FallbackToLogsOnError"]}
KINDS = (
    (r"bool", "flag"),
    (r"int", "whole"),
    (r"float", "number"),
    (r"(datetime\.)?timedelta", "duration"),
    (r"str", "text"),
    (r"(list|Iterable|Collection|Sequence|MutableSet)\[str\]", "texts"),
    (r"dict(\[.*\])?", "mapping"),
)
"""Which literals an annotation allows, in the order in which a value is tried."""


def table() -> dict[str, Any]:
    return {
        "airflow": airflow.__version__,
        **{place.partition(":")[2]: dict(arguments(load(place))) for place in CLASSES},
    }


def load(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def arguments(cls: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is known of each argument of a constructor."""
    names = inspect.signature(inspect.unwrap(cls.__init__)).parameters.values()
    for item in names:
        if item.name in ("self", "kwargs"):
            continue
        about: dict[str, Any] = {"kinds": list(kinds(annotation(cls, item)))}
        if words := choices(item.name):
            about = {"kinds": ["choice"], "words": words}
        elif literals := re.findall(r"'([^']*)'", annotation(cls, item)):
            about = {"kinds": ["choice"], "words": literals}
        if item.name in (getattr(cls, "template_fields", None) or ()):
            about["templated"] = True
        yield item.name, about


def annotation(cls: Any, item: inspect.Parameter) -> str:
    """The annotation as text; an attribute of `attrs` with a converter has it on its class."""
    of_class = getattr(cls, "__annotations__", {}).get(item.name, "")
    value = item.annotation if item.annotation is not inspect.Parameter.empty else of_class
    text = value if isinstance(value, str) else getattr(value, "__name__", repr(value))
    return text or type(item.default).__name__


def kinds(text: str) -> Iterator[str]:
    parts = alternatives(text)
    for pattern, kind in KINDS:
        if any(re.fullmatch(pattern, part) for part in parts):
            yield kind


def alternatives(text: str) -> list[str]:
    """The parts of `int | dict[str, int | None]` outside of brackets."""
    parts, depth = [""], 0
    for char in text.replace(" ", ""):
        depth += {"[": 1, "]": -1}.get(char, 0)
        if char == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def choices(name: str) -> list[str]:
    if name not in ENUMS:
        return WORDS.get(name, [])
    return [w.value if isinstance(w, enum.Enum) else w for w in load(ENUMS[name])]


def document(table: dict[str, Any]) -> str:
    """Return a table as JSON, an argument a line."""
    release = f' "airflow": {json.dumps(table["airflow"])}'
    classes = [
        f" {json.dumps(name)}: {{\n"
        + ",\n".join(f"  {json.dumps(key)}: {json.dumps(about)}" for key, about in of_class.items())
        + "\n }"
        for name, of_class in table.items()
        if name != "airflow"
    ]
    return "{\n" + ",\n".join([release, *classes]) + "\n}\n"


def main() -> int:
    text = document(table())
    if "--check" not in sys.argv:
        TABLE.write_text(text, encoding="utf-8")
        return 0
    before = TABLE.read_text(encoding="utf-8")
    lines = (before.splitlines(keepends=True), text.splitlines(keepends=True))
    sys.stdout.writelines(
        difflib.unified_diff(*lines, TABLE.name, f"Airflow {airflow.__version__}")
    )
    return int(before != text)


if __name__ == "__main__":
    sys.exit(main())
