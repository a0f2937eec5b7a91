"""What an export of fifty pipelines costs, against one of them, for each way to run a task."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.measure import SHIPWAY, by_turns, compare

from tests.projects import KedroProject, copy_example

_REGISTRY = '''

_register = register_pipelines


def register_pipelines():
    """The pipelines of the example, each under many names."""
    pipelines = _register()
    names = sorted(pipelines)
    more = {f"more_{i}": pipelines[names[i % len(names)]] for i in range(50 - len(names))}
    return pipelines | more
'''
_OPTIONS = {
    "local": "{}",
    "docker": "{run_on: docker, image: 'energy:1', volumes: [{claim: data, mount: /app/data}]}",
    "kubernetes": (
        "{run_on: kubernetes, image: 'energy:1', volumes: [{claim: data, mount: /app/data}]}"
    ),
}


def main() -> None:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = _made(Path(folder))
        for way, options in _OPTIONS.items():
            settings = project.write(f"{way}.yml", f"targets: {{airflow: {options}}}\n")
            words = (*SHIPWAY, "export", "airflow", "--project", project.path)
            export = (*words, "--settings", settings, "-o", f"{folder}/{way}")
            pairs = by_turns((*export, "--all"), (*export, "--pipeline", "more_0"), given.times)
            compare(f"{way}: 50 pipelines against one", pairs, budget=1.5)


def _made(folder: Path) -> KedroProject:
    project = copy_example(folder / "energy")
    registry = project.path / "src" / "energy" / "pipeline_registry.py"
    registry.write_text(registry.read_text() + _REGISTRY, encoding="utf-8")
    return project


if __name__ == "__main__":
    main()
