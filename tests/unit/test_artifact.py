"""Artifacts: written whole or not at all, sealed, and compared with what is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shipway import __version__
from shipway.artifacts.files import (
    Difference,
    File,
    compare,
    seal,
    seal_placeholder,
    sealed_digests,
    write,
)
from shipway.artifacts.identity import identity_in, with_mark
from shipway.artifacts.leftovers import leftovers, strays
from shipway.comparison.lines import unified
from shipway.errors import OutputError

DIGESTS = {"plan": "aaa", "project": "bbb", "settings": "ccc"}


def _seal_text(body: str = "x = 1\n", of: str | None = None, **digests: str) -> str:
    text = f"# {seal_placeholder()}\n{body}"
    return seal(with_mark(text, of) if of else text, {**DIGESTS, **digests})


def _tree(folder: Path) -> dict[str, str | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def _files(**texts: str) -> list[File]:
    return [File(path=f"{name.replace('__', '/')}.py", text=text) for name, text in texts.items()]


def test_write_makes_folders_and_files(tmp_path: Path) -> None:
    write(_files(a="1\n", sub__b="é\n"), tmp_path / "deep" / "out")
    assert _tree(tmp_path / "deep" / "out") == {"a.py": "1\n", "sub": None, "sub/b.py": "é\n"}


def test_new_files_have_the_usual_mode_and_old_ones_keep_theirs(tmp_path: Path) -> None:
    write(_files(a="1", b="1"), tmp_path)
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o666 & ~mask
    (tmp_path / "a.py").chmod(0o751)
    write(_files(a="2"), tmp_path)
    assert (tmp_path / "a.py").read_text() == "2"
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o751


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "real.py").write_text("old")
    (tmp_path / "out").mkdir()
    link = tmp_path / "out" / "a.py"
    link.symlink_to("../elsewhere/real.py")
    write(_files(a="new"), tmp_path / "out")
    assert link.is_symlink()
    assert _tree(tmp_path / "elsewhere") == {"real.py": "new"}
    assert compare(_files(a="new"), tmp_path / "out") == ()


def test_a_link_to_nowhere_gets_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").symlink_to("b.py")
    write(_files(a="new"), tmp_path)
    assert (tmp_path / "b.py").read_text() == "new"


def _folder_in_place(out: Path) -> None:
    (out / "b.py").mkdir()


def _file_as_parent(out: Path) -> None:
    (out / "b.py").write_text("")


@pytest.mark.parametrize(
    ("prepare", "second"), [(_folder_in_place, "b"), (_file_as_parent, "b.py__c")]
)
def test_nothing_is_written_when_one_file_cannot_be(
    tmp_path: Path, prepare: Callable[[Path], None], second: str
) -> None:
    (tmp_path / "a.py").write_text("old")
    prepare(tmp_path)
    before = _tree(tmp_path)
    with pytest.raises(OutputError) as failure:
        write(_files(new__z="1", a="new", **{second: "x"}), tmp_path)
    assert _tree(tmp_path) == before
    (finding,) = failure.value.findings
    assert str(finding.where).startswith(str(tmp_path / "b.py"))
    assert "--output" in str(finding.remedy)


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match=r"cannot be written: (Not a directory|File exists)"):
        write(_files(a="1"), tmp_path / "out")
    assert _tree(tmp_path) == {"out": "mine"}


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), KeyboardInterrupt()])
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_moves_are_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, error: BaseException
) -> None:
    write(_files(a="old a", c="old c"), tmp_path)
    (tmp_path / "a.py").chmod(0o600)
    before, replace, calls = _tree(tmp_path), Path.replace, iter(range(10))

    def failing(self: Path, target: Path) -> Path:
        if next(calls) == nth:
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write(_files(a="new a", sub__b="new b", c="new c"), tmp_path)
    assert _tree(tmp_path) == before
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write(_files(sub__a="1"), tmp_path / "out")
    assert _tree(tmp_path) == {}


WRITER = """
import sys
from pathlib import Path
from shipway.artifacts.files import File, write
for _ in range(60):
    write([File(path=f"{n}.py", text=sys.argv[2] * 20000) for n in "abc"], Path(sys.argv[1]))
"""


def test_two_writers_at_once(tmp_path: Path) -> None:
    """No file is ever mixed or half there, and both end well."""
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "out"), letter])
        for letter in "xy"
    ]
    while any(process.poll() is None for process in running):
        for file in (tmp_path / "out").glob("[abc].py"):
            text = file.read_text()
            assert text in ("x" * 20000, "y" * 20000)
    assert [process.returncode for process in running] == [0, 0]
    assert sorted(_tree(tmp_path / "out")) == ["a.py", "b.py", "c.py"]


def test_seal_says_what_it_was_made_from() -> None:
    text = _seal_text()
    digests = sealed_digests(text)
    assert {key: digests[key] for key in DIGESTS} == DIGESTS
    assert digests["by"] == __version__
    assert re.fullmatch(r"[0-9a-f]{12}", digests["text"])
    assert text.count("\n") == 2
    assert seal_placeholder() not in text


def test_only_the_first_line_is_the_seal(tmp_path: Path) -> None:
    body = f'DOC = """\n# {seal_placeholder()}\n"""\n'
    text = _seal_text(body)
    assert text.endswith(body)
    write(_files(a=text), tmp_path)
    (difference,) = compare(_files(a=_seal_text(body, project="new")), tmp_path)
    assert difference.causes == ("project",)


def test_the_identity_stands_below_the_seal_and_is_sealed() -> None:
    text = seal(
        with_mark(f"x\n  // {seal_placeholder()}\n# {seal_placeholder()}\n", "a1.b2"), DIGESTS
    )
    assert text.splitlines()[2:] == ["  // shipway: of=a1.b2", f"# {seal_placeholder()}"]
    assert identity_in(text) == "a1.b2"
    assert identity_in(text.replace("\n", "\r\n")) == "a1.b2"
    assert sealed_digests(text)["text"] != sealed_digests(_seal_text())["text"]
    assert with_mark("no line for it\n", "a1.b2") == "no line for it\n"
    assert identity_in(_seal_text()) is None


def test_another_file_may_come_between_a_look_and_a_write(tmp_path: Path) -> None:
    """So whose a file is, is looked at again when no other export can write any more."""
    write(_files(a=_seal_text(of="a.b"), b=_seal_text(of="a.b")), tmp_path, only_own=True)
    write(_files(b=_seal_text(of="c.b")), tmp_path)
    before = _tree(tmp_path)
    with pytest.raises(OutputError, match="Another project, environment or pipeline") as failure:
        write(
            _files(a=_seal_text("x = 2\n", of="a.b"), b=_seal_text(of="a.b")),
            tmp_path,
            only_own=True,
        )
    assert [finding.where for finding in failure.value.findings] == [(tmp_path / "b.py").as_posix()]
    assert _tree(tmp_path) == before


def test_no_seal() -> None:
    assert sealed_digests("") == {}
    assert sealed_digests("# made by shipway: a=b by hand\nx = 1\n") == {}


OLD_VERSION = f" by={__version__}", " by=0.0.1"


@pytest.mark.parametrize(
    ("old_text", "causes"),
    [
        (_seal_text(project="old"), ("project",)),
        (_seal_text(settings="old"), ("settings",)),
        (_seal_text(plan="old"), ("settings",)),
        (_seal_text(project="old", settings="old"), ("project", "settings")),
        (_seal_text().replace(*OLD_VERSION), ("shipway",)),
        (_seal_text(project="old").replace(*OLD_VERSION), ("project", "shipway")),
        (_seal_text("x = 2\n"), ("template",)),
        (_seal_text() + "y = 2\n", ("edited",)),
        (_seal_text(settings="old") + "y = 2\n", ("settings", "edited")),
        (_seal_text().replace(*OLD_VERSION) + "y", ("shipway", "edited")),
        (_seal_text(project="old").replace("\n", "\r\n"), ("project",)),
        (_seal_text("x = 2\n").replace("\n", "\r\n"), ("template",)),
        (_seal_text().replace("\n", "\r\n") + "y = 2\r\n", ("edited",)),
        ("x = 1\n", ("unsealed",)),
        ("", ("edited",)),
        (_seal_text("x = 2\n", of="a.b"), ("template",)),
        (_seal_text(of="c.b", project="old"), ("foreign",)),
        (_seal_text(of="a.c"), ("foreign",)),
        (_seal_text(of="a.b.t"), ("foreign",)),
        (_seal_text(of="c.b").replace("\n", "\r\n"), ("foreign",)),
    ],
)
def test_why_a_file_differs(tmp_path: Path, old_text: str, causes: tuple[str, ...]) -> None:
    goal = File(path="a.py", text=_seal_text(of="a.b" if "of=" in old_text else None))
    (tmp_path / "a.py").write_bytes(old_text.encode())
    (difference,) = compare([goal], tmp_path)
    assert difference.causes == causes
    assert (difference.there, difference.wanted) == (old_text.replace("\r\n", "\n"), goal.text)


def test_a_checkout_with_other_line_ends_is_up_to_date(tmp_path: Path) -> None:
    """Git writes them on Windows, and where `core.autocrlf` says so."""
    (tmp_path / "a.py").write_bytes(_seal_text().replace("\n", "\r\n").encode())
    assert compare(_files(a=_seal_text()), tmp_path) == ()
    (edited,) = compare(_files(a=_seal_text("x = 2\n")), tmp_path)
    lines = unified("a.py", edited.there or "", edited.wanted).splitlines()
    change = [line for line in lines[2:] if line[0] in "+-"]
    assert [line[:7] for line in change] == ["-# ship", "-x = 1", "+# ship", "+x = 2"]


def test_writing_keeps_plain_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x\r\n")
    write(_files(a="x\n"), tmp_path)
    assert (tmp_path / "a.py").read_bytes() == b"x\n"


def test_a_name_may_have_as_many_bytes_as_the_file_system_takes(tmp_path: Path) -> None:
    name = "ü" * 126
    write(_files(**{name: "x"}), tmp_path)
    assert _tree(tmp_path) == {f"{name}.py": "x"}


def test_what_a_killed_export_left_goes_with_the_next(tmp_path: Path) -> None:
    kill = "import os; from pathlib import Path; Path.replace = lambda *_: os._exit(9)"
    action = "write([File(path='a.py', text='1')], Path())"
    code = f"{kill}; from shipway.artifacts.files import *; {action}"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    (left,) = _tree(tmp_path)
    assert left.endswith(".shipway")
    write(_files(a="2", b="2"), tmp_path)
    assert _tree(tmp_path) == {"a.py": "2", "b.py": "2"}


def test_what_is_equal_and_what_is_missing(tmp_path: Path) -> None:
    write(_files(a=_seal_text()), tmp_path)
    result = compare(_files(a=_seal_text(), b=_seal_text()), tmp_path)
    assert result == (Difference(path="b.py", causes=("missing",)),)
    assert (result[0].there, result[0].wanted) == (None, _seal_text())
    assert compare(_files(a="x"), tmp_path / "a.py")[0].causes == ("missing",)


def test_bytes_that_are_no_text_are_a_difference(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xff\xfe")
    assert compare(_files(a=_seal_text()), tmp_path)[0].causes == ("unsealed",)


def _strays(files: list[File], folder: Path) -> tuple[str, ...]:
    return tuple(item.path for item in strays(files, folder))


def test_strays(tmp_path: Path) -> None:
    write(_files(a=_seal_text(), sub__b=_seal_text("y = 1\n")), tmp_path)
    (tmp_path / "crlf.yml").write_bytes(_seal_text().replace("\n", "\r\n").encode())
    (tmp_path / "mine.py").write_text("x = 1\n")
    (tmp_path / "notes.txt").write_text("shipway made these files\n")
    (tmp_path / "link.py").symlink_to("a.py")
    assert _strays(_files(a=""), tmp_path) == ("crlf.yml", "sub/b.py")
    assert _strays(_files(a=""), tmp_path / "nowhere") == ()


def test_strays_are_of_the_same_project_environment_and_tags(tmp_path: Path) -> None:
    theirs = {"same": "a.c", "old": None, "env": "b.c", "tags": "a.c.t", "other_tags": "a.c.u"}
    write(_files(**{name: _seal_text(of=of) for name, of in theirs.items()}), tmp_path)
    assert _strays(_files(a=_seal_text(of="a.b")), tmp_path) == ("old.py", "same.py")
    assert _strays(_files(a=_seal_text(of="a.b.t")), tmp_path) == ("old.py", "tags.py")


def test_leftovers_are_of_the_same_pipeline(tmp_path: Path) -> None:
    texts = {"gone": "a.b", "other": "a.c", "there": "a.b", "old": None, "edited": "a.b"}
    write(_files(**{name: _seal_text(of=of) for name, of in texts.items()}), tmp_path)
    (tmp_path / "edited.py").write_text(f"{_seal_text(of='a.b')}# mine\n")
    (tmp_path / "link.py").symlink_to("gone.py")
    places = [f"{name}.py" for name in (*texts, "link", "nowhere")]
    result = leftovers(_files(there=_seal_text(of="a.b")), places, tmp_path)
    assert [(item.path, item.causes) for item in result] == [
        ("gone.py", ("leftover",)),
        ("edited.py", ("leftover", "edited")),
    ]


def test_leftovers_are_removed_or_all_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(_files(a="1", b="1", c="1"), tmp_path)
    write(_files(a="2"), tmp_path, leftovers=["b.py"])
    assert _tree(tmp_path) == {"a.py": "2", "c.py": "1"}
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "c.py":
            raise PermissionError(1, "no", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError):
        write(_files(a="3", d="3"), tmp_path, leftovers=["c.py"])
    assert _tree(tmp_path) == {"a.py": "2", "c.py": "1"}
