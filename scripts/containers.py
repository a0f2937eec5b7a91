"""How podman is set up for tests: its configuration, and an image of nothing.

No image is pulled: one is an empty root filesystem, into which each container gets the machine's
own programs mounted, read-only. `scripts/unpack_podman.py` builds the folder that all this needs.
"""

from __future__ import annotations

import io
import os
import resource
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

MACHINE = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
# Links that lead from /usr to elsewhere, and where the machine's libraries are.
MACHINE_ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ssl")
IMAGE = "localhost/shipway/machine:1"

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
