"""Names in a file for Dagster: what Dagster takes, and what the file needs for itself.

Names of jobs and ops match `^[A-Za-z0-9_]+$`, and none is a keyword or in a short list (Dagster,
`_core.definitions.utils`, VALID_NAME_REGEX and DISALLOWED_NAMES).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shipway.planner.naming import NameRules, assign, plain_part
from shipway_exporters.python_files.names import BUILTINS, KEYWORDS

DISALLOWED = KEYWORDS | frozenset(
    {"context", "conf", "config", "meta", "arg_dict", "dict", "input_arg_dict", "output_arg_dict"}
    | {"int", "str", "float", "bool", "input", "output", "type"}
)
IN_MODULE = frozenset(
    {"json", "os", "PIPE", "STDOUT", "Popen", "Thread", "monotonic", "Any", "dg", "Field", "urllib"}
    | {"ROOT", "FOLDER", "PYTHON", "COMMAND", "PROCESS", "RUN", "LEVELS", "RETRY", "NAMES", "KEYS"}
    | {"PARAMETERS", "SCHEDULED", "RUNS", "has_room", "EXECUTOR", "POD", "k8s_job_executor"}
    | {"SOURCES", "TASKS", "Parameters", "RESUMED", "LONGEST", "parent_process", "kedro", "job"}
    | {"first_run", "assets_of", "inputs_of", "end_with", "tell", "concerns", "schedule"}
    | {"failure", "success", "defs", "definitions"}
)
"""What the file itself calls something."""
TASKS = NameRules(allowed=r"[A-Za-z0-9_]", first=r"[A-Za-z0-9_]", longest=150)
PIPELINES = NameRules(
    allowed=r"[A-Za-z0-9_]",
    first=r"[A-Za-z]",
    longest=100,
    # A pipeline's name is that of a module, beside a module `definitions`.
    reserved=DISALLOWED | BUILTINS | IN_MODULE,
)
_FUNCTIONS = NameRules(
    allowed=r"[A-Za-z0-9_]",
    first=r"[A-Za-z_]",
    prefix="n_",
    longest=150,
    reserved=KEYWORDS | BUILTINS | IN_MODULE,
)
_GROUPS = NameRules(allowed=r"[A-Za-z0-9_]", first=r"[A-Za-z0-9_]", longest=100)
_PARTS = NameRules(allowed=r"[A-Za-z0-9_.-]", first=r"[A-Za-z0-9_-]", longest=200)
_PART = NameRules(allowed=r"[A-Za-z0-9_-]", first=r"[A-Za-z0-9_-]", longest=100)
_FIELDS = NameRules(
    allowed=r"[A-Za-z0-9_]",
    first=r"[A-Za-z]",
    prefix="p_",
    longest=100,
    # pydantic keeps these for a model (Protected Namespaces, and `BaseModel` itself).
    refused=r"^model_((dump|validate)|(config|fields(_set)?|computed_fields|extra|json_schema"
    r"|construct|copy)$)",
    # What a `ConfigurableResource` has already, of its own or of pydantic's model.
    reserved=KEYWORDS
    | BUILTINS
    | frozenset(
        {"self", "Any", "Field", "construct", "copy", "from_orm", "json", "schema", "schema_json"}
        | {"parse_file", "parse_obj", "parse_raw", "update_forward_refs", "validate"}
        | {"configure_at_launch", "create_resource", "from_resource_context"}
        | {"from_resource_context_cm", "get_resource_context", "get_resource_definition"}
        | {"model_parametrized_name", "model_post_init", "model_rebuild", "nested_resources"}
        | {"process_config_and_initialize", "process_config_and_initialize_cm"}
        | {"setup_for_execution", "teardown_after_execution", "to_config_schema"}
        | {"to_fields_dict", "with_replaced_resource_context", "with_resource_context"}
        | {"yield_for_execution"}
    ),
)


def op_name(pipeline: str, task: str) -> str:
    """Return what the op of a task is called: alone in a code location of several pipelines."""
    return f"{pipeline}__{task}"


def resource_key(pipeline: str) -> str:
    """Return the key of the resource that holds a run's parameters."""
    return f"{pipeline}_parameters"


def functions(names: Iterable[str], pipeline: str) -> dict[str, str]:
    """Return what the function of each task is called."""
    reserved = _FUNCTIONS.reserved | {resource_key(pipeline)}
    return assign(names, replace(_FUNCTIONS, reserved=reserved))


def fields(names: Iterable[str]) -> dict[str, str]:
    """Return what the field of each parameter is called."""
    return assign(names, _FIELDS)


def group(pipeline: str) -> str:
    """Return the group of what a registered pipeline writes."""
    name = pipeline.strip("_") or pipeline
    return assign([name], _GROUPS)[name]


def asset_keys(datasets: Iterable[str], env: str | None = None) -> dict[str, tuple[str, ...]]:
    """Return the parts of each dataset's key: `ingest.meters` stands below `ingest`.

    What another environment of the project has is another asset: its name goes before the key.

    An op has an output for each key, which is the key as an identifier (Dagster,
    `AssetKey.to_python_identifier`): so two keys differ in that, too.
    """
    names = assign(datasets, replace(_PARTS, reserved=DISALLOWED), key=_identifier)
    keys = {name: tuple(part or "_" for part in text.split(".")) for name, text in names.items()}
    return {name: below_env(key, env) for name, key in keys.items()}


def below_env(key: tuple[str, ...], env: str | None) -> tuple[str, ...]:
    """Return a key with what the environment of an export is called before it, if it has one."""
    if not env:
        return key
    part = plain_part(env, _PART)
    return (assign([part], _PART)[part], *key)


def _identifier(name: str) -> str:
    return "__".join(part or "_" for part in name.split(".")).replace("-", "_")
