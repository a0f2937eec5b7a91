"""The documentation says what is: generated parts, links, settings and console examples."""

from __future__ import annotations

import os
import pkgutil
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from scripts import docs

from shipway.cli import main
from shipway.readers.kedro import Reading, ReadOptions, read
from shipway.settings.check import check_names
from shipway.settings.settings import load
from shipway.settings.source import read_files
from shipway.targets import registry
from shipway.targets.waivers import section

from .pages import PAGES, ROOT, Example, blocks, examples, links, matches, name, resolves

ENERGY = ROOT / "examples" / "energy"
SETTINGS = [
    pytest.param(block, id=f"{name(page)}-{number}")
    for page in PAGES
    for number, block in enumerate(blocks(page, "yaml"))
    if "deploy.yml" in block.partition("\n")[0]
]
EXCERPTS = [
    pytest.param(block, id=f"{name(page)}-{number}")
    for page in PAGES
    for number, block in enumerate(blocks(page, "python"))
    if block.startswith("# deploy/airflow/")
]


@pytest.fixture(scope="module")
def energy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example; in one place, so that it is imported once."""
    folder = tmp_path_factory.mktemp("docs") / "energy"
    private_files = shutil.ignore_patterns("data", "deploy", "__pycache__", "*.egg-info", ".venv")
    return Path(shutil.copytree(ENERGY, folder, ignore=private_files))


@pytest.fixture(scope="module")
def reading(energy: Path) -> Reading:
    return read(ReadOptions(project=energy))


@pytest.fixture
def fresh(energy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The copy as the current folder, and all that a page writes gone after it."""
    monkeypatch.chdir(energy)
    monkeypatch.delenv("KEDRO_ENV", raising=False)
    before = {path: path.read_bytes() for path in energy.rglob("*") if path.is_file()}
    yield energy
    for path in list(energy.rglob("*")):
        if path.is_file() and path not in before and path.suffix != ".pyc":
            path.unlink()
    shutil.rmtree(energy / ".git", ignore_errors=True)
    for path, content in before.items():
        path.write_bytes(content)


def test_generated_parts_are_up_to_date() -> None:
    assert [name(page) for page in docs.drift()] == [], "run: python scripts/docs.py"


def test_drift_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(docs.PARTS, "exit-codes", lambda: iter(["| nothing |"]))
    assert [name(page) for page in docs.drift()] == ["docs/exit-codes.md"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not resolves(page, link)] == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](#one-two) [b](#three) [c](gone.md) `x`\n")
    assert [link for link in links(page) if not resolves(page, link)] == ["#three", "gone.md"]


@pytest.mark.parametrize("text", SETTINGS)
def test_settings_are_valid_for_the_example(text: str, tmp_path: Path, reading: Reading) -> None:
    file = tmp_path / "deploy.yml"
    file.write_text(text)
    settings = load(read_files([file]), {e.name: section(e) for e in registry.every()})
    check_names(reading.project, settings)


@pytest.mark.parametrize("page", [p for p in PAGES if examples(p)], ids=name)
def test_console_examples_print_that(page: Path, fresh: Path) -> None:
    """A page's commands run one after the other, in a fresh copy of the example."""
    code = 0
    for example in examples(page):
        code, output = run(example.command, fresh, code)
        assert matches(example, output), f"$ {example.command}\n{output}"


@pytest.mark.parametrize("text", EXCERPTS)
def test_excerpts_are_of_the_export(text: str, energy: Path, tmp_path: Path) -> None:
    title, _, body = text.partition("\n")
    goal = ["export", "airflow", "--all", "--project", str(energy), "-o", str(tmp_path)]
    assert CliRunner().invoke(main, goal).exit_code == 0
    exported = (tmp_path / Path(title).name).read_text()
    assert [part for part in body.split("# …\n") if part not in exported] == []


GUIDE = ROOT / "CONTRIBUTING.md"
_PLACE = re.compile(r"(?:# |\{# )(?P<file>[\w./]+)(?: #\})?\n(?P<body>.*)", re.DOTALL)


def quotations(page: Path) -> Iterator[tuple[str, str]]:
    """The blocks of a page whose first line names a file, each with the file's name."""
    for language in ("python", "jinja", "toml"):
        for block in blocks(page, language):
            match = _PLACE.fullmatch(block)
            assert match, f"which file is this of?\n{block}"
            yield match["file"], match["body"]


def missing_parts(body: str, text: str) -> list[str]:
    """What of a quotation does not stand in a text, or not in this order."""
    start, result = 0, []
    for part in (part.strip("\n") for part in re.split(r"^ *# …\n", body, flags=re.MULTILINE)):
        place = text.find(part, start)
        result += [part] if place < 0 else []
        start = max(place, start)
    return result


def test_the_guide_quotes_what_stands_in_the_files() -> None:
    parts = list(quotations(GUIDE))
    assert len(parts) >= 6
    for file, body in parts:
        assert missing_parts(body, (ROOT / file).read_text(encoding="utf-8")) == [], file


def test_a_wrong_quotation_is_seen() -> None:
    assert missing_parts("a\n# …\nc\n", "a\nb\nc\n") == []
    assert missing_parts("c\n# …\na\n", "a\nb\nc\n") == ["a"]


PLACES = {"TARGET": "luigi", "PIPELINE": "reporting", "….py": "runs.py"}
"""What stands in the guide for names of a target: here those of one that exists."""


def named_in_the_guide() -> set[str]:
    """The files, folders and modules that CONTRIBUTING.md names, with real ones for `TARGET`."""
    text = GUIDE.read_text(encoding="utf-8")
    for name_there, real in PLACES.items():
        text = text.replace(name_there, real)
    roots = "src|exporters|templates|tests|docs|scripts|benchmarks"
    paths = re.findall(rf"`((?:{roots})/[\w./-]+)`", text)
    return {*paths, *re.findall(r"`(shipway(?:_\w+)?(?:\.\w+)+)`", text)}


@pytest.mark.parametrize("place", sorted(named_in_the_guide()))
def test_what_the_guide_names_is_there(place: str) -> None:
    assert (ROOT / place).exists() if "/" in place else pkgutil.resolve_name(place)


def run(command: str, folder: Path, code: int) -> tuple[int, str]:
    """Run a command: `shipway` in this process, others in a shell that knows the last code."""
    words = shlex.split(command, comments=True)
    if words[0] == "shipway" and not {"|", ">", "&&"} & set(words):
        result = CliRunner().invoke(main, words[1:], prog_name="shipway")
        return result.exit_code, result.output
    outcome = subprocess.run(
        ["bash", "-c", f"(exit {code}); {command}"],
        cwd=folder,
        env={**os.environ, "DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return outcome.returncode, outcome.stdout


def test_a_wrong_example_is_seen() -> None:
    assert matches(Example("", "", "a … c\n…\nz\n"), "a b c\nd\ne\nz\n")
    assert not matches(Example("", "", "a … c\n"), "a b d\n")
