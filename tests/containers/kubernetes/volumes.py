"""The volumes of a pod as folders of this machine, mounted into its containers."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .environment import ConfigMissing, NotRun, data_of
from .objects import Object
from .quantities import whole_bytes
from .store import Store


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A folder or a file; or memory, which is no path.

    Args:
        path: where it is on this machine.
        read_only: secrets and config maps are, whatever a mount says.
        bytes: the size of memory; None without a limit.
    """

    path: Path | None
    read_only: bool = False
    bytes: int | None = None


class MountFailed(Exception):
    """A volume cannot be mounted, for now or for ever."""


def volumes_of(
    pod: Object, store: Store, folder: Path, claims: Mapping[str, Path]
) -> dict[str, Volume]:
    """Prepare the volumes of a pod, by their names.

    Args:
        folder: holds what is made for this pod alone.
        claims: the folder of each claim, which is there.

    Raises:
        MountFailed: what one consists of is absent.
    """
    result: dict[str, Volume] = {}
    for volume in pod["spec"].get("volumes") or []:
        name = volume["name"]
        try:
            result[name] = _volume(volume, pod, store, folder / name, claims)
        except ConfigMissing as reason:
            text = f'MountVolume.SetUp failed for volume "{name}" : {reason}'
            raise MountFailed(text) from None
    return result


def _volume(
    volume: Object, pod: Object, store: Store, folder: Path, claims: Mapping[str, Path]
) -> Volume:
    (kind,) = (key for key, value in volume.items() if key != "name" and value is not None)
    source = volume[kind]
    if kind == "persistentVolumeClaim":
        path = claims[source["claimName"]]
        return Volume(path=path, read_only=bool(source.get("readOnly")))
    if kind == "hostPath":
        return Volume(path=_host_path(source))
    if kind == "emptyDir" and source.get("medium") == "Memory":
        size = source.get("sizeLimit")
        return Volume(path=None, bytes=None if size is None else whole_bytes(size))
    if kind == "emptyDir":
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
        return Volume(path=folder)
    if kind in ("secret", "configMap"):
        _write_files(kind, source, pod, store, folder)
        return Volume(path=folder, read_only=True)
    raise NotRun(f"volumes[{volume['name']}].{kind}")


def _host_path(source: Object) -> Path:
    # Kubernetes, pkg/volume/hostpath/host_path.go: without a type, nothing is checked or made by
    # it, and the container runtime makes a folder of what is absent.
    path, kind = Path(source["path"]), source.get("type") or ""
    if kind in ("", "DirectoryOrCreate"):
        if not path.exists():
            path.mkdir(parents=True)
    elif kind == "FileOrCreate":
        path.touch()
    elif kind == "Directory" and not path.is_dir():
        raise MountFailed(f"hostPath type check failed: {path} is not a directory")
    elif kind == "File" and not path.is_file():
        raise MountFailed(f"hostPath type check failed: {path} is not a file")
    return path


def _write_files(kind: str, source: Object, pod: Object, store: Store, folder: Path) -> None:
    name = source["secretName" if kind == "secret" else "name"]
    resource = "secrets" if kind == "secret" else "configmaps"
    optional = bool(source.get("optional"))
    data = data_of(resource, name, pod, store, optional)
    # Without items, each key is a file (Kubernetes, pkg/volume/secret: MakePayload).
    items = source.get("items") or [{"key": key, "path": key} for key in data]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for item in items:
        if item["key"] not in data and optional:
            continue
        if item["key"] not in data:
            raise ConfigMissing(f"references non-existent {resource[:-1]} key: {item['key']}")
        file = folder / item["path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data[item["key"]])
        mode = item.get("mode")
        file.chmod(mode if mode is not None else source.get("defaultMode") or 0o644)


def mount_options(container: Object, volumes: Mapping[str, Volume]) -> list[str]:
    """Return what makes podman mount the volumes of a container."""
    options: list[str] = []
    for mount in container.get("volumeMounts") or []:
        volume, target = volumes[mount["name"]], mount["mountPath"]
        if mount.get("subPathExpr"):
            raise NotRun(f"volumeMounts[{mount['name']}].subPathExpr")
        if volume.path is None:
            size = [] if volume.bytes is None else [f"tmpfs-size={volume.bytes}"]
            memory = ["type=tmpfs", f"destination={target}", "tmpfs-mode=1777", *size]
            options.append(f"--mount={_fields(memory)}")
            continue
        path = volume.path / (mount.get("subPath") or "")
        if not path.exists():  # SafeMakeDir, for a part that is not there
            path.mkdir(parents=True)
        read_only = ["readonly"] if mount.get("readOnly") or volume.read_only else []
        bind = ["type=bind", f"source={path}", f"destination={target}", *read_only]
        options.append(f"--mount={_fields(bind)}")
    return options


def _fields(fields: list[str]) -> str:
    # podman reads them as comma-separated values
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()
