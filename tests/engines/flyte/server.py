"""Run by Flyte's python: what is asked of a module, each in a fork that has flytekit already."""

from __future__ import annotations

import ast
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from tests.engines.fork_loop import serve

_IMPORTS = (
    *("flytekit", "flytekit.tools.repo", "flytekit.clis.sdk_in_container.pyflyte"),
    *("kubernetes.client", "msgpack"),
)


def prepare() -> None:
    """Import what all forks need."""
    for name in _IMPORTS:
        importlib.import_module(name)
    # Its models are loaded as they are asked for, with all that they hold.
    assert importlib.import_module("kubernetes.client.models").V1PodSpec


def answer(request: dict[str, Any]) -> int:
    """Do what is asked: `describe`, `run` or `pod`; the module, a file for the answer, values."""
    what, name, file, values = request["words"][1:]
    module = Path(name)
    sys.path.insert(0, str(module.parent))
    if what == "run":
        return _run(module, json.loads(values))
    if what == "pod":
        from tests.engines.flyte.pod import pod

        result = pod(module, *json.loads(values))
        Path(file).write_text(json.dumps(result), encoding="utf-8")
        return 0
    from tests.engines.flyte.describe import describe

    Path(file).write_text(json.dumps(describe(module)), encoding="utf-8")
    return 0


def _run(module: Path, values: dict[str, Any]) -> int:
    """Do as `pyflyte run`, with the tries of Flyte's engine."""
    from flytekit.clis.sdk_in_container.pyflyte import main

    from tests.engines.flyte.tries import try_again

    try_again()
    workflow, inputs = _workflow(module)
    words = ["run", str(module), workflow]
    for name, value in values.items():
        argument, is_json = inputs[name]
        words.append(_word(argument, value, is_json))
    main(words, standalone_mode=True)
    return 0


def _word(argument: str, value: Any, is_json: bool) -> str:
    """One word of the command line, so that a value may begin with a dash."""
    if isinstance(value, bool) and not is_json:
        return f"--{argument}" if value else f"--no_{argument}"
    text = value if isinstance(value, str) and not is_json else json.dumps(value)
    return f"--{argument}={text}"


def _workflow(module: Path) -> tuple[str, dict[str, tuple[str, bool]]]:
    """The workflow's name; its inputs by Kedro's names, and whether each is a text of JSON."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    function = [i for i in tree.body if isinstance(i, ast.FunctionDef) and i.decorator_list][-1]
    pairs = zip(function.args.args, function.args.defaults, strict=True)
    return function.name, {
        key: (argument.arg, isinstance(default, ast.Call))
        for argument, default in pairs
        if (key := _key(default)) is not None
    }


def _key(default: Any) -> str | None:
    """The parameter in `DEFAULTS["model.alpha"]`, with `json.dumps` around it or without."""
    item = default.args[0] if isinstance(default, ast.Call) else default
    return ast.literal_eval(item.slice) if isinstance(item, ast.Subscript) else None


if __name__ == "__main__":
    serve(prepare, answer)
