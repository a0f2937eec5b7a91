"""Mermaid, DOT and Markdown: what they say, and that a name in them stays a name."""

from __future__ import annotations

import html
import re

from shipway.views.changes import Changes
from shipway.views.dot import dot
from shipway.views.graph import view_of
from shipway.views.markdown import code, markdown
from shipway.views.mermaid import edge_notes, mermaid
from tests.large import energy_at_scale
from tests.unit.planner.build_ir import plan
from tests.unit.views.looks import HOSTILE_TASKS, diamond, hostile, view

# All that Mermaid may read as its own in what is written: no label holds any of it.
MERMAID_LINE = re.compile(
    r'flowchart LR| *(?:t\d+\["(?P<task>[^"]*)"\](?::::\w+)?|t\d+ (?:-->|==>|-\.->) t\d+'
    r'|subgraph \w+\["[^"]*"\]|end|classDef .*)'
)
DOT_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def test_mermaid() -> None:
    assert mermaid([view(diamond())]).splitlines() == [
        "flowchart LR",
        '  t1["left"]:::critical',
        '  t2["right"]',
        '  t3["join"]:::critical',
        '  subgraph n0["in"]',
        '    t0["in.load__to__clean<br/>2 nodes"]:::critical',
        "  end",
        "  t0 --> t1",
        "  t0 --> t2",
        "  t1 --> t3",
        "  t2 --> t3",
        "  classDef critical stroke:#c2410c,stroke-width:3px",
    ]


def test_no_name_is_more_than_text_in_mermaid() -> None:
    matches = [MERMAID_LINE.fullmatch(line) for line in mermaid([view(hostile())]).splitlines()]
    assert all(matches)
    labels = [match["task"] for match in matches if match and match["task"] is not None]
    for label in labels:
        assert not re.search(r"[<>`\[\]{}|\\\"]", label)
    read = [re.sub(r"#(\d+);", lambda m: chr(int(m[1])), label) for label in labels]
    assert sorted(read) == sorted(HOSTILE_TASKS)


def test_more_edges_than_mermaid_draws_are_a_note() -> None:
    large = view(energy_at_scale(500))
    half = view(energy_at_scale(250))
    assert len(half.edges) < 500 < 2 * len(half.edges)
    (note,) = edge_notes([[large]])
    assert f"{len(large.edges)} edges" in note
    assert edge_notes([[half], [half]]) == ()
    assert len(edge_notes([[half, half]])) == 1


def test_dot() -> None:
    assert dot([view(diamond())]).splitlines() == [
        "digraph shipway {",
        "  rankdir=LR",
        '  node [shape=box, style=rounded, fontname="Helvetica"]',
        '  t1 [label="left", color="#c2410c", penwidth="2"]',
        '  t2 [label="right"]',
        '  t3 [label="join", color="#c2410c", penwidth="2"]',
        "  subgraph cluster_n0 {",
        '    label="in"',
        '    t0 [label="in.load__to__clean\\n2 nodes", color="#c2410c", penwidth="2"]',
        "  }",
        '  t0 -> t1 [tooltip="clean", color="#c2410c"]',
        '  t0 -> t2 [tooltip="clean"]',
        '  t1 -> t3 [tooltip="l", color="#c2410c"]',
        '  t2 -> t3 [tooltip="r"]',
        "}",
    ]


def test_no_name_is_more_than_text_in_dot() -> None:
    lines = dot([view(hostile())]).split("\n")
    for line in lines:
        assert re.fullmatch(r'[\w ={}\[\],>;"-]*', DOT_STRING.sub('""', line)), line
    strings = [DOT_STRING.search(line) for line in lines if "label=" in line]
    labels = [match[1] for match in strings if match]
    read = [_read_dot(label) for label in labels]
    assert sorted(read) == sorted(HOSTILE_TASKS)


def _read_dot(label: str) -> str:
    text = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], label)
    return html.unescape(text)


def test_several_pipelines_share_a_picture() -> None:
    of = view(diamond())
    assert mermaid([of, of]).count('["__default__"]') == 2
    assert "cluster_p0_" in dot([of, of])
    assert "cluster_p1_" in dot([of, of])


def test_changes_are_coloured() -> None:
    changes = Changes(
        tasks={"left": "added", "join": "removed"}, edges={("left", "join"): "changed"}
    )
    of = view_of(plan(diamond()), diamond(), changes)
    drawn = mermaid([of])
    assert 't1["left"]:::added' in drawn
    assert 't3["join"]:::removed' in drawn
    assert 't1 -->|"changed"| t3' in drawn
    assert "classDef removed" in drawn
    assert 't1 [label="left", color="#15803d"' in dot([of])
    assert 'color="#b45309", label="changed"' in dot([of])


def test_markdown_says_once_what_all_tasks_have() -> None:
    text = markdown([view(diamond(), retries=2, nodes={"left": {"timeout": "1h"}})])
    assert "Every task has `retries` `2`." in text
    assert "| `left` | `left` | `in.load__to__clean` | `timeout` `1 h` |" in text
    assert "| `clean` | local | `in.load__to__clean` | `left`<br>`right` |" in text
    assert "Nodes share a task since data passes between them in memory:" in text
    assert "- `in.load__to__clean`: `table`" in text


def test_a_row_of_markdown_stays_one() -> None:
    text = markdown([view(hostile())])
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert code("a`b|c\nd") == "`` a`b\\|c d ``"
