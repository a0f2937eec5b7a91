"""Names in a flow file: what Prefect takes, and what the file needs for itself.

Names of flows, deployments, pools and blocks hold none of `/ % & > <` (Prefect,
`server.schemas.core` and `prefect.validators`, banned characters); names of tasks take anything.
The name of a pipeline is that of a folder, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shipway.planner.naming import NameRules, assign, plain_part
from shipway.planner.plan import Plan
from shipway.tasks.limits import LONGEST_NAME
from shipway_exporters.python_files.names import BUILTINS, KEYWORDS

IN_MODULE = frozenset(
    {"json", "os", "signal", "sys", "PIPE", "STDOUT", "Popen", "Semaphore", "monotonic"}
    | {"SimpleNamespace", "Any", "artifacts", "context", "flow", "futures", "get_run_logger"}
    | {"states", "task", "Secret", "ThreadPoolTaskRunner"}
    | {"ROOT", "FOLDER", "PYTHON", "COMMAND", "PROCESS", "PIPELINES", "LEVELS"}
    | {"STORE", "LOAD_VERSIONS", "PARAMETERS", "NoRetry", "ERRORS", "kedro"}
    | {"Webhook", "webhook_hook", "TerminationSignal", "stop_now"}
)
_BUILTINS = frozenset(
    {"FileNotFoundError", "KeyboardInterrupt", "dict", "len", "map", "open", "str", "zip"}
)
IN_FLOW = IN_MODULE | _BUILTINS | {"run", "wait_for", "return_state"}
"""Names that mean something in the flow function, or that Prefect keeps for calling one."""
_IN_BODY = frozenset(
    {"inputs", "this_run", "params", "stdin", "lifeline", "tasks", "ends", "rows", "n", "e"}
    | {"failed", "idle", "what"}
)
"""Variables of the flow function. An argument may have the name of one: it is read before."""
IN_SIGNATURE = frozenset({"Any", "bool", "dict", "float", "int", "list", "str", "cls", "self"})
"""What an argument may not be called, either: types, which Pydantic looks up among the arguments
before, and what Prefect takes for no argument at all.

Source: Prefect, `_internal.pydantic.validated_func` and `utilities.callables.parameter_schema`.
"""

TASKS = NameRules(
    allowed=r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", first=r"\S", last=r"\S"
)
PIPELINES = NameRules(allowed=r"[\w-]", first=r"\w", longest=100, longest_bytes=LONGEST_NAME)
_IDENTIFIERS = NameRules(allowed=r"[a-z0-9_]", first=r"[a-z_]", prefix="n_", longest=60, lower=True)


_KEYS = NameRules(
    allowed=r"[a-z0-9-]", first=r"[a-z0-9]", replacement="-", prefix="n-", longest=100, lower=True
)


def artifact_key(name: str) -> str:
    """Return the key of what a flow publishes (Prefect: lower case, digits and dashes)."""
    return assign([name], _KEYS)[name]


def deployment_name(plan: Plan) -> str:
    """Return what the deployment of a flow is called: as its environment, or as the flow."""
    if plan.env is None:
        return plan.name
    raw = plain_part(plan.env, PIPELINES)
    return assign([raw], PIPELINES)[raw]


def flow_function(name: str) -> str:
    """Return what the function of a flow is called."""
    # Named by itself: a deployment's entrypoint must not change when a task is added.
    return _identifiers([name], IN_FLOW)[name]


def variables(labels: Iterable[str], names_in_use: Iterable[str]) -> dict[str, str]:
    """Return the variable of each task in the flow function, beside its arguments."""
    return _identifiers(labels, IN_FLOW.union(_IN_BODY, names_in_use))


def _identifiers(names: Iterable[str], names_in_use: frozenset[str]) -> dict[str, str]:
    forbidden_names = names_in_use | KEYWORDS | BUILTINS
    return assign(names, replace(_IDENTIFIERS, reserved=forbidden_names))
