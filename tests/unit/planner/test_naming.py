from __future__ import annotations

import keyword
import random
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipway.planner.naming import NameRules, assign
from shipway.planner.plan_options import KEDRO_NAMES

PYTHON = NameRules(
    allowed=r"[a-z0-9_]",
    first=r"[a-z_]",
    prefix="n_",
    longest=20,
    lower=True,
    reserved=frozenset([*keyword.kwlist, "task", "dag"]),
)
DNS = NameRules(allowed=r"[a-z0-9-]", first=r"[a-z]", replacement="-", longest=30, lower=True)
LOOSE = NameRules(allowed=r"[\w.-]", first=r"[\w.-]")
BYTES = replace(LOOSE, longest_bytes=99)
RULES = st.sampled_from([PYTHON, DNS, LOOSE, BYTES])

HARD = [
    *["class", "Class", "task", "1_x", "a.b", "a-b", "a_b", "A_B", "größe", "grösse", "ns.größe"],
    *[
        "{x}",
        "{{ x }}",
        "<lambda>__ab12",
        "_",
        "",
        ".",
        "..",
        "n",
        "n_1_x",
        "-x",
        "x" * 400,
        "ü" * 400,
    ],
    *["x" * 399 + "y", "İ", "ß", "a\nb", "a b", "日本", "n_class"],
]
NAMES = st.one_of(
    st.sampled_from(HARD), st.text("aAbB1_-. ü{", max_size=4), st.text(max_size=30)
).filter(lambda name: not re.search("[\ud800-\udfff]", name))
SETS = st.lists(NAMES, unique=True, max_size=12)


def check(names: list[str], rules: NameRules) -> dict[str, str]:
    result = assign(names, rules)
    assert list(result) == names
    assert len(set(result.values())) == len(names)
    for name in result.values():
        assert re.fullmatch(f"(?:{rules.allowed})+", name)
        assert re.match(rules.first, name)
        assert len(name) <= rules.longest
        assert len(name.encode()) <= (rules.longest_bytes or 1600)
        assert name not in rules.reserved
        assert name == name.lower() or not rules.lower
    return result


@given(SETS, RULES)
def test_names_are_distinct_and_valid(names: list[str], rules: NameRules) -> None:
    check(names, rules)


@pytest.mark.parametrize("rules", [PYTHON, DNS, LOOSE, BYTES])
def test_all_hard_names_at_once_are_distinct_and_valid(rules: NameRules) -> None:
    check(HARD, rules)


@given(SETS, RULES, st.randoms())
def test_a_name_depends_on_no_order(
    names: list[str], rules: NameRules, shuffler: random.Random
) -> None:
    result = assign(names, rules)
    shuffler.shuffle(names)
    assert assign(names, rules) == result


@given(SETS, NAMES, RULES)
def test_a_name_changes_only_when_the_new_one_collides_with_it(
    names: list[str], new: str, rules: NameRules
) -> None:
    before, after = assign(names, rules), assign([*names, new], rules)
    change = {name for name in names if after[name] != before[name]}
    alone = assign([new], rules)[new]
    assert all(before[name] == alone for name in change)


@given(SETS, RULES)
def test_a_valid_name_is_kept_whatever_the_others_are(names: list[str], rules: NameRules) -> None:
    result = assign([*names, "already_valid" if rules is not DNS else "already-valid"], rules)
    assert result[list(result)[-1]] == list(result)[-1]
    again = assign([*names, *result.values()], rules)
    assert all(again[name] == name for name in result.values())


def test_names_that_come_out_alike_get_a_hash_and_the_valid_one_stays() -> None:
    result = assign(["a.b", "a-b", "a_b"], PYTHON)
    assert result["a_b"] == "a_b"
    assert re.fullmatch(r"a_b_[0-9a-f]{8}", result["a.b"])
    assert re.fullmatch(r"a_b_[0-9a-f]{8}", result["a-b"])


def test_names_that_differ_in_case_only_stay_apart_in_lower_case() -> None:
    result = check(["Load", "load", "LOAD"], PYTHON)
    assert result["load"] == "load"


def test_a_name_that_looks_like_a_hashed_one_is_kept_and_the_other_moves() -> None:
    names = ["a.b", "a-b"]
    first = assign(names, PYTHON)
    result = check([*names, first["a.b"]], PYTHON)
    assert result[first["a.b"]] == first["a.b"]
    assert result["a-b"] == first["a-b"]
    assert result["a.b"] != first["a.b"]


def test_every_hash_in_turn_may_be_taken() -> None:
    names = ["a.b", "a-b"]
    for _ in range(4):
        names.append(assign(names, PYTHON)["a.b"])
    check(names, PYTHON)


def test_a_hashed_name_may_be_reserved_too() -> None:
    hashed = assign(["class"], PYTHON)["class"]
    rules = replace(PYTHON, reserved=PYTHON.reserved | {hashed})
    check(["class"], rules)


def test_long_names_with_one_beginning_stay_apart() -> None:
    names = ["x" * 21, "x" * 22, "x" * 20, "x" * 21 + "."]
    result = check(names, PYTHON)
    assert result["x" * 20] == "x" * 20
    assert all(len(result[name]) == 20 for name in names)


def test_a_name_is_cut_to_its_bytes_between_two_characters() -> None:
    assert assign(["ü" * 49], BYTES) == {"ü" * 49: "ü" * 49}
    (cut,) = assign(["ü" * 50], BYTES).values()
    assert re.fullmatch("ü{45}_[0-9a-f]{8}", cut)


def test_a_name_of_its_own_is_changed_no_more_than_it_must() -> None:
    assert assign(["1_x", "ns.größe", "<lambda>__ab12"], PYTHON) == {
        "1_x": "n_1_x",
        "ns.größe": "ns_gr__e",
        "<lambda>__ab12": "_lambda___ab12",
    }


@given(st.lists(st.text("abcü.-_{} 1", min_size=1, max_size=9), unique=True))
def test_without_a_target_names_stay_as_they_are(names: list[str]) -> None:
    assert assign(names, KEDRO_NAMES) == {name: name for name in names}


def test_many_names_that_come_out_alike_are_all_distinct() -> None:
    result = check(["." * n + "-" * (9 - n) for n in range(10)], LOOSE)
    assert all(one != other for one, other in pairwise(sorted(result.values())))
    check([chr(0x4E00 + n) for n in range(500)], PYTHON)
