"""Small Kedro projects, written to a folder for one test."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import yaml
from click.testing import CliRunner, Result

from shipway.cli import main
from shipway.readers.kedro import Reading, ReadOptions, read

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "energy"
_COUNT = itertools.count()

NODES = """
from pathlib import Path


def make(*parts):
    return "+".join(map(str, parts)) or "start"


def start():
    return "start"


def two(*parts):
    joined = make(*parts)
    return joined + ".1", joined + ".2"


def fail(*parts):
    raise RuntimeError("this node fails on purpose")
"""
"""Functions on text: what comes out tells what went in."""


@dataclass(frozen=True)
class KedroProject:
    """A project on disk. `package` is unlike that of any other test, so it imports afresh."""

    path: Path
    package: str

    def read(self, **options: object) -> Reading:
        """Read it in this process."""
        return read(ReadOptions(project=self.path, **options))  # type: ignore[arg-type]

    def write(self, file: str, text: str) -> Path:
        """Write a file of the project, relative to its folder."""
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def shipway(self, *args: str) -> Result:
        """Call `shipway` in this process, on this project."""
        return CliRunner().invoke(main, [*args, "--project", str(self.path)])

    def run(self, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder; `python` stands for this interpreter."""
        words = [sys.executable if word == "python" else word for word in command]
        return subprocess.run(
            words,
            cwd=self.path,
            env={**os.environ, "DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1", **env},
            capture_output=True,
            text=True,
            check=False,
        )


def kept(*names: str) -> dict[str, str]:
    """What tasks on an engine have of this process's environment.

    Args:
        names: variables, beside those that choose how numbers are added up: with others than
            `kedro run` has, the last digits of a model are others, too.
    """
    start = ("BLIS_", "MKL_", "NUMEXPR_", "OMP_", "OPENBLAS_")
    return {
        name: value
        for name, value in os.environ.items()
        if name in ("MPLCONFIGDIR", *names) or name.startswith(start)
    }


def make_project(
    folder: Path,
    registry: str,
    *,
    catalog: Mapping[str, object] | str = "",
    parameters: Mapping[str, object] | str = "",
    deploy: Mapping[str, object] | str = "",
    nodes: str = NODES,
    settings: str = "",
    package: str | None = None,
) -> KedroProject:
    """Write a project.

    Args:
        registry: the body of `register_pipelines`; `node`, `pipeline`, `Pipeline` and the
            functions of `nodes` (as `f.make`, …) are at hand.
        catalog, parameters, deploy: files of conf/base, as text or as values.
    """
    package = package or new_package()
    project = KedroProject(path=folder / package, package=package)
    for file, text in _files(package, registry, nodes, settings):
        project.write(file, text)
    for name, content in (("catalog", catalog), ("parameters", parameters), ("deploy", deploy)):
        if content:
            is_text = isinstance(content, str)
            project.write(
                f"conf/base/{name}.yml",
                str(content) if is_text else yaml.safe_dump(content, allow_unicode=True),
            )
    for folder_name in ("base", "local"):
        (project.path / "conf" / folder_name).mkdir(parents=True, exist_ok=True)
    if not catalog:
        project.write("conf/base/catalog.yml", "{}\n")
    return project


def copy_example(folder: Path) -> KedroProject:
    """Copy examples/energy, and make its raw data."""
    private_files = shutil.ignore_patterns("data", "deploy", ".venv", "__pycache__")
    shutil.copytree(EXAMPLE, folder, ignore=private_files)
    project = KedroProject(path=folder, package="energy")
    result = project.run("python", "scripts/make_data.py")
    assert result.returncode == 0, result.stderr
    return project


def new_package() -> str:
    """A name for a package that no other test has, for texts that must name it."""
    return f"project_{os.getpid()}_{next(_COUNT)}"


def text_file(path: str, **more: object) -> dict[str, object]:
    """A catalog entry for a text file."""
    return {"type": "text.TextDataset", "filepath": f"data/{path}", **more}


def _files(package: str, registry: str, nodes: str, settings: str) -> Iterator[tuple[str, str]]:
    yield (
        "pyproject.toml",
        f"""\
        [tool.kedro]
        package_name = "{package}"
        project_name = "{package}"
        kedro_init_version = "1.0.0"
        """,
    )
    source = f"src/{package}"
    yield f"{source}/__init__.py", ""
    yield f"{source}/settings.py", settings
    yield f"{source}/functions.py", nodes
    body = dedent(registry).strip().replace("\n", "\n    ")
    head = "from kedro.pipeline import Pipeline, node, pipeline\n"
    head += f"from {package} import functions as f\n\n\n"
    yield f"{source}/pipeline_registry.py", f"{head}def register_pipelines():\n    {body}\n"
