"""Which environment of the configuration an export reads when none is asked for.

Kedro falls back to `local`, a folder for one person's own values, which git ignores. An artifact
made with them would differ from machine to machine, so such a folder is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from shipway.errors import Finding, ProjectError, UsageError, did_you_mean

_SUFFIXES = (".yml", ".yaml", ".json")
_MOST_NAMES = 5


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What to read.

    Args:
        name: the environment for the configuration loader, or `None` for its own default.
        notes: what to tell the user of what is left out.
    """

    name: str | None
    notes: tuple[str, ...] = ()


def choose_environment(
    environment: str | None, conf: Path | None, root: Path, loader_args: Any
) -> Environment:
    """Return the environment to read.

    Args:
        wanted: the one asked for by `--env`, which is taken as it is.
        conf: the configuration's folder; `None` for an archive or a URL, which git does not know.
        loader_args: the project's `CONFIG_LOADER_ARGS`.

    Raises:
        ProjectError: the default environment holds files, and there is no git to ask.
    """
    if environment is not None:
        return Environment(name=environment)
    notes = _unread_variable()
    default, base = (loader_args.get(key) for key in ("default_run_env", "base_env"))
    if conf is None or not default or not base or default == base:
        return Environment(name=None, notes=notes)
    if not (conf / default).is_dir():
        return Environment(name=base, notes=(*notes, _absent(conf / default, root)))
    files = _configuration_files(conf / default, root)
    private_files = _in_gitignore(files, root) if files else []
    if len(private_files) < len(files) or not files:
        return Environment(name=None, notes=(*notes, *map(_counts, private_files)))
    return Environment(name=base, notes=(*notes, _left_out(files, default)))


def check_environment(env: str, conf: Path) -> None:
    """Check that the configuration has an environment.

    Raises:
        UsageError: it has no such folder.
    """
    if (conf / env).is_dir():
        return
    folders = [path.name for path in conf.iterdir() if path.is_dir() and path.name[0] not in "._"]
    what = f"{conf.name} has no environment `{env}`."
    raise UsageError(Finding(what=what, where="--env", remedy=did_you_mean(env, folders)))


def _unread_variable() -> tuple[str, ...]:
    """An export reads no environment variable: its bytes would depend on the machine."""
    name = os.environ.get("KEDRO_ENV")
    if not name:
        return ()
    return (f"KEDRO_ENV is set here, and an export does not read it: `--env {name}` does.",)


def _absent(folder: Path, root: Path) -> str:
    """Git keeps no empty folder, so a clone may lack one that holds nothing else."""
    name = _posix(folder, root)
    return f"{name} is not here; Kedro needs that folder, if only an empty one, where tasks run."


def _left_out(files: Sequence[str], env: str) -> str:
    names = ", ".join(files[:_MOST_NAMES]) + (", …" if len(files) > _MOST_NAMES else "")
    verb = "is" if len(files) == 1 else "are"
    return f"{names} {verb} left out, since git ignores them: `--env {env}` takes them in."


def _counts(file: str) -> str:
    return f"git ignores {file}, which counts here, as its folder holds files that git keeps."


def ignored_files(folder: Path, root: Path) -> list[str]:
    """Return the files of an environment that git leaves out of every clone.

    Raises:
        ProjectError: there is no git to ask.
    """
    files = _configuration_files(folder, root)
    return _in_gitignore(files, root) if files else []


def _configuration_files(folder: Path, root: Path) -> list[str]:
    """Return the files that a run would read there, as they are named in the project."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES)
    names = [Path(os.path.relpath(path, root)) for path in paths if path.is_file()]
    return [name.as_posix() for name in names if not _is_never_read(name)]


def _is_never_read(name: Path) -> bool:
    """Credentials are never read, and Kedro reads no hidden file."""
    return any(fnmatch(part, "credentials*") or part.startswith(".") for part in name.parts)


def _in_gitignore(files: Sequence[str], root: Path) -> list[str]:
    """Return the files that the `.gitignore` files of the project, or above it, leave out.

    An empty repository stands for the project's own, so that what this machine alone ignores
    (`info/exclude`, a global file) does not count, and an unpacked archive is read as a clone is.
    """
    git = shutil.which("git")
    if git is None:
        raise ProjectError(_no_git(files))
    with tempfile.TemporaryDirectory() as home:
        # Windows starts no program without the second.
        own = {name: os.environ.get(name, "") for name in ("PATH", "SYSTEMROOT")}
        environ = {**own, "HOME": home, "GIT_CONFIG_NOSYSTEM": "1"}
        subprocess.run([git, "init", "-q", home], env=environ, check=True, capture_output=True)
        work_tree = _top(root)
        command = [git, f"--git-dir={home}/.git", f"--work-tree={work_tree}", "check-ignore"]
        names = {file: _posix(root / file, work_tree) for file in files}
        process = subprocess.run(
            [*command, "--no-index", "-z", "--stdin"],
            cwd=work_tree,
            env=environ,
            input="\0".join(names.values()),
            capture_output=True,
            encoding="utf-8",
            check=False,  # 1: it ignores none of them
        )
    answers = set(process.stdout.split("\0"))
    return [file for file, name in names.items() if name in answers]


def _posix(path: Path, start: Path) -> str:
    """Return a relative path as git and messages have it, on Windows as well."""
    return Path(os.path.relpath(path, start)).as_posix()


def _top(root: Path) -> Path:
    """Return the folder of the repository that holds a project, else the project's own."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)


def _no_git(files: Sequence[str]) -> Finding:
    return Finding(
        what="Whether git ignores these files is unknown, as there is no git here; if it does, "
        "they would be left out.",
        where=", ".join(files[:_MOST_NAMES]),
        remedy="Name the environment with --env, or install git.",
    )
