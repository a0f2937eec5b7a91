"""Texts of a user's in which Databricks, or a bundle, would fill something in.

`{{…}}` is a reference to what a run knows (Databricks, Dynamic value references), and `${…}` one to
what a bundle knows (Declarative Automation Bundles, Substitutions). `%{…}` is a directive of
Terraform's templates (Terraform, Strings and Templates), with which a bundle may be deployed. The
first two have no escape, and the last has one that other ways to deploy would leave there. In JSON,
though, a sign may stand by its number.
"""

from __future__ import annotations

import json
import re

from shipway.errors import Finding, UnsupportedError
from shipway.model import Parameter
from shipway.planner.plan import Task
from shipway.schemas.document import is_odd, texts
from shipway.schemas.problems import display
from shipway_exporters.containers.escapes import braces_apart

_LONGEST_NAME = 255
LONGEST = 10_000
"""Bytes of all parameters of a task, and of a job, as JSON. Source: Jobs API, `python_params` and
`job_parameters`."""
TEMPLATE = "%{"
_FILLED_IN = re.compile(r"\{\{|[$%]\{")
# Of the shell that exports them: `export X='Y'` (Clusters API, `spark_env_vars`), in which a quote
# ends the value; and a dollar stands for a variable in the documentation's own example.
_OF_SHELL = re.compile(r"['\"`$\\\n\r]")


def is_filled_in(text: str) -> bool:
    """Tell whether Databricks or the bundle may change a text."""
    return bool(_FILLED_IN.search(text))


def literal(word: str) -> str:
    """Return a word of a task's of which nothing but the text arrives.

    Raises:
        UnsupportedError: something would be filled in.
    """
    text = braces_apart(word)
    if text != word or _starts_json(word):
        text = text.replace("${", "\\u0024{").replace(TEMPLATE, "\\u0025{")
    return checked(text, f"the word {display(word)} of a task's parameters")


def checked(text: str, where: str | None) -> str:
    """Return a text that arrives as it is.

    Raises:
        UnsupportedError: something would be filled in, or JSON cannot hold it.
    """
    if is_filled_in(text) or is_odd(text):
        raise UnsupportedError(
            Finding(
                what=f"Databricks would not leave this text as it is: {display(text)}.",
                where=where,
                remedy="Leave `{{`, `${`, `%{` and odd characters out of it.",
            )
        )
    return text


def env_value(name: str, value: str, task: Task) -> str:
    """Return the value of an environment variable of a cluster.

    Raises:
        UnsupportedError: the shell that exports it would change it.
    """
    if len(name) > _LONGEST_NAME:
        raise UnsupportedError(
            Finding(
                what=f"A variable has a name of {len(name):,} characters, which no cluster's "
                f"description holds; {_LONGEST_NAME} are enough for any.",
                where=task.settings.places.get(f"env.{name}"),
                remedy="Shorten it.",
            )
        )
    if _OF_SHELL.search(value) or is_filled_in(value) or is_odd(value):
        raise UnsupportedError(
            Finding(
                what=f"A cluster's shell would change the value of `{name}`.",
                where=task.settings.places.get(f"env.{name}"),
                remedy="Leave quotes, `$`, backslashes, `{{`, `%{` and ends of lines out of it, or "
                "make it a secret.",
            )
        )
    return value


def unfit(parameter: Parameter) -> str | None:
    """Return why a parameter cannot be one of a job; `None` where it can."""
    held = [text for _, text in texts({parameter.name: parameter.default})]
    if any(map(is_filled_in, held)):
        return "Databricks would take `{{`, `${` or `%{` in its default for a reference"
    if any(map(is_odd, held)):
        return "its default has characters that Databricks cannot hold"
    if (size := len(json.dumps(parameter.default).encode())) > LONGEST // 2:
        return f"its default of {size:,} bytes is more than the parameters of a task may hold"
    return None


def _starts_json(word: str) -> bool:
    """Tell whether a word is an option with JSON, by that its braces can be moved apart."""
    name = word.partition("=")[0]
    return braces_apart(f"{name}={{{{") != f"{name}={{{{"
