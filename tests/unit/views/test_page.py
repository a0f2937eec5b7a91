"""The page: one file without network, in which names stay text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest

from shipway.errors import UsageError
from shipway.views import page as module
from shipway.views.changes import Changes
from shipway.views.graph import view_of
from shipway.views.page import page
from tests.large import energy_at_scale
from tests.unit.planner.build_ir import plan
from tests.unit.views.looks import HOSTILE_TASKS, diamond, hostile, view


class Elements(HTMLParser):
    """The elements of a page with their attributes, and what scripts and styles hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.content: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and data.strip():
            self.content.append((self.tags[-1][0], data))

    @property
    def policy(self) -> str:
        (policy,) = [a["content"] for _, a in self.tags if "http-equiv" in a]
        assert policy
        return policy

    @property
    def scripts(self) -> list[str]:
        return [text for tag, text in self.content if tag == "script" and not text.startswith("{")]

    def data(self) -> Any:
        (text,) = [t for tag, t in self.content if tag == "script" and t.startswith("{")]
        return json.loads(text)


def test_it_is_told_the_plan() -> None:
    (shown,) = Elements(page([view(diamond(), retries=2)])).data()["plans"]
    tasks = {task["name"]: task for task in shown["tasks"]}
    assert tasks["in.load__to__clean"]["namespace"] == "in"
    assert [node["name"] for node in tasks["in.load__to__clean"]["nodes"]] == [
        "in.load",
        "in.clean",
    ]
    assert tasks["join"]["layer"] == 3
    (retries,) = tasks["left"]["settings"]
    assert (retries["name"], retries["value"]) == ("retries", "2")
    assert "retries" in retries["place"]
    assert tasks["left"]["parameters"] == ["seed"]
    assert shown["parameters"] == {"seed": "7"}
    datasets = {dataset["name"]: dataset for dataset in shown["datasets"]}
    assert datasets["table"]["kind"] == "memory"
    assert (datasets["raw"]["writer"], datasets["raw"]["readers"]) == (None, ["in.load__to__clean"])
    assert datasets["report"]["readers"] == []
    assert shown["critical_path"]["tasks"] == ["in.load__to__clean", "left", "join"]
    (reason,) = shown["reasons"]
    assert reason["tasks"] == [{"task": "in.load__to__clean", "names": ["table"]}]


def test_settings_of_the_pipeline_have_the_names_of_the_file() -> None:
    looked_at = view(
        diamond(),
        concurrency={"runs": 1},
        schedule={"cron": "0 6 * * *", "timezone": "Europe/Paris"},
        labels={"team": "shop"},
        notify={"on_failure": [{"email": ["a@shop.org", "b@shop.org"]}]},
        retries=2,
    )
    (shown,) = Elements(page([looked_at])).data()["plans"]
    assert [(row["name"], row["value"]) for row in shown["run"]] == [
        ("concurrency.runs", "1"),
        ("labels", "team: shop"),
        ("notify.on_failure", "email: a@shop.org, b@shop.org"),
        ("schedule.cron", "0 6 * * *"),
        ("schedule.timezone", "Europe/Paris"),
    ]
    assert all("__default__" in row["place"] for row in shown["run"])


def test_what_all_tasks_have_alike_stands_at_the_pipeline() -> None:
    nodes = {"join": {"timeout": "1h", "retries": 2}}
    looked_at = view(diamond(), retries=2, retry_delay="1m", timeout="5m", nodes=nodes)
    (shown,) = Elements(page([looked_at])).data()["plans"]
    rows = {row["name"]: row for row in shown["shared"]}
    assert {name: row["value"] for name, row in rows.items()} == {
        "retries": "2",
        "retry_delay": "1 min",
    }
    assert rows["retry_delay"]["place"]
    assert not rows["retries"]["place"]


def test_a_hostile_name_is_data_and_no_markup() -> None:
    text = page([view(hostile())])
    tame = Elements(page([view(diamond())]))
    elements = Elements(text)
    assert [tag for tag, _ in elements.tags] == [tag for tag, _ in tame.tags]
    assert elements.scripts == tame.scripts
    assert {task["name"] for task in elements.data()["plans"][0]["tasks"]} == set(HOSTILE_TASKS)
    assert text.lower().count("</script") == 4
    assert "<!-- put:" not in text


def test_the_policy_allows_its_own_scripts_and_nothing_else() -> None:
    elements = Elements(page([view(diamond())]))
    (style,) = [text for tag, text in elements.content if tag == "style"]
    for text in (*elements.scripts, style):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in elements.policy
    assert elements.policy.startswith("default-src 'none'; ")
    assert elements.policy.count("sha256-") == len(elements.scripts) + 1 == 4
    assert "unsafe" not in elements.policy


def test_it_loads_nothing() -> None:
    for _, attributes in Elements(page([view(diamond())])).tags:
        assert not {"src", "href", "srcset", "style", "action", "background"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)


def test_scripts_write_no_markup() -> None:
    for path in (files("shipway.views") / "page").iterdir():
        if path.name.endswith(".js"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(|fetch\(",
                text,
            )
            assert not re.search(r"</script|<!--", text, re.IGNORECASE)


def test_the_library_keeps_its_licence() -> None:
    text = page([view(diamond())])
    assert "Permission is hereby granted, free of charge" in text
    assert "Copyright (c) 2012-2014 Chris Pettitt" in text


def test_a_module_imports_only_earlier_ones() -> None:
    earlier: set[str] = set()
    folder = files("shipway.views") / "page"
    for name in module._SCRIPTS:
        text = (folder / f"{name}.js").read_text(encoding="utf-8")
        imports = re.findall(r"^import .*", text, re.MULTILINE)
        taken = [module._IMPORT.fullmatch(line) for line in imports]
        assert all(taken)
        assert {match[2] for match in taken if match} <= earlier
        assert len(re.findall(r"^export ", text, re.MULTILINE)) == len(module._EXPORT.findall(text))
        earlier.add(name)


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert page([view(diamond())]) == page([view(diamond())])


def test_a_comparison_colours_it() -> None:
    changes = Changes(tasks={"left": "added"}, edges={("left", "join"): "removed"})
    (shown,) = Elements(page([view_of(plan(diamond()), diamond(), changes)])).data()["plans"]
    assert {t["name"]: t["change"] for t in shown["tasks"] if t["change"]} == {"left": "added"}
    assert [e["change"] for e in shown["edges"] if e["source"] == "left"] == ["removed"]


def test_500_tasks_take_less_than_a_megabyte() -> None:
    assert len(page([view(energy_at_scale(560))])) < 2**20


def test_without_the_library_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PARTS", module._PARTS / "no such folder")
    with pytest.raises(UsageError) as error:
        module._library("dagre.js")
    (finding,) = error.value.findings
    assert "lacks the library" in finding.what
    assert "scripts/layout_library.py" in (finding.remedy or "")
