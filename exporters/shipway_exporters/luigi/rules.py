"""Rules for the files of a pipeline, closed where Luigi is open.

Of a configuration it passes over what it does not know, and of a module what nothing requires.

Source: Luigi, `configuration.cfg_parser`, and `parameter.Parameter._get_value_from_config`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from configparser import ConfigParser

from shipway.artifacts.python_expressions import constants_of
from shipway.artifacts.python_literals import Call, Code
from shipway.schemas.problems import Problem
from shipway_exporters.luigi.config import CODES
from shipway_exporters.luigi.module import attributes, base, classes_of, required

_RUN_ID = Call("luigi.Parameter", (), (("default", Code("RUN_ID")),))
"""The one parameter that tells tasks apart: without it, or with a constant, runs would be one."""


def _is_whole(text: str) -> bool:
    return text.isdecimal() and int(text) > 0


def _is_pause(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


_KNOWN: Mapping[str, Mapping[str, Callable[[str], bool]]] = {
    "core": {"workers": _is_whole},
    "worker": {"keep_alive": lambda text: text == "true"},
    "scheduler": {"retry_delay": _is_pause},
    "retcode": dict.fromkeys(CODES, lambda text: _is_whole(text) and int(text) < 256),
}


def parsed(text: str) -> ConfigParser:
    """Return a configuration as Luigi reads it: nothing in it is filled in."""
    config = ConfigParser(interpolation=None)
    config.read_string(text)
    return config


def config_faults(config: ConfigParser) -> Iterator[Problem]:
    """Yield all that Luigi would pass over, or do otherwise than it seems."""
    for section in config.sections():
        for key, text in config[section].items():
            is_right = _KNOWN.get(section, {}).get(key)
            if is_right is None:
                yield Problem((section, key), "Luigi does not know it here.")
            elif not is_right(text):
                yield Problem((section, key), f"Luigi takes no `{text}` for it.")
    for code in CODES:
        if not config.has_option("retcode", code):
            yield Problem(("retcode",), f"Without `{code}`, Luigi ends with 0 then.")
    if config.has_option("worker", "keep_alive") != config.has_option("scheduler", "retry_delay"):
        what = "Retries need both `keep_alive` of the worker and `retry_delay` of the scheduler."
        yield Problem(("scheduler",), what)


def module_faults(module: ast.Module) -> Iterator[Problem]:
    """Yield what Luigi would take, and a run then do otherwise than others of the same pipeline."""
    classes = classes_of(module)
    if constants_of(module).get("JOB", {}).get("until_stdin_ends") is not True:
        yield Problem(("JOB", "until_stdin_ends"), "Tasks would go on when Luigi has ended.")
    for name, item in classes.items():
        own = attributes(item)
        if base(item) == "Kedro":
            yield from (Problem((name, key), "It is the run's.") for key in own if key == "run_id")
        elif base(item) != "luigi.Parameter" and own.get("run_id") != _RUN_ID:
            yield Problem((name, "run_id"), "Runs would not be told apart.")
        if own.get("retry_count") == 0:
            yield Problem((name, "retry_count"), "A task has one try at least.")
    for name in sorted(_idle(classes)):
        yield Problem((name,), "Nothing requires it, so it would never run.")


def _idle(classes: Mapping[str, ast.ClassDef]) -> set[str]:
    """Return the tasks that the pipeline's own, which is the last class, does not come to."""
    waiting, reached = [*classes][-1:], set[str]()
    while waiting:
        name = waiting.pop()
        if name in classes and name not in reached:
            reached.add(name)
            waiting += required(classes[name])
    return {name for name, item in classes.items() if base(item) == "Kedro"} - reached
