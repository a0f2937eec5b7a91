"""A container of a pod as a command line of podman."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from .environment import command_of
from .objects import Object
from .quantities import amount, whole_bytes
from .volumes import Volume, mount_options


def create_words(
    container: Object,
    pod: Object,
    variables: Mapping[str, str],
    volumes: Mapping[str, Volume],
    log: Path,
    network: str,
) -> list[str]:
    """Return the words after `podman create --name=NAME`.

    Args:
        log: the file for what it prints.
        network: `none`, or `host` for that of this machine, which a pod may ask for as well.
    """
    network = "host" if pod["spec"].get("hostNetwork") else network
    command, arguments = command_of(container, variables)
    options = [f"--hostname={pod['spec'].get('hostname') or pod['metadata']['name'][:63]}"]
    options += ["--pull=never", f"--network={network}", f"--log-opt=path={log}"]
    options += [f"--env={name}={value}" for name, value in variables.items()]
    options += mount_options(container, volumes)
    options += resource_options(container.get("resources") or {})
    options += user_options(pod["spec"], container)
    if folder := container.get("workingDir"):
        options.append(f"--workdir={folder}")
    if command:  # then the image's own arguments do not count, as podman has it, too
        options.append(f"--entrypoint={json.dumps(command)}")
    return [*options, container["image"], *arguments]


def resource_options(resources: Object) -> list[str]:
    """Return limits that hold; a request for cpu is a share of it."""
    options: list[str] = []
    limits = resources.get("limits") or {}
    # Kubernetes, pkg/apis/core/v1/defaults.go: a limit without a request is one.
    requests = {**limits, **(resources.get("requests") or {})}
    if memory := limits.get("memory"):
        size = whole_bytes(memory)
        options += [f"--memory={size}", f"--memory-swap={size}"]
    if cpu := limits.get("cpu"):
        options.append(f"--cpus={amount(cpu)}")
    if cpu := requests.get("cpu"):
        options.append(f"--cpu-shares={max(2, int(amount(cpu) * 1024))}")
    return options


def user_options(spec: Object, container: Object) -> list[str]:
    """Return the user that the container runs as, if the pod says one."""
    security = {**(spec.get("securityContext") or {}), **(container.get("securityContext") or {})}
    user, group = security.get("runAsUser"), security.get("runAsGroup")
    if user is None and group is None:
        return []
    return [f"--user={user or 0}" + ("" if group is None else f":{group}")]
