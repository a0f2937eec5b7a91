"""The page in a real browser, where the machine has one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from shipway.model import Project
from shipway.views.graph import View
from shipway.views.page import page
from tests.large import energy_at_scale
from tests.unit.planner.build_ir import node, project
from tests.unit.views.looks import HOSTILE_TASKS, diamond, hostile, view

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on PATH: install it to run the page's scripts"
)
_MARKUP = re.compile(r"</?[a-z][^>]*>")


def drawn(of: View, folder: Path, address: str = "", window: tuple[int, int] = (1400, 900)) -> str:
    """The page's elements after its scripts have run, without what it was given."""
    file = folder / "plan.html"
    file.write_text(page([of]), encoding="utf-8")
    assert CHROMIUM
    size = f"--window-size={window[0]},{window[1]}"
    options = ["--headless", "--no-sandbox", size, "--dump-dom"]
    command = [CHROMIUM, *options, f"{file.as_uri()}{address}"]
    environ = {**os.environ, "HOME": str(folder)}
    process = subprocess.run(command, capture_output=True, text=True, env=environ, check=True)
    body = process.stdout.partition("<body>")[2]
    result = body.partition('<script id="data"')[0]
    assert 'data-drawn="' in process.stdout, result
    # Where a name may break is no part of it.
    return result.replace("<wbr>", "")


def boxes(text: str, kind: str) -> list[str]:
    return re.findall(rf'<g class="box {kind}[^>]*aria-label="([^"]*)"', text)


def words_of(text: str) -> list[str]:
    details = _MARKUP.sub("\n", text.partition('<aside id="details"')[2])
    return [line for line in details.splitlines() if line.strip()]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a box is in the window's coordinates, from the stage's left and top."""

    x: float
    y: float
    width: float
    height: float


_BOX = re.compile(
    r'<g class="box [^>]*transform="translate\(([-\d.e]+) ([-\d.e]+)\)"[^>]*aria-label="'
    r'\w+ (?:namespace )?(\S+)[^>]*><rect width="([\d.]+)" height="([\d.]+)"'
)


def places(text: str) -> dict[str, Place]:
    (x, y, scale), *_ = re.findall(
        r'<g transform="translate\(([-\d.e]+) ([-\d.e]+)\) scale\(([\d.e-]+)\)"', text
    )
    return {
        name.rstrip(","): Place(
            x=float(x) + float(left) * float(scale),
            y=float(y) + float(top) * float(scale),
            width=float(width) * float(scale),
            height=float(height) * float(scale),
        )
        for left, top, name, width, height in _BOX.findall(text)
    }


def starter() -> Project:
    """A pipeline like that of Kedro's starter: what the last task makes is read in it, or lost."""
    return project(
        node("preprocess_companies_node", "companies", "preprocessed_companies"),
        node("preprocess_shuttles_node", "shuttles", "preprocessed_shuttles"),
        node("compare_passenger_capacity_of_all_the_shuttles", "preprocessed_shuttles", "plot"),
        node("create_model_input", "preprocessed_shuttles preprocessed_companies reviews", "table"),
        node("split_data", "table", "train test"),
        node("train_model", "train", "regressor"),
        node("evaluate_model", "regressor test", "metrics"),
        memory="train test metrics",
    )


def chain() -> Project:
    """Tasks of which each waits for the one before."""
    return project(*(node(f"step_{i}", f"d{i}", f"d{i + 1}") for i in range(9)))


def test_it_draws_tasks_and_namespaces(tmp_path: Path) -> None:
    text = drawn(view(diamond()), tmp_path)
    assert len(boxes(text, "task")) == 4
    assert boxes(text, "task")[0].startswith("Task in.load__to__clean 2 nodes, layer 1, 0 edges in")
    assert text.count('class="link kind-local"') == 4
    assert '<text class="group-name"' in text
    assert 'role="alert" hidden' in text


def test_an_address_selects_a_task(tmp_path: Path) -> None:
    text = drawn(view(diamond(), retries=2), tmp_path, "#task=in.load__to__clean")
    words = words_of(text)
    assert words[2:5] == ["Task", "in.load__to__clean", "layer 1"]
    assert {"table", "in.clean", "retries", "2"} <= set(words)


def test_large_plans_begin_folded(tmp_path: Path) -> None:
    text = drawn(view(energy_at_scale(500)), tmp_path)
    assert len(boxes(text, "namespace")) == 50
    assert not boxes(text, "task")


def test_hostile_names_are_text(tmp_path: Path) -> None:
    text = drawn(view(hostile()), tmp_path)
    assert len(boxes(text, "task")) == len(HOSTILE_TASKS)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize(
    ("of", "window", "along"), [(chain(), (1000, 1400), "y"), (chain(), (1400, 500), "x")]
)
def test_the_help_names_the_keys_for_the_way_the_graph_goes(
    of: Project, window: tuple[int, int], along: str, tmp_path: Path
) -> None:
    text = drawn(view(of), tmp_path, window=window)
    steps = places(text)
    assert getattr(steps["step_0"], along) < getattr(steps["step_1"], along)
    words = words_of(text)
    assert words[words.index("along the edges") - 1] == {"x": "← →", "y": "↑ ↓"}[along]
    assert (
        words[words.index("through a layer, then to the next one") - 1]
        == ({"x": "↑ ↓", "y": "← →"}[along])
    )


def test_what_stays_or_leaves_a_task_is_shown_and_what_is_lost_is_marked(tmp_path: Path) -> None:
    text = drawn(view(starter()), tmp_path, "#show=datasets")
    names = {label.split()[1].rstrip(",") for label in boxes(text, "dataset")}
    assert {"companies", "reviews", "table", "plot", "regressor", "metrics"} <= names
    assert not {"train", "test"} & names
    assert [label.split()[1] for label in boxes(text, "dataset kind-memory lost")] == ["metrics,"]


def test_datasets_of_the_critical_path_are_on_it(tmp_path: Path) -> None:
    text = drawn(view(starter()), tmp_path, "#show=datasets,critical")
    critical = re.findall(
        r'<g class="box (?:task|dataset)[^"]* critical"[^>]*label="\w+ (\S+)', text
    )
    assert {name.rstrip(",") for name in critical} == {
        "preprocess_companies_node",
        "preprocessed_companies",
        "create_model_input",
        "table",
        "split_data__to__evaluate_model",
    }
    links = re.findall(r'<path class="link [^"]* critical"[^>]*><title>([^<]*): ', text)
    assert links == [
        "preprocess_companies_node to preprocessed_companies",
        "preprocessed_companies to create_model_input",
        "create_model_input to table",
        "table to split_data__to__evaluate_model",
    ]


@pytest.mark.parametrize("width", [1400, 700, 500])
def test_the_whole_is_seen_in_the_room_there_is(width: int, tmp_path: Path) -> None:
    text = drawn(view(starter()), tmp_path, window=(width, 900))
    room = width - 260 - 340 if width > 1000 else width
    assert len(places(text)) == 5
    for place in places(text).values():
        assert 0 < place.x < place.x + place.width < room
        assert place.y > 0
    assert ('hidden=""' in re.findall(r'<aside id="details"[^>]*>', text)[0]) == (width < 900)


def test_a_task_that_an_address_names_opens_the_panel(tmp_path: Path) -> None:
    text = drawn(view(starter()), tmp_path, "#task=create_model_input", window=(700, 900))
    assert "hidden" not in re.findall(r'<aside id="details"[^>]*>', text)[0]


def test_names_are_whole_in_lines(tmp_path: Path) -> None:
    long = "a_name_of_many_words_" * 12
    of = project(node(long, "raw", "one"), node("short", "raw", "two"))
    text = drawn(view(of), tmp_path)
    assert f"<title>{view(of).plan.tasks[0].name}</title>" in text
    lines = re.findall(r"<tspan[^>]*>([^<]*)</tspan>", drawn(view(starter()), tmp_path))
    assert "compare_passenger_capacity_of_all_the_shuttles" in "".join(lines)
    assert "…" not in "".join(lines)
    assert "…" in text


def test_a_task_of_one_node_does_not_say_so(tmp_path: Path) -> None:
    text = drawn(view(diamond()), tmp_path)
    assert "1 node" not in text
    assert text.count('class="about"') == 1


def test_settings_of_all_tasks_stand_at_the_pipeline(tmp_path: Path) -> None:
    words = words_of(drawn(view(diamond(), retries=2, concurrency={"runs": 1}), tmp_path))
    assert words[words.index("concurrency.runs") + 1] == "1"
    shared = words[words.index("Settings that all tasks have") :]
    assert shared[1:3] == ["retries", "2"]
