"""The pages of the documentation, and what can be checked of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
_BLOCK = re.compile(r"^```(\w+(?: \w+)?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="([\w-]+)">')


@dataclass(frozen=True)
class Example:
    """A command of a page and what it prints; `…` stands for any text."""

    page: str
    command: str
    output: str


def name(page: Path) -> str:
    """A page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> Iterator[str]:
    """The fenced blocks of one language."""
    for result in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if result[1] == language:
            yield result[2]


def examples(page: Path, engine: str = "") -> list[Example]:
    """The commands of a page's `console` blocks, each of which starts with `$ `.

    Args:
        engine: for blocks that need an orchestrator, such as `console prefect`.
    """
    result = []
    for block in blocks(page, f"console {engine}".strip()):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            result.append(Example(name(page), command, output))
    return result


def matches(example: Example, output: str) -> bool:
    """Tell whether a command printed what the page says; a line `…` is any number of lines."""
    goal = re.escape(example.output.rstrip()).replace("…", ".*?")
    return bool(re.fullmatch(goal, output.rstrip(), re.DOTALL))


def links(page: Path) -> list[str]:
    """The links to other places of the repository."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.M)
    return [link for link in _LINK.findall(text) if "://" not in link]


def resolves(page: Path, link: str) -> bool:
    """Tell whether the file is there, and the heading in it."""
    path, _, anchor = link.partition("#")
    file = (page.parent / path).resolve() if path else page
    return file.exists() and (not anchor or anchor in anchors(file))


def anchors(page: Path) -> set[str]:
    """Where a link into a page may lead: its headings as GitHub slugs them, and its anchors."""
    text = page.read_text(encoding="utf-8")
    slugs = {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in _HEADING.findall(text)
    }
    return slugs | set(_ANCHOR.findall(text))
