"""The site of the documentation: it builds, and a dead link stops it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from scripts import docs_site

from .pages import PAGES, ROOT, name


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with what the site is made of, and no more."""
    for file in (*docs_site.sources(ROOT), ROOT / "zensical.toml"):
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    return tmp_path


def test_it_builds_and_loads_nothing_from_elsewhere(root: Path) -> None:
    """It may be read without a network, and tells nobody who reads it."""
    assert docs_site.build(root) == 0
    html = {path.relative_to(root / ".site" / "html") for path in root.rglob("*.html")}
    assert Path("docs/how-to/ci.html") in html
    # A page links to it, and it is none.
    assert (root / ".site" / "html" / "tests" / "unit" / "test_scaling.py").is_file()
    text = (root / ".site" / "html" / "docs" / "concepts.html").read_text(encoding="utf-8")
    assert "images/concepts" in text
    assert '<script src="http' not in text
    assert '<link rel="stylesheet" href="http' not in text


def test_every_page_is_in_its_menu() -> None:
    menu = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    assert [name(page) for page in PAGES if f'"{name(page)}"' not in menu] == []


@pytest.mark.parametrize("link", ["gone.md", "concepts.md#no-such-heading"])
def test_a_dead_link_stops_it(root: Path, link: str) -> None:
    page = root / "docs" / "index.md"
    page.write_text(page.read_text(encoding="utf-8") + f"\n[a]({link})\n", encoding="utf-8")
    assert docs_site.build(root) != 0
