"""The project whose pipelines are the cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

from tests.projects import KedroProject, make_project, text_file

from .case import Case
from .cases import data, names, parameters, settings, tasks

CASES: tuple[Case, ...] = (
    *names.CASES,
    *data.CASES,
    *parameters.CASES,
    *tasks.CASES,
    *settings.CASES,
)
NODES = """
import os
import sys
import time
from datetime import datetime
from pathlib import Path


def make(*parts):
    return "+".join(map(repr, parts)) or "start"


def two():
    return "one", "two"


def left(text):
    return f"left of {text}"


def right(text):
    return f"right of {text}"


def parts():
    return {"a": "first", "b": "second"}


def load_parts(parts):
    return repr({name: load() for name, load in sorted(parts.items())})


def note(text):
    Path("data/no_output/note.txt").write_text(text)


def variable():
    return os.environ.get("WORD", "no such variable")


def kind(text):
    try:
        datetime.fromisoformat(text)
        return "a moment"
    except ValueError:
        return "unset" if text == "unset" else "a text"


def tries(case):
    file = Path("data", case, "tries")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        lines.write("a try\\n")
    return len(file.read_text().splitlines())


def fails_once():
    if tries("fails_once") == 1:
        raise RuntimeError("the next try may be lucky")
    return "in the end"


def fails(*parts):
    tries("fails")
    raise RuntimeError("this node fails on purpose")


def leaves_early():
    tries("leaves_early")
    sys.exit(0)


def meet():
    # The number of a run is that of its arrival; no run goes on before all are there.
    folder = Path("data/meeting")
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, 10):
        try:
            folder.joinpath(str(number)).touch(exist_ok=False)
            break
        except FileExistsError:
            pass
    end = time.monotonic() + 300
    while len(list(folder.iterdir())) < int(os.environ.get("MEETING", "1")):
        if time.monotonic() > end:
            raise TimeoutError("nobody else is here")
        time.sleep(0.1)
    return number
"""
SETTINGS = """
from omegaconf.resolvers import oc

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "custom_resolvers": {"oc.env": oc.env},
}
"""
"""Kedro resolves `oc.env` in credentials alone, unless a project says otherwise."""
PATTERNS = {
    "{case}__v_{name}": text_file("{case}/{name}.txt", versioned=True),
    "{case}__{name}": text_file("{case}/{name}.txt"),
}
GLOBALS = "shop: {name: corner}\n"
PROD = {
    "parameters": "shop: {name: of prod}\nbranch: of prod\n",
    "catalog": yaml.safe_dump({"prod_out": text_file("prod/of_prod.txt")}),
}
TASK_VARIABLES = {"BUCKET": "of-the-worker"}
EXPORT_VARIABLES = {"BUCKET": "canary-bucket", "KEDRO_ENV": "prod"}
"""No artifact may hold what these say."""


def write_zoo(folder: Path, package: str | None = None) -> KedroProject:
    """Write the project, with what is there before the runs."""
    project = make_project(
        folder,
        _registry(),
        nodes=NODES,
        settings=SETTINGS,
        catalog=dict(PATTERNS)
        | {name: one for case in CASES for name, one in case.catalog.items()},
        parameters="".join(case.parameters for case in CASES),
        package=package,
    )
    project.write("conf/base/globals.yml", GLOBALS)
    for name, text in PROD.items():
        project.write(f"conf/prod/{name}.yml", text)
    for case in CASES:
        for path, text in case.files.items():
            project.write(f"data/{path}", text)
    return project


def deploy_settings() -> dict[str, Any]:
    """What the settings of all cases are together."""
    return {
        "pipelines": {c.name: dict(c.settings) for c in CASES if c.settings and c.job is None},
        "jobs": {c.name: dict(c.job) for c in CASES if c.job is not None},
    }


def _registry() -> str:
    nodes: dict[str, str] = {}
    for case in CASES:
        nodes[case.pipeline] = nodes.get(case.pipeline, "") + dedent(case.nodes)
    return "\n".join(["return {", *_pipelines(nodes), "}"])


def _pipelines(nodes: dict[str, str]) -> Iterator[str]:
    for name, text in nodes.items():
        yield f"{name!r}: pipeline(["
        yield text.strip()
        yield "]),"
