"""A plan as a page: one file that needs no network.

The parts stand in `page/`: markup, style, scripts, and the library that lays the graph out, which a
build puts there (scripts/layout_library.py). What comes of the project is data in it, and no
markup; a policy in the page forbids it to load anything or to run another script.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from shipway.errors import Finding, UsageError
from shipway.views.graph import View
from shipway.views.page_data import page_data

_PARTS = files("shipway.views") / "page"
_PUT = re.compile(r"<!-- put: (\w+) -->")
_SCRIPTS = (
    *("elements", "plan", "graph", "layout", "camera", "walk", "canvas", "outline", "details"),
    *("address", "panel", "theme", "main"),
)
"""In an order in which each imports earlier ones only."""
_IMPORT = re.compile(r'^import (\{.*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:function|class|const) (\w+))", re.MULTILINE)


def page(views: Sequence[View]) -> str:
    """Return the page.

    Raises:
        UsageError: the library that lays the graph out was not there when Shipway was built.
    """
    library, script, style = _library("dagre.js"), _scripts(), _part("style.css")
    failure = _part("failure.js")
    texts = {
        "policy": _policy([failure, library, script], style),
        "style": style,
        "data": _data([page_data(view) for view in views]),
        "license": _library("dagre.LICENSE.txt").strip(),
        "failure": failure,
        "library": library,
        "script": script,
    }
    return _PUT.sub(lambda match: texts[match[1]], _part("index.html"))


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _library(name: str) -> str:
    path = _PARTS / "library" / name
    if not path.is_file():
        raise UsageError(
            Finding(
                what="This installation of Shipway lacks the library that lays out the page's "
                "graph.",
                where="--format html",
                remedy="In a checkout: `python scripts/layout_library.py`. Else install Shipway "
                "from a wheel, or use --format mermaid or dot.",
            )
        )
    return path.read_text(encoding="utf-8")


def _scripts() -> str:
    """Modules as one script: a page from a file cannot import any."""
    modules = "".join(_module(name, _part(f"{name}.js")) for name in _SCRIPTS)
    return f'"use strict";\nconst modules = {{}};\n{modules}'


def _module(name: str, text: str) -> str:
    """A function of its own for each, so that its other names stay its own."""
    names = ", ".join(exported for _, exported in _EXPORT.findall(text))
    body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const \1 = modules.\2;", text))
    return f"modules.{name} = (() => {{\n{body}return {{ {names} }};\n}})();\n"


def _data(plans: Sequence[Mapping[str, Any]]) -> str:
    """JSON that cannot end the element that it stands in, and is ASCII alone."""
    text = json.dumps({"plans": plans}, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _policy(scripts: Sequence[str], style: str) -> str:
    """Source: W3C, "Content Security Policy Level 3"."""
    hashes = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
