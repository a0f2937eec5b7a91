"""What `container_create_kwargs` of a docker pool may hold.

The worker gives docker-py some arguments itself. Of those here, it drops some without a word, and
ends with a `TypeError` at the others (`prefect_docker.worker`, `_build_container_settings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shipway.schemas.document import mapping
from shipway.schemas.problems import DocumentPath, Problem
from shipway.schemas.records import Field, Record
from shipway.settings.value_shapes import PLAIN

ARGUMENTS = frozenset(
    {"blkio_weight", "blkio_weight_device", "cap_add", "cap_drop", "cgroup_parent", "cgroupns"}
    | {"cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime"}
    | {"cpu_shares", "cpuset_cpus", "cpuset_mems", "detach", "device_cgroup_rules"}
    | {"device_read_bps", "device_read_iops", "device_requests", "device_write_bps"}
    | {"device_write_iops", "devices", "dns", "dns_opt", "dns_search", "domainname"}
    | {"entrypoint", "extra_hosts", "group_add", "healthcheck", "hostname", "init", "init_path"}
    | {"ipc_mode", "isolation", "kernel_memory", "links", "log_config", "lxc_conf"}
    | {"mac_address", "mem_reservation", "mem_swappiness", "mounts", "nano_cpus"}
    | {"network_disabled", "networking_config", "oom_kill_disable", "oom_score_adj", "pid_mode"}
    | {"pids_limit", "platform", "ports", "publish_all_ports", "read_only", "restart_policy"}
    | {"runtime", "security_opt", "shm_size", "stdin_open", "stop_signal", "storage_opt"}
    | {"sysctls", "tmpfs", "tty", "ulimits", "use_config_proxy", "user", "userns_mode"}
    | {"uts_mode", "volume_driver", "volumes_from", "working_dir"}
)
"""Source: docker-py 7, `docker.models.containers`, `_create_container_args`."""
INSTEAD: Mapping[str, str] = {
    **{name: name for name in ("auto_remove", "image", "labels", "mem_limit", "memswap_limit")},
    **{name: name for name in ("name", "network_mode", "privileged", "volumes")},
    "env": "env",
    "environment": "env",
    "network": "networks",
    "networks": "networks",
    "image_pull_policy": "image_pull_policy",
    "registry_credentials": "registry_credentials",
    "stream_output": "stream_output",
}
"""What the worker sets itself, and the job variable that it does so from."""


@dataclass(frozen=True)
class _Arguments(Record):
    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        others = [key for key in mapping(value) if key in INSTEAD or key == "command"]
        for name in others:
            what = f"The worker itself sets `{name}`, and not from here."
            remedy = f"Set it in `job_variables: {{{INSTEAD.get(name)}: …}}`."
            remedy = "It is `prefect flow-run execute`." if name == "command" else remedy
            problems.append(Problem((*path, name), what, remedy))
        is_mapping = isinstance(value, Mapping)
        own = {k: v for k, v in value.items() if k not in others} if is_mapping else value
        return super().read(own, path, problems)


DOCKER_ARGUMENTS = _Arguments(
    {name: Field(PLAIN) for name in sorted(ARGUMENTS)}, "`container_create_kwargs`"
)
