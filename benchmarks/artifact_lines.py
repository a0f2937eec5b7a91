"""How many lines of the artifacts of examples/energy are not the pipeline itself."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import REPO, SHIPWAY, run

BUDGETS = {"airflow": 25, "prefect": 40, "kubeflow": 700}
"""Lines of code around the pipeline in a DAG and in a flow; all lines of a pipeline spec."""
_FACTS = frozenset(
    {"PROJECT", "JOB", "PARAMETERS", "PIPELINES", "STORE", "LOAD_VERSIONS", "DEFAULTS"}
)
"""Constants that hold what is the pipeline's own, or its project's: places, digests, values,
versions."""


def lines_around_pipeline(source: str) -> int:
    """Return how many lines of code of a DAG or flow file are not the pipeline.

    The pipeline is the `with DAG(…)` block, or the function under `@flow`, and the constants that
    hold its facts. Blank lines, comments and docstrings are no code.
    """
    tree = ast.parse(source)
    machinery = [item for item in tree.body if not _is_pipeline(item)]
    lines = {line for item in machinery for line in _lines(item)}
    documentation = {line for item in ast.walk(tree) for line in _docstring(item)}
    text = source.splitlines()
    code = (line for line in lines - documentation if text[line - 1].strip())
    return sum(not text[line - 1].lstrip().startswith("#") for line in code)


def _is_pipeline(item: ast.stmt) -> bool:
    if isinstance(item, ast.With):
        return True
    if isinstance(item, ast.FunctionDef):
        return any("flow" in ast.unparse(decorator) for decorator in item.decorator_list)
    return isinstance(item, ast.Assign) and _names(item.targets[0]) in _FACTS


def _names(target: ast.expr) -> str:
    """Return the name that is assigned to: `JOB` for `JOB["defaults"]`, too."""
    return ast.unparse(target.value if isinstance(target, ast.Subscript) else target)


def _lines(item: ast.stmt) -> range:
    decorators = getattr(item, "decorator_list", [])
    first = min([item.lineno, *(decorator.lineno for decorator in decorators)])
    return range(first, (item.end_lineno or first) + 1)


def _docstring(item: ast.AST) -> Iterator[int]:
    body = getattr(item, "body", None)
    if isinstance(item, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(item):
        yield from _lines(body[0]) if body else ()


def main() -> None:
    """Export the example for each target, count, and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = REPO / "examples" / "energy"
        for target in BUDGETS:
            run((*SHIPWAY, "export", target, "--project", project, "--output", folder / target))
        dag = (folder / "airflow/energy.py").read_text(encoding="utf-8")
        flow = (folder / "prefect/energy/flow.py").read_text(encoding="utf-8")
        spec = (folder / "kubeflow/energy.yaml").read_text(encoding="utf-8")
    print(f"DAG: {lines_around_pipeline(dag)} lines of code, budget {BUDGETS['airflow']}")
    print(f"flow: {lines_around_pipeline(flow)} lines of code, budget {BUDGETS['prefect']}")
    print(f"spec: {len(spec.splitlines())} lines, budget {BUDGETS['kubeflow']}")


if __name__ == "__main__":
    main()
