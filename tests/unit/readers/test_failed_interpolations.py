"""An interpolation that fails is told in words, whichever file holds it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from shipway.readers.source_lines import describe


def fail(name: str) -> str:
    raise KeyError(f"Variable '{name}' not found")


def said(text: str) -> str:
    # One of its own: Kedro takes those of OmegaConf away, for all of the process.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its name has changed, and Kedro takes both releases
        OmegaConf.register_new_resolver("fails", fail, replace=True)
    with pytest.raises(OmegaConfBaseException) as error:
        OmegaConf.to_container(OmegaConf.create({"jobs": {"j": text}}), resolve=True)
    return describe(error.value, Path())


@pytest.mark.parametrize(
    ("text", "what"),
    [
        *(
            (text, "between `${` and `}` stand a name")
            for text in ("${x", "${}", "a ${ b", "${{x}}")
        ),
        ("${no_such:x}", "There is no resolver `no_such`"),
        ("${country}", "`${country}` names a key of the same configuration"),
        ("${var.spark}", r"leave as it is has a backslash: `'\${var.spark}'`."),
        ("${.x}", "`${.x}` names a key"),
        ("${fails:X}", "fails: Variable 'X' not found."),
    ],
)
def test_it_is_told_in_words(text: str, what: str) -> None:
    words = said(text)
    assert what in words
    assert not any(word in words for word in ("Error", "full_key", "object_type", "viable"))


def test_a_text_that_cannot_be_read_is_not_quoted() -> None:
    assert "hunter2" not in said("${oc.env:TOKEN, hunter2 hunter2}} ${")


def test_another_error_keeps_its_name() -> None:
    assert describe(ZeroDivisionError("no"), Path()) == "ZeroDivisionError: no"
