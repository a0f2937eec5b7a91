"""Describe a parsed spec as plain JSON; imported by the scripts that run beside kfp."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format
from kfp.kubernetes.kubernetes_executor_config_pb2 import KubernetesExecutorConfig
from kfp.pipeline_spec import pipeline_spec_pb2 as specs

TYPES = specs.ParameterType.ParameterTypeEnum
STRATEGIES = specs.PipelineTaskSpec.TriggerPolicy.TriggerStrategy
TYPED = {
    "secret_as_env",
    "secret_as_volume",
    "config_map_as_env",
    "config_map_as_volume",
    "pvc_mount",
    "empty_dir_mounts",
    "node_selector",
    "tolerations",
    "image_pull_policy",
    "image_pull_secret",
    "active_deadline_seconds",
    "pod_metadata",
}


def describe(document: dict[str, Any], platform: dict[str, Any]) -> dict[str, Any]:
    """Describe the two documents of a spec, both of which must parse."""
    spec = json_format.ParseDict(document, specs.PipelineSpec())
    deployment = json_format.ParseDict(document["deploymentSpec"], specs.PipelineDeploymentConfig())
    platforms = json_format.ParseDict(platform, specs.PlatformSpec()).platforms
    kubernetes = platforms["kubernetes"].deployment_spec.executors
    return {
        "name": spec.pipeline_info.name,
        "display_name": spec.pipeline_info.display_name,
        "description": spec.pipeline_info.description,
        "schema_version": spec.schema_version,
        "sdk_version": spec.sdk_version,
        "inputs": inputs(spec.root),
        "tasks": tasks(spec.root, spec.components),
        "containers": {n: container(e.container) for n, e in deployment.executors.items()},
        "kubernetes": {name: executor(plain(config)) for name, config in kubernetes.items()},
    }


def inputs(component: Any) -> dict[str, Any]:
    """Describe the parameters that a component declares."""
    return {
        name: {
            "type": TYPES.Name(spec.parameter_type),
            "default": free(spec.default_value) if spec.HasField("default_value") else None,
            "has_default": spec.HasField("default_value"),
            "optional": spec.is_optional,
            "description": spec.description,
        }
        for name, spec in component.input_definitions.parameters.items()
    }


def tasks(component: Any, components: Any) -> dict[str, Any]:
    """Describe the tasks of a DAG, and of the DAGs within."""
    return {name: task(spec, components) for name, spec in component.dag.tasks.items()}


def task(spec: Any, components: Any) -> dict[str, Any]:
    """Describe one task; a component that does not exist is described as an empty one."""
    reference = spec.component_ref.name
    component = components[reference] if reference in components else specs.ComponentSpec()
    return {
        "display_name": spec.task_info.name,
        "component": reference,
        "executor": component.executor_label or None,
        "tasks": tasks(component, components),
        "declared": inputs(component),
        "inputs": {name: binding(bindings) for name, bindings in spec.inputs.parameters.items()},
        "after": sorted(spec.dependent_tasks),
        "caching": spec.caching_options.enable_cache,
        "retry": retry(spec.retry_policy) if spec.HasField("retry_policy") else None,
        "strategy": STRATEGIES.Name(spec.trigger_policy.strategy),
        "condition": spec.trigger_policy.condition,
    }


def binding(spec: Any) -> dict[str, Any]:
    """Describe where the value of an input comes from."""
    kind = spec.WhichOneof("kind")
    if kind == "runtime_value":
        return {"kind": "constant", "value": free(spec.runtime_value.constant)}
    if kind == "component_input_parameter":
        return {"kind": "parameter", "value": spec.component_input_parameter}
    return {"kind": kind, "value": plain(getattr(spec, kind)) if kind else None}


def retry(policy: Any) -> dict[str, Any]:
    """Describe a retry policy; durations are in seconds."""
    return {
        "count": policy.max_retry_count,
        "delay": policy.backoff_duration.ToTimedelta().total_seconds(),
        "factor": policy.backoff_factor,
        "max_delay": policy.backoff_max_duration.ToTimedelta().total_seconds(),
    }


def container(spec: Any) -> dict[str, Any]:
    """Describe a container; its resources are the strings as given."""
    return {
        "image": spec.image,
        "command": list(spec.command),
        "args": list(spec.args),
        "env": {variable.name: variable.value for variable in spec.env},
        "resources": plain(spec.resources),
    }


def executor(config: dict[str, Any]) -> dict[str, Any]:
    """Describe what Kubernetes is told about an executor; ``other`` is all the rest."""
    spec = json_format.ParseDict(config, KubernetesExecutorConfig())
    deadline = spec.active_deadline_seconds
    other = plain(spec, names=True)
    return {
        "secrets_as_env": [
            source(s, s.secret_name, s.secret_name_parameter, "secret_key")
            for s in spec.secret_as_env
        ],
        "secrets_as_volumes": [
            volume(s, s.secret_name, s.secret_name_parameter) for s in spec.secret_as_volume
        ],
        "config_maps_as_env": [
            source(c, c.config_map_name, c.config_map_name_parameter, "config_map_key")
            for c in spec.config_map_as_env
        ],
        "config_maps_as_volumes": [
            volume(c, c.config_map_name, c.config_map_name_parameter)
            for c in spec.config_map_as_volume
        ],
        "claims": [
            {**named(p.constant, p.pvc_name_parameter), "path": p.mount_path, "sub": p.sub_path}
            for p in spec.pvc_mount
        ],
        "directories": [
            {"name": d.volume_name, "path": d.mount_path, "medium": d.medium, "size": d.size_limit}
            for d in spec.empty_dir_mounts
        ],
        "node_selector": dict(spec.node_selector.labels),
        "tolerations": [toleration(t) for t in spec.tolerations],
        "pull_policy": spec.image_pull_policy or None,
        "pull_secrets": [
            named(s.secret_name, s.secret_name_parameter) for s in spec.image_pull_secret
        ],
        "deadline": deadline or None,
        "labels": dict(spec.pod_metadata.labels),
        "annotations": dict(spec.pod_metadata.annotations),
        "other": {name: value for name, value in other.items() if name not in TYPED},
    }


def named(plain_name: str, parameter: Any) -> dict[str, Any]:
    """The name of an object: as a parameter, and in the older plain field that goes with it."""
    return {"name": parameter.runtime_value.constant.string_value, "plain_name": plain_name}


def source(spec: Any, plain_name: str, parameter: Any, key: str) -> dict[str, Any]:
    """Describe an object whose keys become environment variables."""
    variables = {entry.env_var: getattr(entry, key) for entry in spec.key_to_env}
    return {**named(plain_name, parameter), "variables": variables, "optional": spec.optional}


def volume(spec: Any, plain_name: str, parameter: Any) -> dict[str, Any]:
    """Describe an object that is mounted as files."""
    return {**named(plain_name, parameter), "path": spec.mount_path, "optional": spec.optional}


def toleration(spec: Any) -> dict[str, Any]:
    """Describe a toleration."""
    seconds = spec.toleration_seconds if spec.HasField("toleration_seconds") else None
    return {
        "key": spec.key,
        "operator": spec.operator,
        "value": spec.value,
        "effect": spec.effect,
        "seconds": seconds,
    }


def free(value: Any) -> Any:
    """Return free-form data; a NaN, which has no JSON, is one."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {name: free(inner) for name, inner in value.struct_value.fields.items()}
    if kind == "list_value":
        return [free(inner) for inner in value.list_value.values]
    return None if kind in {None, "null_value"} else whole(getattr(value, kind))


def plain(message: Any, *, names: bool = False) -> Any:
    """Return a message as JSON, whole numbers of free-form data as integers."""
    return whole(json_format.MessageToDict(message, preserving_proto_field_name=names))


def whole(value: Any) -> Any:
    """Undo that protobuf's free-form data knows floats only."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole(inner) for name, inner in value.items()}
    return [whole(inner) for inner in value] if isinstance(value, list) else value
