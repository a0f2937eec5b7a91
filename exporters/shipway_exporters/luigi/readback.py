"""A module of tasks and its configuration read back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from typing import Any

from shipway.artifacts.descriptions import is_summary
from shipway.artifacts.python_expressions import constants_of, source, value_of
from shipway.artifacts.python_literals import Call
from shipway.artifacts.readback import Contents, TaskContents
from shipway.schemas.findings import findings
from shipway.targets.exporter import Readback
from shipway.tasks import task_job
from shipway_exporters.luigi.module import assigned, attributes, base, classes_of, doc_of, required
from shipway_exporters.luigi.rules import config_faults, module_faults, parsed
from shipway_exporters.luigi.tasks_file import FACTS, JSON, KINDS

_KEYS = frozenset(
    {"parameters", "retries", "retry_delay", "timeout", "env", "description"}
    | {"concurrency.tasks", *(f"run_parameters.{fact}" for fact in FACTS)}
    | task_job.KEYS
)
_OMISSIONS = {"run_on.local": "every task runs there, which no setting says"}


def read_back(files: Mapping[str, str]) -> Readback:
    """Return the files of a pipeline, to be read."""
    (path, text), (place, config) = _file(files, ".py"), _file(files, ".cfg")
    module = ast.parse(text)
    return Readback(
        findings=(
            *findings(path, module_faults(module)),
            *findings(place, config_faults(parsed(config))),
        ),
        contents=lambda: _contents(module, parsed(config)),
    )


def contents_of(files: Mapping[str, str]) -> Contents:
    """Return what the files of another day say, whole."""
    return _contents(ast.parse(_file(files, ".py")[1]), parsed(_file(files, ".cfg")[1]))


def _file(files: Mapping[str, str], ending: str) -> tuple[str, str]:
    (item,) = (item for item in files.items() if item[0].endswith(ending))
    return item


def _contents(module: ast.Module, config: ConfigParser) -> Contents:
    constants, classes = constants_of(module), classes_of(module)
    # The pipeline's own task is the last class; before the others stands what they derive from.
    (*_, pipeline), kedro = classes.values(), classes["Kedro"]
    common, own = attributes(kedro), attributes(pipeline)
    tasks = {name: item for name, item in classes.items() if base(item) == "Kedro"}
    names = {name: attributes(item)["job"]["task"] for name, item in tasks.items()}
    return Contents(
        name=" and ".join(sorted({common["task_namespace"], own["task_namespace"]})),
        tasks=dict(_tasks(tasks, names, common, constants, config)),
        parameters=_parameters(own, pipeline, constants.get("DEFAULTS", {})),
        run={
            **({} if is_summary(doc := doc_of(pipeline)) else {"description": doc}),
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
        own = {**common, **attributes(item)}
        job = own["job"]
        yield (
            names[name],
            TaskContents(
                nodes=task_job.nodes_in(job),
                needs=frozenset(names.get(each, each) for each in required(item)),
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
    inputs = assigned(pipeline, "inputs")
    pairs = zip(inputs.keys, inputs.values, strict=True) if isinstance(inputs, ast.Dict) else ()
    return {
        value_of(key): _default(own.get(source(value).removeprefix("self.")), defaults)
        for key, value in pairs
        if key
    }


def _default(declaration: Any, defaults: Mapping[str, Any]) -> Any:
    if not (isinstance(declaration, Call) and declaration.args):
        return declaration
    # As `ast.unparse` has a subscript.
    names = {f"DEFAULTS[{name!r}]": name for name in defaults}
    default = defaults.get(names.get(getattr(declaration.args[0], "source", ""), ""))
    # One that is none may be of any kind, which only the project knows.
    return default if default is None or _is_kind(declaration, default) else declaration.function


def _is_kind(declaration: Call, default: Any) -> bool:
    if type(default) in KINDS:
        return declaration.function == f"luigi.{KINDS[type(default)]}Parameter"
    kinds = [getattr(each, "source", "") for each in declaration.args[1:]]
    return declaration.function == JSON and kinds == [type(default).__name__]


def _facts(kedro: ast.ClassDef) -> dict[str, frozenset[str]]:
    """The parameters that a run fills in, by capability."""
    params = assigned(kedro, "job['params']")
    values = params.right if isinstance(params, ast.BinOp) else params
    pairs = zip(values.keys, values.values, strict=True) if isinstance(values, ast.Dict) else ()
    sources = {value_of(key): source(value).replace("'", '"') for key, value in pairs if key}
    return {
        f"run_parameters.{fact}": frozenset(n for n, text in sources.items() if text == expression)
        for fact, expression in FACTS.items()
        if expression in sources.values()
    }


def _whole(config: ConfigParser, section: str, key: str, capability: str) -> dict[str, int]:
    value = config.get(section, key, fallback=None)
    return {} if value is None else {capability: int(value)}
