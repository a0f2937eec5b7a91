"""What git knows of a revision: which files there are, and what they hold. Nothing is changed."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shipway.errors import Finding, UsageError, did_you_mean, nearest


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A commit of a repository.

    Args:
        top: the root of the work tree.
        name: as it was asked for.
        commit: its whole hash.
    """

    top: Path
    name: str
    commit: str

    def __str__(self) -> str:
        return f"{self.name} ({self.commit[:10]})"

    def files(self, folder: str, is_wanted: Callable[[str], bool]) -> dict[str, str]:
        """Return the files below a folder of the repository, by their paths in it."""
        listing = _git(self.top, "ls-tree", "-r", "-z", "--name-only", self.commit, "--", folder)
        start = "" if folder == "." else f"{folder}/"
        paths = [path for path in listing.split("\0") if path.startswith(start)]
        return {path.removeprefix(start): self.text(path) for path in filter(is_wanted, paths)}

    def text(self, path: str) -> str:
        """Return the text of a file, with the line ends that it is kept with."""
        return _git(self.top, "cat-file", "blob", f"{self.commit}:{path}").replace("\r\n", "\n")

    def unpack(self, folder: Path) -> None:
        """Write all files of the revision into an empty folder.

        Through an index of its own, so that neither the repository's index nor its list of work
        trees is touched; `git archive` would leave out what `export-ignore` names.
        """
        environ = {"GIT_INDEX_FILE": str(folder.with_name("index")), "GIT_LFS_SKIP_SMUDGE": "1"}
        _git(self.top, "read-tree", self.commit, environ=environ)
        _git(self.top, "checkout-index", "-a", f"--prefix={folder}/", environ=environ)


def revision(folder: Path, name: str) -> Revision:
    """Return a commit by any name that git knows it by.

    Raises:
        UsageError: there is no git, no repository, or no such revision.
    """
    try:
        top = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    except GitError as error:
        what = f"Here is no git repository that could be read. {error}"
        raise UsageError(Finding(what=what, where=f"--from {name}")) from error
    try:
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        commit = _git(top, *words).strip()
    except GitError as error:
        raise UsageError(_unknown(top, name)) from error
    return Revision(top=top, name=name, commit=commit)


def _unknown(top: Path, name: str) -> Finding:
    refs = _git(top, "for-each-ref", "--format=%(refname:short)").split()
    what, where = f"git knows no revision `{name}` here", f"--from {name}"
    if _git(top, "rev-parse", "--is-shallow-repository").strip() != "true":
        remedy = did_you_mean(name, refs) or "Fetch it first."
        return Finding(what=f"{what}.", where=where, remedy=remedy)
    what = f"{what}: this clone is shallow, and lacks what is older or on other branches."
    close = None if _COUNTED.search(name) else nearest(name, refs)
    start = f"Did you mean `{close}`? Else fetch it" if close else "Fetch it"
    return Finding(what=what, where=where, remedy=f"{start}: {_fetching(top, name)}.")


_COUNTED = re.compile(r"[~^:@]")
"""In what git counts from another revision, which no server is asked for (gitrevisions(7))."""
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHORT_HASH = re.compile(r"[0-9a-f]{7,}")


def _fetching(top: Path, name: str) -> str:
    """Return the command that fetches a revision into a shallow clone."""
    remotes = _git(top, "remote").split()
    remote = next(
        (one for one in remotes if name.startswith(f"{one}/")), (remotes or ["origin"])[0]
    )
    one = f"git fetch --depth=1 {remote} {shlex.quote(name.removeprefix(f'{remote}/'))}"
    if _HASH.fullmatch(name):
        return f"`{one}`"
    # A server gives a commit by its whole hash, or by a name of its own.
    if _COUNTED.search(name) or _SHORT_HASH.fullmatch(name) or name.startswith("-"):
        return "`git fetch --unshallow` (in a workflow, `fetch-depth: 0`)"
    return f"`{one}`, then `--from FETCH_HEAD`"


def path_in_repository(path: Path, home: Path) -> str:
    """Return a path from the top of the repository that holds a project.

    One that is outside, or where there is no repository, is from the working directory.

    Args:
        home: the project's folder.
    """
    whole, here = path.resolve(), Path.cwd()
    with contextlib.suppress(UsageError):
        here = Path(_git(home, "rev-parse", "--show-toplevel").rstrip("\n")).resolve()
    return (whole.relative_to(here) if whole.is_relative_to(here) else path).as_posix()


def is_tracked(top: Path, folder: str) -> bool:
    """Tell whether git keeps any file below a folder today."""
    return bool(_git(top, "ls-files", "-z", "--", folder))


class GitError(UsageError):
    """A command of git's failed; the finding is what it said."""


def _git(folder: Path, *words: str, environ: Mapping[str, str] | None = None) -> str:
    git = shutil.which("git")
    if git is None:
        what = "There is no git here, and revisions are git's."
        raise UsageError(Finding(what=what, where="--from", remedy="Install git."))
    process = subprocess.run(
        [git, "-C", str(folder), *words],
        env={**os.environ, **(environ or {})},
        capture_output=True,
        check=False,
    )
    if process.returncode:
        said = process.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise GitError(Finding(what=f"git says: {said[-1]}", where=f"git {words[0]}"))
    return process.stdout.decode(errors="replace")
