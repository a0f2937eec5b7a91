"""The library of the page comes from where it was pinned to, or the build says why it does not."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from scripts import layout_library as library


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> library.Package:
    """A release on a registry that is a folder."""
    archive = _archive(
        {
            "package/dist/dagre.min.js": "var dagre = 1;\n/*! For license information … */\n"
            "//# sourceMappingURL=dagre.min.js.map\n",
            "package/LICENSE": "Do as you like.\n",
        }
    )
    folder = tmp_path / "registry" / "@dagrejs" / "dagre" / "-"
    folder.mkdir(parents=True)
    (folder / "dagre-1.0.0.tgz").write_bytes(archive)
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", (tmp_path / "registry").as_uri() + "/")
    monkeypatch.setattr(library, "FOLDER", tmp_path / "library")
    monkeypatch.setattr(library, "SCRIPT", tmp_path / "library" / "dagre.js")
    monkeypatch.setattr(library, "LICENSE", tmp_path / "library" / "dagre.LICENSE.txt")
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    return replace(library.DAGRE, version="1.0.0", integrity=f"sha512-{digest}")


def _archive(texts: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in texts.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return content.getvalue()


def test_it_is_written_with_its_licence(package: library.Package) -> None:
    assert not library.is_there()
    library.bring(package)
    assert library.is_there()
    assert library.SCRIPT.read_text().endswith("above */\nvar dagre = 1;\n")
    assert library.LICENSE.read_text() == "Do as you like.\n"


def test_another_archive_is_refused(package: library.Package) -> None:
    with pytest.raises(library.LibraryError, match="is not the one that was looked at"):
        library.bring(replace(package, integrity=library.DAGRE.integrity))
    assert not library.is_there()


def test_without_a_network_it_says_what_to_do(
    package: library.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9")
    with pytest.raises(library.LibraryError, match="NPM_CONFIG_REGISTRY"):
        library.bring(package)


def test_git_ignores_it() -> None:
    folder = library.FOLDER.relative_to(library.ROOT).as_posix()
    assert f"/{folder}/" in (library.ROOT / ".gitignore").read_text().splitlines()
