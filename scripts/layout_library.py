"""Bring the graph layout library that the page of `shipway plan --format html` holds.

    python scripts/layout_library.py            bring it, unless it is there
    python scripts/layout_library.py --again    bring it anew

The repository holds no copy of it. Its archive comes from npm's registry, or from the one that
NPM_CONFIG_REGISTRY names, and must have the digest that stands here. A wheel and an sdist hold the
files (scripts/build_hook.py), so that whoever installs one needs no registry.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import sys
import tarfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "src" / "shipway" / "views" / "page" / "library"
SCRIPT, LICENSE = FOLDER / "dagre.js", FOLDER / "dagre.LICENSE.txt"
REGISTRY = "https://registry.npmjs.org"


class LibraryError(Exception):
    """The library cannot be brought; says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A release on npm's registry.

    Args:
        integrity: as npm's lock files have it (W3C, "Subresource Integrity").
    """

    scope: str
    name: str
    version: str
    integrity: str

    def url(self, registry: str) -> str:
        file = f"{self.name}-{self.version}.tgz"
        return f"{registry.rstrip('/')}/{self.scope}/{self.name}/-/{file}"


DAGRE = Package(
    scope="@dagrejs",
    name="dagre",
    version="3.1.3",
    integrity="sha512-X4aUTwOReZvthaZWOVHqlJ52/ZdhZFEM4+Lh/uR4XooUSLE6p71bcy7MPGzYnNUcNh+nj+i/qJQp"
    "CMIdQnSmrg==",
)


def is_there() -> bool:
    return SCRIPT.exists() and LICENSE.exists()


def bring(package: Package = DAGRE) -> None:
    """Write the script and its licence into the page's folder."""
    archive = download(package)
    check(package, archive)
    script = member(archive, "package/dist/dagre.min.js")
    # They point to files beside it, which a page without network cannot have.
    script = re.sub(
        r"^(//# sourceMappingURL=|/\*! For license information).*\n?", "", script, flags=re.M
    )
    head = f"/*! {package.scope}/{package.name} {package.version}, MIT; its licence stands above */"
    FOLDER.mkdir(exist_ok=True)
    write(SCRIPT, f"{head}\n{script}")
    write(LICENSE, member(archive, "package/LICENSE"))


def download(package: Package) -> bytes:
    url = package.url(os.environ.get("NPM_CONFIG_REGISTRY", REGISTRY))
    try:
        with urllib.request.urlopen(url, timeout=60) as response:
            content: bytes = response.read()
    except OSError as error:
        raise LibraryError(
            f"The graph layout library for `shipway plan --format html` cannot be brought: {error} "
            f"({url}). Name a registry that can be reached with NPM_CONFIG_REGISTRY."
        ) from error
    return content


def check(package: Package, archive: bytes) -> None:
    kind, _, wanted = package.integrity.partition("-")
    digest = base64.b64encode(hashlib.new(kind, archive).digest()).decode()
    if digest != wanted:
        raise LibraryError(
            f"The archive of {package.name} {package.version} is not the one that was looked at: "
            f"its {kind} is {digest}, and not {wanted}. Nothing was written."
        )


def member(archive: bytes, name: str) -> str:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        file = tar.extractfile(name)
        assert file is not None, name
        return file.read().decode("utf-8")


def write(path: Path, text: str) -> None:
    """Whole or not at all: somebody may run the command meanwhile."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)


def main(argv: list[str]) -> None:
    if argv not in ([], ["--again"]):
        raise SystemExit(__doc__)
    if argv or not is_there():
        try:
            bring()
        except LibraryError as error:
            raise SystemExit(str(error)) from None
        print(f"written: {SCRIPT.relative_to(ROOT).as_posix()}")


if __name__ == "__main__":
    main(sys.argv[1:])
