"""Argo's own validation as a program, and the schemas of its objects, for the tests.

    python -m scripts.argo_checks FOLDER

Both come from the ordinary registries: a module of Go, and a package of npm. Building Go's takes
some minutes, so that it goes on beside other tests: each part leaves a file `done` or `missing`,
the second with the reason. Needs Python's standard library alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tests" / "engines" / "argo"
PROGRAM = "argo-validate"
_MODULE_FILES = ("go.mod", "go.sum", "main.go")


class MissingError(Exception):
    """A part cannot be had on this machine."""


def start(folder: Path) -> dict[str, str]:
    """Begin to bring what is missing, and return at once; tests wait for what they need."""
    command = [sys.executable, "-m", "scripts.argo_checks", str(folder)]
    with (Path(os.devnull)).open("w") as nothing:
        subprocess.Popen(command, cwd=ROOT, stdout=nothing, stderr=nothing, start_new_session=True)
    return {"SHIPWAY_ENV_ARGO": str(folder)}


def bring(folder: Path, name: str, sources: list[Path], make: Callable[[Path], None]) -> None:
    """Make one part afresh, unless it stands as it is wanted."""
    part = folder / name
    wanted = hashlib.sha256(b"\0".join(file.read_bytes() for file in sources)).hexdigest()
    if _is_ready(part, wanted):
        return
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        make(part)
    except MissingError as reason:
        (part / "missing").write_text(str(reason))
    else:
        (part / "done").write_text(wanted)


def _is_ready(part: Path, wanted: str) -> bool:
    return (part / "done").exists() and (part / "done").read_text() == wanted


def build_validation(part: Path) -> None:
    """Build the program; a developer's own work comes first."""
    for name in _MODULE_FILES:
        shutil.copy(SOURCES / "validate" / name, part)
    _run("go", "build", "-o", str(part / PROGRAM), ".", folder=part)


def install_schemas(part: Path) -> None:
    """Install the package."""
    shutil.copy(SOURCES / "schemas" / "package.json", part)
    _run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", folder=part)


def _run(program: str, *words: str, folder: Path) -> None:
    if shutil.which(program) is None:
        raise MissingError(f"there is no {program} on this machine")
    outcome = subprocess.run(
        ["nice", program, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    if outcome.returncode:
        raise MissingError(f"{program} {words[0]}: {outcome.stderr.strip()[-500:]}")


def main(folder: Path) -> None:
    """Bring both; one of two that come at once waits for the other."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / ".lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    schemas = [SOURCES / "schemas" / "package.json"]
    bring(folder, "schemas", schemas, install_schemas)
    modules = [SOURCES / "validate" / name for name in _MODULE_FILES]
    bring(folder, "validate", modules, build_validation)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
