"""Expressions of Argo's, as far as exported files hold them.

Source: `github.com/expr-lang/expr`, Language Definition; Argo 4.1, `util/expr/env/env.go`. That
this reads them as Argo does is tested with Argo's own code: test_argo_itself.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(`[^`]*`|'[^']*'|\?\?|[\w.]+|[(),+])")


def evaluate(text: str, variables: Mapping[str, str]) -> Any:
    """Return what an expression comes to; `None` for a variable that is not there."""
    tokens = _TOKEN.findall(text)
    assert "".join(tokens) == re.sub(r"\s+(?=(?:[^`]*`[^`]*`)*[^`]*$)", "", text), text
    parser = _Parser(tokens, variables)
    value = parser.expression()
    assert not parser.tokens, text
    return value


class _Parser:
    def __init__(self, tokens: list[str], variables: Mapping[str, str]) -> None:
        self.tokens = list(tokens)
        self.variables = variables

    def expression(self) -> Any:
        """Texts that are put together, or a value and what stands in for it."""
        value = self.operand()
        while self.tokens and self.tokens[0] in ("+", "??"):
            operator, other = self.tokens.pop(0), self.operand()
            value = value + other if operator == "+" else other if value is None else value
        return value

    def operand(self) -> Any:
        token = self.tokens.pop(0)
        if token[0] in "`'":
            return token[1:-1]
        if self.tokens[:1] == ["("]:
            return self.call(token)
        return self.variables.get(token)

    def call(self, name: str) -> Any:
        values = []
        while self.tokens.pop(0) != ")":
            values.append(self.expression())
            assert self.tokens[0] in (",", ")")
        return _FUNCTIONS[name](*values)


def _to_json(value: Any) -> str:
    """Go's `encoding/json`, which escapes these for HTML (Marshal)."""
    text = json.dumps(value, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


_FUNCTIONS: Mapping[str, Callable[..., str]] = {"replace": str.replace, "toJson": _to_json}
