"""How long a browser takes to draw the page of a plan, from opening the file to the last box.

    python -m benchmarks.page_drawn [CHROMIUM]

Chromium runs headless; by default it is the one on PATH.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from shipway.compiler import Selection, plan_one, settings_for
from shipway.model import Project
from shipway.settings.source import SettingsSource
from shipway.views.graph import view_of
from shipway.views.page import page
from tests.large import deep, energy_at_scale, wide

_TIMES = 5


def main(argv: list[str]) -> None:
    """Measure and print."""
    browser = argv[0] if argv else shutil.which("chromium")
    if not browser:
        raise SystemExit("no Chromium on PATH")
    projects = {
        "110 nodes": energy_at_scale(110),
        "500 nodes, which begin folded": energy_at_scale(500),
        "a chain of 500": deep(500),
        "a fan of 500": wide(500),
    }
    for name, project in projects.items():
        text = _page(project)
        times = [_drawn(browser, text) / 1000 for _ in range(_TIMES)]
        spread = f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"
        print(f"{name}: drawn in {spread}, {len(text) / 1024:.0f} KiB", flush=True)


def _page(project: Project) -> str:
    plan = plan_one(project, settings_for(SettingsSource(), []), "__default__", Selection(), None)
    return page([view_of(plan, project)])


def _drawn(browser: str, text: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "plan.html")
        file.write_text(text, encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", "--dump-dom", file.as_uri()]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (milliseconds,) = re.findall(r'data-drawn="(\d+)"', output)
    return int(milliseconds)


if __name__ == "__main__":
    main(sys.argv[1:])
