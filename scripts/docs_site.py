"""Lay the pages out for the generator of the site, as they lie in the repository, and build it.

    python -m scripts.docs_site

So a link that leads out of `docs`, to CONTRIBUTING.md for example, leads to the same page there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE_IN_TABLE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\(([^)#\s:]+)[^)\s:]*\)")
ENGINE_BLOCK = re.compile(r"^```console \w+$", re.MULTILINE)
OTHERS = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"),
    *("benchmarks/README.md", "examples/energy/README.md"),
)


def main() -> None:
    raise SystemExit(build(ROOT))


def build(root: Path) -> int:
    """Build the site in `.site/html` of a folder; not 0 where a link leads nowhere."""
    lay_out(root, root / ".site" / "pages")
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    return subprocess.call(command, cwd=root)


def lay_out(root: Path, pages: Path) -> None:
    """Copy what the site is made of into a folder of its own."""
    shutil.rmtree(pages, ignore_errors=True)
    for file in sources(root):
        copy = pages / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md":
            copy.write_text(for_generator(file.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            shutil.copy(file, copy)


def for_generator(text: str) -> str:
    """Return a page as Python-Markdown reads what GitHub reads.

    A `|` in code ends no cell there, and a fence has one word.
    """
    lines = ENGINE_BLOCK.sub("```console", text).splitlines(keepends=True)
    return "".join(
        CODE_IN_TABLE.sub(lambda code: code[0].replace("\\|", "|"), line)
        if line.startswith("|")
        else line
        for line in lines
    )


def sources(root: Path) -> list[Path]:
    """Return the pages, their pictures, and the files of the repository that they link to."""
    in_docs = [path for path in (root / "docs").rglob("*") if path.is_file()]
    files = {*in_docs, *(root / name for name in OTHERS)}
    pages = [file for file in files if file.suffix == ".md"]
    return sorted(files.union(*(linked(page) for page in pages)))


def linked(page: Path) -> Iterator[Path]:
    """Yield the files that a page links to."""
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        # No `resolve`: a folder that is a link would become another one.
        file = Path(os.path.normpath(page.parent / link))
        if file.is_file():
            yield file


if __name__ == "__main__":
    main()
