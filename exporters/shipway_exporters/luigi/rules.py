"""Rules for `luigi.cfg`, closed where Luigi is open: it passes over what it does not know.

Source: Luigi, `configuration.cfg_parser`, and `parameter.Parameter._get_value_from_config`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from configparser import ConfigParser

from shipway.schemas.problems import Problem
from shipway_exporters.luigi.config import CODES


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


def faults(config: ConfigParser) -> Iterator[Problem]:
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
