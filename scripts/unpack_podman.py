"""Unpack podman and what it needs into a folder, for tests that run tasks in containers.

    python -m scripts.unpack_podman FOLDER

Nothing is installed: the packages come from the machine's own apt (Debian or a relative, as root).
Ends with 1, and the reason as the last line, where no container can run. Needs Python's standard
library alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from scripts.containers import IMAGE, libraries, root_filesystem, write_home

PROGRAMS = (
    "podman runc conmon netavark aardvark-dns iptables catatonit"
    " golang-github-containers-common golang-github-containers-image"
)
RULES = ("iptables", "iptables-save", "iptables-restore")
CONMON = """\
#!/bin/sh
# podman starts conmon, and conmon the runtime, with an empty environment. That a container ran out
# of memory, conmon writes into the folder where it starts, and podman reads in the container's own.
before=
for word; do
    if [ "$before" = -b ]; then cd "$word" || exit; fi
    before=$word
done
LD_LIBRARY_PATH='{libraries}' exec '{root}/usr/bin/conmon' "$@"
"""


class NoContainersError(Exception):
    """This machine cannot run containers."""


def build(env: Path) -> None:
    """Build the folder afresh unless it stands, complete, as it is wanted.

    Raises:
        NoContainersError: with the reason.
    """
    made_from = [str(env), Path(__file__).read_text(), _release()]
    wanted = hashlib.sha256("\0".join(made_from).encode()).hexdigest()
    stamp = env / ".stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _check_machine()
    shutil.rmtree(env, ignore_errors=True)
    (env / "bin").mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=env) as folder:
        _unpack(_download(Path(folder)), env / "root")
    _write_programs(env)
    with tempfile.TemporaryDirectory(dir=env) as folder:
        _try(env, Path(folder))
    stamp.write_text(wanted)


def _release() -> str:
    file = Path("/etc/os-release")
    return file.read_text() if file.exists() else ""


def _check_machine() -> None:
    if sys.platform != "linux":
        raise NoContainersError("containers need Linux")
    if os.geteuid():
        raise NoContainersError("podman, as it is set up here, needs root")
    for tool in ("apt-get", "dpkg"):
        if not shutil.which(tool):
            raise NoContainersError(f"podman is unpacked from Debian's packages, but no {tool}")


def _download(folder: Path) -> list[Path]:
    """Download the programs and the libraries that the machine lacks; its own lists stay."""
    options = ["-qq", "-o", f"Dir::State={folder}/state", "-o", f"Dir::Cache={folder}/cache"]
    options += ["-o", "Dir::State::status=/var/lib/dpkg/status", "-o", "APT::Sandbox::User=root"]
    options += ["-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20"]
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    # One of several sources may be out of reach; whether that matters, the next commands show.
    subprocess.run(["apt-get", *options, "update"], capture_output=True, check=False)
    programs = PROGRAMS.split()
    plan = _output(
        "apt-get", *options, "-s", "install", "--no-install-recommends", *programs, folder=folder
    )
    # Inst NAME (VERSION …), or of what is there: Inst NAME [VERSION] (VERSION …)
    news = re.findall(r"^Inst (\S+) \(", plan, re.MULTILINE)
    wanted = dict.fromkeys([*programs, *news])
    _output("apt-get", *options, "download", *wanted, folder=folder)
    return sorted(folder.glob("*.deb"))


def _unpack(packages: Iterable[Path], root: Path) -> None:
    root.mkdir()
    for package in packages:
        _output("dpkg", "-x", str(package), str(root), folder=root)


def _write_programs(env: Path) -> None:
    """Write what is started in place of the unpacked programs, and podman's policy."""
    conmon = env / "bin" / "conmon"
    conmon.write_text(CONMON.format(libraries=libraries(env), root=env / "root"))
    conmon.chmod(0o755)
    for name in (*RULES, *[f"ip6{name[2:]}" for name in RULES]):
        (env / "bin" / name).symlink_to(env / "root" / "usr" / "sbin" / "xtables-nft-multi")
    policy = env / "home" / ".config" / "containers" / "policy.json"
    policy.parent.mkdir(parents=True)
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')


def _try(env: Path, home: Path) -> None:
    environ = write_home(env, home)
    podman = str(env / "root" / "usr" / "bin" / "podman")
    image = root_filesystem()
    _output(podman, "import", "-q", "-", IMAGE, folder=home, environ=environ, data=image)
    words = ("run", "--rm", "--network=none", "--memory=64m", IMAGE, "/bin/true")
    _output(podman, *words, folder=home, environ=environ)


def _output(
    *command: str, folder: Path, environ: Mapping[str, str] | None = None, data: bytes = b""
) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environ, input=data, capture_output=True, check=False
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        program = Path(command[0]).name
        raise NoContainersError(f"{program} failed: {''.join(last) or done.returncode}")
    return done.stdout.decode(errors="replace")


def main() -> None:
    """Build the folder that the command line names."""
    env = Path(sys.argv[1]).absolute()
    try:
        build(env)
    except NoContainersError as reason:
        shutil.rmtree(env, ignore_errors=True)
        raise SystemExit(str(reason)) from None


if __name__ == "__main__":
    main()
