"""Unpack podman and what it needs into a folder, for tests that run tasks in containers.

    python scripts/containers.py FOLDER

Nothing is installed, and no image is pulled: the packages come from the machine's own apt (Debian
or a relative, as root), and an image is an empty root filesystem, into which each container gets
the machine's programs mounted, read-only. Ends with 1, and the reason as the last line, where no
container can run. Needs Python's standard library alone.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

PROGRAMS = (
    "podman runc conmon netavark aardvark-dns iptables catatonit"
    " golang-github-containers-common golang-github-containers-image"
)
MACHINE = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
# Links that lead from /usr to elsewhere, and where the machine's libraries are.
MACHINE_ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ssl")
IMAGE = "localhost/shipway/machine:1"
RULES = ("iptables", "iptables-save", "iptables-restore")

CONTAINERS_CONF = """\
[containers]
# No CAP_SYS_RESOURCE: without limits of its own, podman asks for more than it may. Soft = hard,
# for podman 4.3's Docker API takes the one for the other.
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
netns = "host"
log_driver = "k8s-file"
init_path = "{root}/usr/bin/catatonit"
seccomp_profile = "{root}/usr/share/containers/seccomp.json"
volumes = [{volumes}]

[engine]
# No systemd; crun refuses hybrid cgroups.
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
# With locks in memory, all podmans of a machine would share them.
lock_type = "file"
conmon_path = ["{env}/bin/conmon"]
helper_binaries_dir = ["{root}/usr/lib/podman", "{root}/usr/libexec/podman"]
tmp_dir = "{home}/tmp/libpod"

[engine.runtimes]
runc = ["{root}/usr/sbin/runc", "{root}/usr/bin/runc"]

[network]
network_backend = "netavark"
network_config_dir = "{home}/networks"
"""
# With vfs, no mount outlives a container. It copies images, but these are nearly empty.
STORAGE_CONF = """\
[storage]
driver = "vfs"
graphroot = "{home}/storage"
runroot = "{home}/run"
"""
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


def libraries(env: Path) -> str:
    """Where the unpacked libraries are, as LD_LIBRARY_PATH."""
    return os.pathsep.join(map(str, sorted((env / "root" / "usr" / "lib").glob("*-linux-gnu*"))))


def write_home(env: Path, home: Path, mounts: Iterable[str | Path] = ()) -> dict[str, str]:
    """Write the configuration of a podman whose containers, images and state stay in a folder.

    Args:
        env: the folder that this script has built.
        home: the folder; one podman more needs another.
        mounts: folders that every container sees, read-only and at the same path, besides those
            of the machine.

    Returns:
        The environment in which `podman` is to be started.
    """
    root = env / "root"
    seen = [path for path in (*MACHINE, *MACHINE_ETC) if Path(path).exists()]
    limits = (resource.RLIMIT_NOFILE, 4096), (resource.RLIMIT_NPROC, 8192)
    files, processes = (_within(resource.getrlimit(kind)[1], most) for kind, most in limits)
    volumes = ", ".join(f'"{path}:{path}:ro"' for path in dict.fromkeys([*seen, *map(str, mounts)]))
    places = {"root": root, "env": env, "home": home, "volumes": volumes}
    conf = CONTAINERS_CONF.format(**places, files=files, processes=processes)
    (home / "containers.conf").write_text(conf)
    (home / "storage.conf").write_text(STORAGE_CONF.format(home=home))
    (home / "registries.conf").write_text("")
    (home / "networks").mkdir()
    programs = [env / "bin", root / "usr" / "bin", root / "usr" / "sbin", *os.get_exec_path()]
    return {
        "PATH": os.pathsep.join(map(str, programs)),
        "HOME": str(env / "home"),  # podman looks for its policy.json there alone
        "TMPDIR": str(home),
        "LD_LIBRARY_PATH": libraries(env),
        "XTABLES_LIBDIR": os.pathsep.join(
            str(Path(folder, "xtables")) for folder in libraries(env).split(os.pathsep)
        ),
        "CONTAINERS_CONF": str(home / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(home / "storage.conf"),
        "CONTAINERS_REGISTRIES_CONF": str(home / "registries.conf"),
    }


def _within(limit: int, most: int) -> int:
    return most if limit == resource.RLIM_INFINITY else min(limit, most)


def root_filesystem(files: Mapping[str, Path] | None = None) -> bytes:
    """Return an image for `podman import`: empty folders, and copies of what is named.

    Args:
        files: what to copy, a file or a folder, by its path in the image.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path in (*MACHINE, "/etc", "/root", "/proc", "/sys", "/dev", "/run", "/var", "/home"):
            tar.addfile(_folder(path, 0o755))
        for path in ("/tmp", "/var/tmp"):
            tar.addfile(_folder(path, 0o1777))
        for path in ("/etc/passwd", "/etc/group"):
            tar.add(path)
        for path, source in (files or {}).items():
            tar.add(source, path)
    return buffer.getvalue()


def _folder(path: str, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path.strip("/"))
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    return entry


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
