"""A module of tasks and its configuration read back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from typing import Any

from shipway.artifacts.python_expressions import constants_of, source, value_of
from shipway.artifacts.python_literals import Call, Code
from shipway.artifacts.readback import Contents, TaskContents
from shipway.schemas.findings import findings
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.luigi.rules import faults, parsed
from shipway_exporters.luigi.tasks_file import FACTS

_KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "timeout", "env", "description"}
    | {"concurrency.tasks", *(f"run_parameters.{fact}" for fact in FACTS)}
    | task_job.KEYS
)
_OMISSIONS = {"run_on.local": "every task runs there, which no setting says"}


def read_back(files: Mapping[str, str]) -> Readback:
    """Return the files of a pipeline, to be read."""
    module, (path, config) = _module(files), _config(files)
    return Readback(
        findings=tuple(findings(path, faults(parsed(config)))),
        contents=lambda: _contents(module, parsed(config)),
    )


def contents_of(files: Mapping[str, str]) -> Contents:
    """Return what the files of another day say, whole."""
    return _contents(_module(files), parsed(_config(files)[1]))


def _module(files: Mapping[str, str]) -> ast.Module:
    (text,) = (text for path, text in files.items() if path.endswith(".py"))
    return ast.parse(text)


def _config(files: Mapping[str, str]) -> tuple[str, str]:
    (item,) = ((path, text) for path, text in files.items() if path.endswith(".cfg"))
    return item


def _contents(module: ast.Module, config: ConfigParser) -> Contents:
    constants = constants_of(module)
    classes = {item.name: item for item in module.body if isinstance(item, ast.ClassDef)}
    # The pipeline's own task is the last class; before the others stands what they derive from.
    (*_, pipeline), kedro = classes.values(), classes["Kedro"]
    common, own = _attributes(kedro), _attributes(pipeline)
    tasks = {name: item for name, item in classes.items() if _base(item) == "Kedro"}
    names = {name: _attributes(item)["job"]["task"] for name, item in tasks.items()}
    return Contents(
        name=" and ".join(sorted({common["task_namespace"], own["task_namespace"]})),
        tasks=dict(_tasks(tasks, names, common, constants, config)),
        parameters=_parameters(own, pipeline, constants.get("DEFAULTS", {})),
        run={
            **({"description": own["description"]} if "description" in own else {}),
            **_whole(config, "core", "workers", "concurrency.tasks"),
            **task_job.run_facts(constants["JOB"]),
            **_facts(kedro),
        },
        keys=_KEYS,
        omissions=_OMISSIONS,
    )


def _tasks(
    classes: Mapping[str, ast.ClassDef],
    names: Mapping[str, str],
    common: Mapping[str, Any],
    constants: Mapping[str, Any],
    config: ConfigParser,
) -> Iterator[tuple[str, TaskContents]]:
    """The tasks that the pipeline's own task requires, or those that it does."""
    for name, item in classes.items():
        own = {**common, **_attributes(item)}
        job = own["job"]
        yield (
            names[name],
            TaskContents(
                nodes=task_job.nodes_in(job),
                needs=frozenset(names.get(each, each) for each in _required(item)),
                settings={} if job.get("clean_store") else _settings(own, constants, config),
            ),
        )


def _settings(
    own: Mapping[str, Any], constants: Mapping[str, Any], config: ConfigParser
) -> dict[str, Any]:
    job, is_kept = (
        {**constants["JOB"], **own["job"]},
        config.getboolean("worker", "keep_alive", fallback=False),
    )
    retries = own.get("retry_count", 1) - 1 if is_kept else 0
    pause = config.getfloat("scheduler", "retry_delay", fallback=0)
    values = {
        "retries": retries,
        "retry_delay": pause if retries else 0,
        "timeout": job.get("timeout"),
        "env": own.get("env"),
        **task_job.task_facts(job),
    }
    return {key: value for key, value in values.items() if value}


def _parameters(
    own: Mapping[str, Any], pipeline: ast.ClassDef, defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """What a run may set, under the names that tasks are told; a stray default is `None`."""
    inputs = _assigned(pipeline, "inputs")
    pairs = zip(inputs.keys, inputs.values, strict=True) if isinstance(inputs, ast.Dict) else ()
    return {
        value_of(key): _default(own.get(source(value).removeprefix("self.")), defaults)
        for key, value in pairs
        if key
    }


def _default(declaration: Any, defaults: Mapping[str, Any]) -> Any:
    first = declaration.args[:1] if isinstance(declaration, Call) else ()
    source = first[0].source if first and isinstance(first[0], Code) else ""
    # As `ast.unparse` has a subscript.
    return next((v for n, v in defaults.items() if source == f"DEFAULTS[{n!r}]"), source)


def _facts(kedro: ast.ClassDef) -> dict[str, frozenset[str]]:
    """The parameters that a run fills in, by capability."""
    params = _assigned(kedro, "job['params']")
    values = params.right if isinstance(params, ast.BinOp) else params
    pairs = zip(values.keys, values.values, strict=True) if isinstance(values, ast.Dict) else ()
    sources = {value_of(key): source(value).replace("'", '"') for key, value in pairs if key}
    return {
        f"run_parameters.{fact}": frozenset(n for n, text in sources.items() if text == expression)
        for fact, expression in FACTS.items()
        if expression in sources.values()
    }


def _assigned(item: ast.ClassDef, target: str) -> ast.expr | None:
    """What a method of a class gives to a name, or to a place."""
    statements = (each for each in ast.walk(item) if isinstance(each, ast.Assign))
    return next((s.value for s in statements if ast.unparse(s.targets[0]) == target), None)


def _attributes(item: ast.ClassDef) -> dict[str, Any]:
    statements = [each for each in item.body if isinstance(each, ast.Assign)]
    return {source(target): value_of(s.value) for s in statements for target in s.targets}


def _required(item: ast.ClassDef) -> list[str]:
    """The classes that `requires` of a class clones."""
    calls = (each for each in ast.walk(item) if isinstance(each, ast.Call))
    return [source(call.args[0]) for call in calls if source(call.func) == "self.clone"]


def _base(item: ast.ClassDef) -> str:
    return source(item.bases[0]) if item.bases else ""


def _whole(config: ConfigParser, section: str, key: str, capability: str) -> dict[str, int]:
    value = config.get(section, key, fallback=None)
    return {} if value is None else {capability: int(value)}
