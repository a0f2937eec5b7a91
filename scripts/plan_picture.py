"""Take the picture of the example's plan that the README shows.

    python scripts/plan_picture.py [CHROMIUM]

It needs Chromium, by default the one on PATH, and Pillow, which the development environment has.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "plan.png"
SIZE = (1280, 800)
TASK = "choose_alpha__to__train_model"
COLORS = 128
MOST = 150_000


def main(argv: list[str]) -> None:
    browser = argv[0] if argv else shutil.which("chromium") or "chromium"
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "plan.html"), Path(folder, "plan.png")
        plan(page)
        photograph(browser, page, shot)
        PICTURE.parent.mkdir(exist_ok=True)
        # Few colours are enough for lines and text, and make it a fifth as large.
        Image.open(shot).convert("RGB").quantize(COLORS).save(PICTURE, optimize=True)
    size = PICTURE.stat().st_size
    print(f"written: {PICTURE.relative_to(ROOT).as_posix()} ({size:,} bytes)")
    if size > MOST:
        raise SystemExit(f"more than {MOST:,} bytes")


def plan(page: Path) -> None:
    command = [sys.executable, "-m", "shipway", "plan", "--format", "html", "-o", str(page)]
    subprocess.run(command, cwd=ROOT / "examples" / "energy", check=True, capture_output=True)


def photograph(browser: str, page: Path, shot: Path) -> None:
    how = ["--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1.5"]
    # Until the graph has its place in a window of that size, and no colour fades any more.
    how.append("--virtual-time-budget=2000")
    window = f"--window-size={SIZE[0]},{SIZE[1]}"
    address = f"{page.as_uri()}#task={TASK}"
    command = [browser, *how, window, f"--screenshot={shot}", address]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main(sys.argv[1:])
