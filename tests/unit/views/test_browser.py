"""The page in a real browser, where the machine has one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from shipway.views.graph import View
from shipway.views.page import page
from tests.large import energy_at_scale
from tests.unit.views.looks import HOSTILE_TASKS, diamond, hostile, view

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on PATH: install it to run the page's scripts"
)
_MARKUP = re.compile(r"</?[a-z][^>]*>")


def drawn(of: View, folder: Path, address: str = "") -> str:
    """The page's elements after its scripts have run, without what it was given."""
    file = folder / "plan.html"
    file.write_text(page([of]), encoding="utf-8")
    assert CHROMIUM
    command = [CHROMIUM, "--headless", "--no-sandbox", "--dump-dom", f"{file.as_uri()}{address}"]
    environ = {**os.environ, "HOME": str(folder)}
    process = subprocess.run(command, capture_output=True, text=True, env=environ, check=True)
    body = process.stdout.partition("<body>")[2]
    result = body.partition('<script id="data"')[0]
    assert 'data-drawn="' in process.stdout, result
    return result


def boxes(text: str, kind: str) -> list[str]:
    return re.findall(rf'<g class="box {kind}[^>]*aria-label="([^"]*)"', text)


def test_it_draws_tasks_and_namespaces(tmp_path: Path) -> None:
    text = drawn(view(diamond()), tmp_path)
    assert len(boxes(text, "task")) == 4
    assert boxes(text, "task")[0].startswith("Task in.load__to__clean 2 nodes, layer 1, 0 edges in")
    assert text.count('class="link kind-local"') == 4
    assert '<text class="group-name"' in text
    assert 'role="alert" hidden' in text


def test_an_address_selects_a_task(tmp_path: Path) -> None:
    text = drawn(view(diamond(), retries=2), tmp_path, "#task=in.load__to__clean")
    details = _MARKUP.sub("\n", text.partition('<aside id="details"')[2])
    words = [line for line in details.splitlines() if line.strip()]
    assert words[1:4] == ["Task", "in.load__to__clean", "layer 1"]
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
