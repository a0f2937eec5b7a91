"""Containers and images of a test session: podman, with storage of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from scripts.containers import IMAGE, root_filesystem, write_home

REPO = Path(__file__).resolve().parents[2]
VARIABLE = "SHIPWAY_ENV_CONTAINERS"
PATIENCE = 10.0
PATH = "/usr/local/bin:/usr/bin:/bin"


class PodmanError(Exception):
    """A podman command failed; its output is quoted."""


class PodmanMissing(Exception):
    """No containers at the expected place."""


@dataclass(frozen=True, kw_only=True)
class Podman:
    """Podman as a context, which ends with all of its containers.

    Args:
        program: the podman that is run.
        home: the folder of all its state.
        environ: the environment of its processes.
    """

    program: Path
    home: Path
    environ: Mapping[str, str]

    def command(self, *words: str | Path) -> list[str]:
        """Return the command line that runs it in its environment."""
        return [str(word) for word in (self.program, *words)]

    def call(
        self, *words: str | Path, data: bytes | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of podman, whatever becomes of it."""
        done = subprocess.run(
            self.command(*words),
            env=dict(self.environ),
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        texts = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(done.args, done.returncode, *texts)

    def output(self, *words: str | Path, data: bytes | None = None) -> str:
        """Run a command of podman that must succeed; return what it prints."""
        done = self.call(*words, data=data)
        if done.returncode:
            raise PodmanError(f"podman {words[0]}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def run(
        self, *command: str | Path, image: str = IMAGE, options: Sequence[str | Path] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a container that is removed after it."""
        return self.call("run", "--rm", "--pull=never", *options, image, *command)

    def image(
        self,
        tag: str,
        *,
        files: Mapping[str, Path] | None = None,
        variables: Mapping[str, str] | None = None,
        folder: str = "/",
        entrypoint: Sequence[str] = (),
    ) -> str:
        """Make an image, and return its tag.

        Args:
            tag: what it is called, such as `registry.example.com/energy:1`.
            files: what is copied into it, a file or a folder, by its path there.
            variables: its environment variables, besides PATH.
            folder: in which its processes start.
            entrypoint: what a container runs before its arguments.
        """
        settings = {"PATH": PATH, **(variables or {})}
        changes = [f"ENV {name}={value}" for name, value in settings.items()]
        changes += [f"WORKDIR {folder}", f"ENTRYPOINT {json.dumps(entrypoint)}"]
        options = [f"--change={change}" for change in changes]
        self.output("import", "--quiet", *options, "-", tag, data=root_filesystem(files))
        return tag

    def has_image(self, tag: str) -> bool:
        """Tell whether there is an image of this tag."""
        return self.call("image", "exists", tag).returncode == 0

    def names(self) -> list[str]:
        """Return the names of all containers, of ended ones as well."""
        return self.output("ps", "--all", "--format={{.Names}}").split()

    def inspect(self, name: str) -> dict[str, Any]:
        """Return what podman knows of a container.

        Raises:
            PodmanError: there is none of that name.
        """
        (container,) = json.loads(self.output("container", "inspect", name))
        assert isinstance(container, dict)
        return container

    def kill(self, name: str, signal: str = "KILL") -> None:
        """Send a signal to the first process of a container; SIGKILL ends them all."""
        self.output("kill", f"--signal={signal}", name)

    def remove(self, *names: str) -> None:
        """Kill and remove containers that may be gone already."""
        if names:
            self.output("rm", "--force", "--ignore", "--time=0", *names)

    def close(self) -> None:
        """Remove every container, and the folder."""
        self.output("rm", "--all", "--force", "--time=0")
        end = time.monotonic() + PATIENCE
        while processes_of(self.home) and time.monotonic() < end:
            time.sleep(0.02)  # what watches over a container cleans up after it, by itself
        for mount in reversed(mounts_below(self.home)):
            subprocess.run(["umount", "--lazy", mount], check=True)
        shutil.rmtree(self.home)

    def __enter__(self) -> Podman:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_podman() -> Podman:
    """Return a podman with no containers yet, and with the image `IMAGE`.

    Its containers see this repository with its environments, and the Pythons that these need.

    Raises:
        PodmanMissing: `make test` has not set it up.
    """
    env = Path(os.environ.get(VARIABLE) or REPO / ".envs" / "containers").absolute()
    if not (env / ".stamp").exists():
        raise PodmanMissing(f"no containers at {env}: `make test` sets them up, or set {VARIABLE}")
    # Not a test's own folder: a socket's path must be short.
    home = Path(tempfile.mkdtemp(prefix="shipway-podman-"))
    environ = write_home(env, home, [REPO, *environments(), *pythons()])
    podman = Podman(program=env / "root" / "usr" / "bin" / "podman", home=home, environ=environ)
    podman.image(IMAGE)
    return podman


def environments() -> list[Path]:
    """Return the environments of the tests, also those elsewhere than in this repository."""
    named = [Path(value) for key, value in os.environ.items() if key.startswith("SHIPWAY_ENV_")]
    return sorted(path for path in {*named, *REPO.glob(".envs/*")} if (path / "bin").is_dir())


def pythons() -> list[Path]:
    """Return the folders of the Pythons that the environments were made with."""
    programs = [path / "bin" / "python" for path in environments()]
    folders = {program.resolve().parents[1] for program in programs if program.exists()}
    return sorted(folder for folder in folders if folder != Path("/usr"))


def mounts_below(folder: Path) -> list[str]:
    """Return the mounts of this machine below a folder, in their order."""
    points = (line.split()[1] for line in Path("/proc/mounts").read_text().splitlines())
    return [point for point in points if Path(point).is_relative_to(folder)]


def processes_of(home: Path) -> list[str]:
    """Return the command lines of the processes that have the folder in them."""
    lines: list[str] = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended in the meantime
            lines.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in lines if str(home) in line]


def missing() -> str | None:
    """Return why this machine runs no containers, if `make test` has found out that."""
    return os.environ.get(f"{VARIABLE}_MISSING")
