"""The settings of what a task asks for, and of the most that it may take."""

from __future__ import annotations

from shipway.schemas.shapes import Whole
from shipway.settings.quantities import BYTES, CORES, MEMORY
from shipway.settings.task_setting import TaskSetting, written
from shipway.settings.value_shapes import TEXT

RESOURCE_SETTINGS: tuple[TaskSetting, ...] = (
    TaskSetting(
        name="resources.cpu",
        attribute="cpu",
        shape=CORES,
        about="cores: `500m`, `2`",
        merge="greatest",
        artifact=written("cpu"),
        capability="cores of a task",
    ),
    TaskSetting(
        name="resources.memory",
        attribute="memory",
        shape=MEMORY,
        about="bytes: `512Mi`, `16Gi`",
        merge="greatest",
        artifact=written("memory"),
        capability="memory of a task",
    ),
    TaskSetting(
        name="resources.gpu",
        attribute="gpu",
        shape=Whole(0),
        about="number of devices; 0 takes back that of a more general section",
        nothing=0,
        merge="greatest",
        capability="accelerators of a task",
    ),
    TaskSetting(
        name="resources.gpu_type",
        attribute="gpu_type",
        shape=TEXT,
        about="resource name of the device, such as `nvidia.com/gpu`",
        merge="alike where set",
        artifact=lambda settings: settings.gpu_type if settings.gpu else None,
        counts_with=("resources.gpu",),
        capability="kind of accelerator",
    ),
    TaskSetting(
        name="resources.ephemeral_storage",
        attribute="ephemeral_storage",
        shape=BYTES,
        about="bytes of the machine's own disk: `10Gi`",
        merge="greatest",
        artifact=written("ephemeral_storage"),
        capability="disk of a task",
    ),
    TaskSetting(
        name="resources.limits.cpu",
        attribute="cpu_limit",
        shape=CORES,
        about="the most cores; default `resources.cpu`",
        merge="greatest limit",
        artifact=written("cpu_limit"),
        capability="more cores at times than a task asks for",
    ),
    TaskSetting(
        name="resources.limits.memory",
        attribute="memory_limit",
        shape=MEMORY,
        about="the most memory; default `resources.memory`",
        merge="greatest limit",
        artifact=written("memory_limit"),
        capability="more memory at times than a task asks for",
    ),
    TaskSetting(
        name="resources.limits.ephemeral_storage",
        attribute="ephemeral_storage_limit",
        shape=BYTES,
        about="the most disk; default `resources.ephemeral_storage`",
        merge="greatest limit",
        artifact=written("ephemeral_storage_limit"),
        capability="more disk at times than a task asks for",
    ),
)
