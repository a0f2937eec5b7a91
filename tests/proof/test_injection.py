"""Hostile texts, wherever a user may write one: inert on each target, or refused."""

from __future__ import annotations

import ast
import contextlib
import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import jinja2
import pytest
import yaml

from shipway.artifacts.python_literals import string
from shipway.artifacts.yaml_literals import block
from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import InternalError, ShipwayError
from shipway.model import Parameter, Project
from shipway.settings.source import SettingsSource
from shipway.targets.exporter import LimitsParameters
from shipway.targets.registry import find, names
from tests.engines.exports import Export, PipelineRun
from tests.projects import make_project, text_file
from tests.targets import (
    DATA,
    FILLING_IN,
    LONGEST_TEXT,
    OF_PODS,
    ONE_TASK,
    OPTIONS,
    VERTEX,
    WHOLE_PODS,
    WITHOUT_DOCS,
)
from tests.unit.planner.build_ir import node, project
from tests.written import written

from .hostile import LONE, NUL, TEXTS
from .runners import runner

HARMLESS = "harmless"
ALL = tuple(names())
_IN_CONTAINERS = {"image": "x:1", "volumes": [DATA]}
WAYS: Mapping[str, dict[str, Any]] = {
    "airflow docker": {**_IN_CONTAINERS, "run_on": "docker"},
    "airflow kubernetes": {**_IN_CONTAINERS, "run_on": "kubernetes"},
    "airflow executor": {**_IN_CONTAINERS, "executor": "kubernetes"},
    "dagster kubernetes": {**_IN_CONTAINERS, "run_on": "kubernetes"},
    "prefect docker": {**_IN_CONTAINERS, "work_pool": {"type": "docker"}},
    "prefect kubernetes": {**_IN_CONTAINERS, "work_pool": {"type": "kubernetes"}},
    # Where the project stands is a place of its own, and what starts there is on a bucket.
    "kubeflow vertex": {"image": "x:1", **{k: v for k, v in VERTEX.items() if k != "project_dir"}},
}
"""Other ways to run tasks: the options of the target, by a name that begins with its."""
DOCKERS, PODS, WORKERS, STEPS, DOCKER_POOLS, POD_POOLS, BUCKETS = ((way,) for way in WAYS)
POOLS = (*DOCKER_POOLS, *POD_POOLS)
EVERYWHERE = (*ALL, *WAYS)
Case: TypeAlias = tuple[Project, dict[str, Any], dict[str, Any]]
"""A project, the settings of its pipeline, and options of the target."""


@dataclass(frozen=True)
class Place:
    """Where a user may write a text.

    Args:
        case: makes the case from a text.
        targets: those that have the place and accept a harmless text there.
        form: the text as it stands in the case.
        changed: targets that make a name of their own from the text, or leave it out.
        parameter: the parameter that a text makes; one that a target does not take is in no file.
    """

    case: Callable[[str], Case]
    targets: tuple[str, ...] = ALL
    form: Callable[[str], str] = str
    changed: tuple[str, ...] = ()
    parameter: Callable[[str], Parameter] | None = None

    def leaves_out(self, target: str, text: str) -> bool:
        """Whether a run keeps what the configuration says, and the artifact says nothing."""
        exporter = find(target.split(maxsplit=1)[0])
        if self.parameter and isinstance(exporter, LimitsParameters):
            return exporter.unfit(self.parameter(text)) is not None
        return False


def plain(options: dict[str, Any] | None = None, **content: Any) -> Case:
    of = project(node("a", "raw params:p", "x"), node("b", "x", "y"), parameters={"p": "v"})
    return of, content, options or {}


def with_node(text: str) -> Case:
    return project(node(text, "raw", "x"), node("b", "x", "y")), {}, {}


def as_name(text: str) -> str:
    """Kedro takes `@` for its own; the helpers split at blanks."""
    return "_".join(text.replace("@", "").split()) or "x"


def with_dataset(text: str) -> Case:
    return project(node("a", "raw", as_name(text)), node("b", as_name(text), "y")), {}, {}


def with_tag(text: str) -> Case:
    return project(node("a", "raw", "x", tags=(text,), doc=text), node("b", "x", "y")), {}, {}


def with_parameter(text: str) -> Case:
    of = project(node("a", "raw params:p", "x"), node("b", "x", "y"), parameters={"p": text})
    return of, {}, {}


def as_key(text: str) -> str:
    return text.replace(".", "") or "k"


def with_key(text: str) -> Case:
    of = project(
        node("a", "raw parameters", "x"), node("b", "x", "y"), parameters={as_key(text): 1}
    )
    return of, {}, {}


def with_store(text: str) -> Case:
    of = project(node("a", "raw", "x"), node("b", "x", "y"), memory="x")
    return of, {"memory": "store", "store": f"data/{text}"}, {}


def scheduled(text: str) -> Case:
    return plain(schedule={"cron": "0 6 * * *", "parameters": {"p": text}})


def of_job(**params: Any) -> Case:
    """Constants alone: of a job whose runs can be given no parameter besides."""
    return plain(jobs={"j": {"params": params, "parameters": "none"}})


def of_a_run(**content: Any) -> Case:
    """Of the runs that a schedule starts: the file beside a spec has them."""
    return plain(schedule={"cron": "0 6 * * *"}, **content)


def in_pod(**content: Any) -> Case:
    return plain(kubernetes=content)


def mounted(**volume: Any) -> Case:
    return plain(volumes=[DATA, {"mount": "/m", **volume}])


PREFECT = ("prefect",)
DOCKER = {"work_pool": {"type": "docker"}, "volumes": [DATA]}
ALL_PODS = (*OF_PODS, *PODS, *WORKERS, *STEPS, *POD_POOLS)
NAMED_IN_PODS = ("flyte", *WHOLE_PODS, *PODS, *WORKERS, *STEPS, *POD_POOLS)
PLACES_IN_PODS: dict[str, Place] = {
    "words before": Place(
        lambda text: plain(command_prefix=["tini", text]), (*OF_PODS, *DOCKERS, *PODS, *BUCKETS)
    ),
    "claim": Place(lambda text: mounted(claim=text), (*ALL_PODS, *DOCKERS, *DOCKER_POOLS)),
    "mount": Place(
        lambda t: mounted(claim="ab", mount=f"/m/{t}"), (*ALL_PODS, *DOCKERS, *DOCKER_POOLS)
    ),
    "config map": Place(lambda text: mounted(config_map=text), ALL_PODS),
    "secret as files": Place(lambda text: mounted(secret=text), ALL_PODS),
    "key of a mount": Place(lambda t: mounted(secret="a", key=t), NAMED_IN_PODS),
    "env_from": Place(lambda text: plain(env_from=[{"secret": text}]), NAMED_IN_PODS),
    "device": Place(
        lambda text: plain(resources={"gpu": 1, "gpu_type": f"{text}.com/gpu"}),
        tuple({*ALL_PODS} - {"flyte"}),
    ),
    "service account": Place(lambda t: plain(service_account=t), NAMED_IN_PODS),
    "namespace": Place(
        lambda text: in_pod(namespace=text), (*WHOLE_PODS, *PODS, *STEPS, *POD_POOLS)
    ),
    "priority class": Place(lambda text: in_pod(priority_class=text), NAMED_IN_PODS),
    "pull secret": Place(lambda text: in_pod(image_pull_secrets=[text]), ALL_PODS),
    "annotation": Place(lambda text: in_pod(annotations={"note": text}), ALL_PODS),
    "key of an annotation": Place(lambda text: in_pod(annotations={text: "a"}), ALL_PODS),
    "label of a pod": Place(lambda text: in_pod(labels={"a": text}), ALL_PODS),
    "key of a pod's label": Place(lambda text: in_pod(labels={text: "a"}), ALL_PODS),
    "node selector": Place(lambda text: in_pod(node_selector={"a": text}), ALL_PODS),
    "taint": Place(lambda text: in_pod(tolerations=[{"key": text, "value": "a"}]), ALL_PODS),
}
NAMELESS = ("luigi",)
"""Targets without owners and labels, whose loss is accepted."""
PLACES: dict[str, Place] = {
    "node": Place(with_node, EVERYWHERE),
    "dataset": Place(with_dataset, EVERYWHERE, form=as_name),
    "tag and doc": Place(with_tag, changed=WITHOUT_DOCS),
    "parameter": Place(
        with_parameter,
        EVERYWHERE,
        changed=ONE_TASK,
        parameter=lambda t: Parameter(path=("p",), value=t),
    ),
    "key of a parameter": Place(
        with_key,
        form=as_key,
        changed=ONE_TASK,
        parameter=lambda t: Parameter(path=(as_key(t),), value=1),
    ),
    "scheduled parameter": Place(scheduled, ("dagster", "prefect")),
    "constant of a job": Place(lambda text: of_job(p=text), EVERYWHERE),
    "key of a job's constant": Place(
        lambda text: of_job(**{as_key(text): 1}), EVERYWHERE, form=as_key
    ),
    "env": Place(lambda text: plain(env={"MODE": text}), EVERYWHERE),
    "name of a variable": Place(lambda text: plain(env={text: "x"})),
    "description": Place(lambda text: plain(description=text)),
    "owner": Place(lambda text: plain(owner=text), changed=NAMELESS),
    "label": Place(lambda text: plain(labels={"a": text}), changed=NAMELESS),
    "key of a label": Place(lambda text: plain(labels={text: "a"}), changed=NAMELESS),
    "name": Place(lambda text: plain(name=text), changed=ALL),
    "group": Place(lambda text: plain(groups={text: ["a"]}), changed=ALL),
    "store": Place(with_store, EVERYWHERE, changed=ONE_TASK),
    "project_dir": Place(
        # The option of Databricks goes before.
        lambda text: plain(project_dir=f"/{text}"),
        tuple({*EVERYWHERE} - {*BUCKETS}),
        changed=("databricks",),
    ),
    "folder on a bucket": Place(lambda text: plain(project_dir=f"/gcs/{text}"), BUCKETS),
    "label of a run": Place(lambda text: of_a_run(labels={"a": text}), (*OF_PODS, *BUCKETS)),
    "key of a run's label": Place(lambda text: of_a_run(labels={text: "a"}), (*OF_PODS, *BUCKETS)),
    "owner of a run": Place(lambda text: of_a_run(owner=text), (*OF_PODS, *BUCKETS)),
    "description of a run": Place(lambda text: of_a_run(description=text), (*OF_PODS, *BUCKETS)),
    "conf_source": Place(lambda text: plain(conf_source=text), EVERYWHERE),
    "image": Place(lambda text: plain(DOCKER, image=f"host/{text}:1"), PREFECT),
    "image of a pod": Place(lambda text: plain(image=f"host/{text}:1"), (*OF_PODS, *WAYS)),
    "secret": Place(
        lambda text: plain(secrets={"S": {"name": text, "key": text}}),
        (*OF_PODS, *PREFECT, *PODS, *WORKERS, *STEPS, *POOLS),
    ),
    **PLACES_IN_PODS,
    "work pool": Place(lambda t: plain({"work_pool": {"name": t, "queue": t}}), PREFECT),
    "branch": Place(
        # A folder that is kept, as local files would end with the clone.
        lambda text: plain(
            {
                "git": {"repository": f"https://h/{text}", "branch": text},
                "job_variables": {"working_dir": "/srv"},
            }
        ),
        PREFECT,
    ),
    "folder": Place(lambda text: plain({"folder": text}), PREFECT),
    "root": Place(lambda text: plain({"root": {"env": text}}), ("dagster", "luigi", *PREFECT)),
    "python": Place(
        lambda text: plain({"python": f"bin/{text}"}), ("airflow", "dagster", "luigi", "prefect")
    ),
    "state": Place(lambda text: plain({"state": f"/{text}"}), ("luigi",)),
    "pool": Place(lambda text: plain(targets={"dagster": {"pool": text}}), ("dagster",)),
    "tag of runs": Place(lambda text: plain({"tags": {"a": text}}), ("dagster",)),
}
FEW = (
    *("image", "image of a pod", "name of a variable", "secret"),
    *("label of a run", "key of a run's label", "owner of a run"),
    *(name for name in PLACES_IN_PODS if name not in ("annotation", "mount", "words before")),
)
"""Places with rules so close that fewer than five of the texts are accepted somewhere."""


def compilation(target: str, case: Case) -> dict[str, str] | None:
    """The files of a case, or nothing where it is refused, for a reason and with its place."""
    of, content, options = case
    target, _, _ = (way := target).partition(" ")
    options = {**WAYS.get(way, OPTIONS[target]), **({} if way in WAYS else options)}
    if way in BUCKETS:
        content = {"project_dir": "/gcs/bucket", **content}
    elif way in WAYS or target in OF_PODS:
        # Its files need a volume of all tasks, below the project.
        data = {"claim": "data", "mount": f"{content.get('project_dir', '/app')}/data"}
        options |= {"volumes": [data]}
    if way in WORKERS:
        # Nobody else knows where the project stands in a worker's pod.
        content = {"project_dir": "/app", **content}
    jobs = content.get("jobs", {})
    content = {key: value for key, value in content.items() if key != "jobs"}
    values = {"targets": {target: options}, "pipelines": {"__default__": content}, "jobs": jobs}
    exporter = find(target)
    try:
        settings = settings_for(SettingsSource(values=values), [exporter])
        (result,) = compile_all(of, settings, exporter, Selection(jobs=tuple(jobs)))
    except ShipwayError as error:
        if isinstance(error, InternalError) or not all(f.what and f.where for f in error.findings):
            raise
        return None
    return {f"{n}{Path(file.path).suffix}": file.text for n, file in enumerate(result.files)}


@lru_cache(maxsize=16)
def documents(text: str) -> tuple[Any, ...]:
    """What a file of YAML holds, as the parser in C reads it, which other languages have, too."""
    return tuple(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@lru_cache(maxsize=16)
def module(text: str) -> ast.Module:
    return ast.parse(text)


@lru_cache(maxsize=16)
def shape(text: str, suffix: str) -> Any:
    """What a file is apart from its texts: the kinds of its nodes, in order."""
    if suffix.endswith(".py"):
        return sorted(type(item).__name__ for item in ast.walk(module(text)) if keeps(item))
    if suffix.endswith(".cfg"):
        return list(ini_items(text))
    return [list(kinds(document)) for document in documents(text)]


def ini_items(text: str) -> Iterator[tuple[str, str, str]]:
    """Every key and value of a configuration with sections, which is not YAML."""
    config = ConfigParser(interpolation=None)
    config.read_string(text)
    for section in config.sections():
        yield from ((section, key, value) for key, value in config[section].items())


@lru_cache(maxsize=16)
def calls(text: str, suffix: str) -> set[str]:
    """What a DAG can do at all. How often may differ: `default_args` hold no text that is rendered,
    so that each task has it."""
    items = [item for item in ast.walk(module(text)) if keeps(item)]
    functions = [ast.unparse(item.func) for item in items if isinstance(item, ast.Call)]
    return {*(type(item).__name__ for item in items), *functions}


def keeps(item: ast.AST) -> bool:
    """Statements and calls are what could do something; a text may be written in two ways."""
    return isinstance(item, (ast.stmt, ast.Call, ast.Lambda, ast.BinOp, ast.Subscript))


def kinds(value: Any) -> Iterator[str]:
    yield type(value).__name__
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from kinds(item)


def all_texts(files: dict[str, str]) -> Iterator[str]:
    for suffix, content in files.items():
        yield from texts_of(content, suffix)


def texts_of(text: str, suffix: str) -> Iterator[str]:
    """Every text of a file, as its own language reads it; and of the JSON in it."""
    if suffix.endswith(".py"):
        for item in ast.walk(module(text)):
            if isinstance(item, ast.Constant):
                for arrival in (item.value, *arrivals(item.value)):
                    yield from inner(arrival)
    elif suffix.endswith(".cfg"):
        yield from (one for item in ini_items(text) for one in item)
    else:
        for document in documents(text):
            yield from inner(document)


def arrivals(value: Any) -> Iterator[str]:
    """Yield a text as Airflow renders it, as Kubernetes then expands it, and as it is indented."""
    if isinstance(value, str) and "{{" in value:
        # A text of ours that needs a run, or one of the user's where nothing is rendered.
        with contextlib.suppress(jinja2.TemplateError, TypeError):
            value = jinja2.Template(value, undefined=jinja2.StrictUndefined).render()
    if isinstance(value, str):
        yield value
        yield value.replace("$$", "$")
        # A docstring has the indent of its class in each line.
        yield value.replace("\n    ", "\n")


def shell_words(values: Iterable[str]) -> Iterator[str]:
    """Yield texts, and of a command for the shell its words as well."""
    for value in values:
        yield value
        if value.startswith("cd "):
            yield from shlex.split(value)


def inner(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from inner(item)
    elif isinstance(value, str):
        yield value
        start = min((value.find(char) for char in "{[" if char in value), default=-1)
        with contextlib.suppress(ValueError):
            if start >= 0:
                yield from inner(json.loads(value[start:]))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("target", EVERYWHERE)
def test_a_hostile_text_changes_nothing_but_itself(target: str, place: str) -> None:
    """And it is there, as it was written."""
    at = PLACES[place]
    goal = compilation(target, at.case(HARMLESS)) if target in at.targets else None
    assert bool(goal) == (target in at.targets)
    acceptance = 0
    for text in (*TEXTS, NUL, LONE) if goal else ():
        result = compilation(target, at.case(text))
        acceptance += result is not None
        if at.leaves_out(target, text):
            more = {*all_texts(result or {})} - {*all_texts(goal or {})}
            assert not any(at.form(text) in one for one in more), text
            continue
        look = calls if target in (*DOCKERS, *PODS, *WORKERS) else shape
        for suffix, content in (result or {}).items():
            assert look(content, suffix) == look((goal or {})[suffix], suffix), (text, content)
        if target.partition(" ")[0] in FILLING_IN and result:
            # A server fills in whatever is in two braces, and nothing escapes them.
            assert placeholders(result) == placeholders(goal or {}), text
        words = any(at.form(text) in one for one in shell_words(all_texts(result or {})))
        assert result is None or words or target in at.changed, text
    assert acceptance >= (5 if goal and place not in FEW else 0)


def placeholders(files: dict[str, str]) -> int:
    return sum(text.count("{{") for text in files.values())


def test_control_a_text_that_is_pasted_unescaped_is_seen() -> None:
    result = compilation("airflow", with_parameter(HARMLESS))
    assert result
    hostile = 'x") or __import__("os").system("touch pwned") or str("'
    pasted = result["0.py"].replace(string(HARMLESS), f'"{hostile}"')
    assert shape(pasted, ".py") != shape(result["0.py"], ".py")
    assert not any(hostile in text for text in texts_of(pasted, ".py"))


@pytest.mark.parametrize("way", [*DOCKERS, *PODS, *WORKERS])
def test_control_so_it_is_in_containers(way: str) -> None:
    goal = compilation(way, PLACES["mount"].case(HARMLESS))
    assert goal
    hostile = '/m" + __import__("os").system("touch pwned") + "'
    pasted = goal["0.py"].replace(f"/m/{HARMLESS}", hostile)
    assert calls(pasted, ".py") != calls(goal["0.py"], ".py")


@pytest.mark.parametrize("target", ["airflow", "prefect"])
def test_control_a_text_that_is_pasted_unescaped_is_carried_out(
    target: str, tmp_path: Path
) -> None:
    """In the docstring, which stands before anything that this Python may lack."""
    result = compilation(target, plain())
    assert result
    future = "from __future__ import annotations\n"
    pasted = result["0.py"].replace("Kedro pipeline", TEXTS[2], 1).replace(future, "")
    for text, is_there in ((result["0.py"], False), (pasted, True)):
        (tmp_path / "emitted.py").write_text(text, encoding="utf-8")
        subprocess.run(
            [sys.executable, "emitted.py"], cwd=tmp_path, capture_output=True, check=False
        )
        assert (tmp_path / "pwned").exists() == is_there


SHOW = """
import json
import os


def show(given):
    return json.dumps([given, {k: v for k, v in os.environ.items() if k.startswith("SAID_")}])
"""
REGISTRY = """
return {"__default__": pipeline([]), "p": pipeline([
    node(f.show, "parameters", "shown", name="show")
])}
"""


def differing(one: dict[str, str], other: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    """What two mappings hold otherwise, to be read in a report."""
    names = sorted(one.keys() | other.keys())
    return {n: (one.get(n), other.get(n)) for n in names if one.get(n) != other.get(n)}


@pytest.mark.engine
@pytest.mark.parametrize("target", names())
def test_a_run_gets_hostile_values_as_they_are(target: str, tmp_path: Path) -> None:
    short = [text for text in TEXTS if len(text) <= LONGEST_TEXT.get(target, len(text))]
    parameters = {f"t{number}": text for number, text in enumerate(short)}
    acceptance = [
        text for text in short if not any(part in text for part in FILLING_IN.get(target, ()))
    ]
    env = {f"SAID_{number}": text for number, text in enumerate(acceptance) if text.strip() == text}
    result = make_project(
        tmp_path,
        REGISTRY,
        nodes=SHOW,
        catalog={"shown": text_file("shown.txt")},
        parameters=block(parameters),
    )
    content = {"description": '"""' if target in FILLING_IN else '""" {{ x }}', "env": env}
    settings = {"pipelines": {"p": content}}
    runner(target)(
        [Export(project=result, settings=settings, runs=[PipelineRun(pipeline="p")])], tmp_path
    )
    display, words = json.loads(written(result)["shown.txt"])
    assert differing(display, parameters) == {}
    assert differing(words, env) == {}
    assert not list(tmp_path.rglob("pwned"))
    assert not Path("pwned").exists()
