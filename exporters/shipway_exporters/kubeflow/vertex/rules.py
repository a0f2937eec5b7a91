"""The rule check of a spec for Vertex AI: what is alike on a cluster, and what is its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shipway.schemas.document import mapping, text, texts, value_at
from shipway.schemas.problems import Problem
from shipway.schemas.shapes import Number, Text
from shipway.schemas.strict import problems_in, strict_record
from shipway_exporters.containers.escapes import is_expanded
from shipway_exporters.kubeflow import (
    rules_containers,
    rules_graph,
    rules_inputs,
    rules_names,
    rules_schema,
    rules_texts,
)
from shipway_exporters.kubeflow.rules_view import Rule, View, container_keys
from shipway_exporters.kubeflow.vertex.machine import MOST_CORES, MOST_MEMORY, machine_amount
from shipway_exporters.kubeflow.vertex.names import ACCELERATORS, is_pipeline
from shipway_exporters.kubeflow.vertex.retries import LONGEST_PAUSE

_TEXT = Text()
_RESOURCES = strict_record(
    {
        "cpuLimit": Number(),
        "resourceCpuLimit": _TEXT,
        "memoryLimit": Number(),
        "resourceMemoryLimit": _TEXT,
        "accelerator": strict_record(
            dict.fromkeys(("type", "count", "resourceType", "resourceCount"), _TEXT)
        ),
    },
    "the resources of a container",
)
_PIPELINE = rules_schema.pipeline_shape(_RESOURCES)
_ROOT = re.compile(r"gs://[a-z0-9][a-z0-9._-]+[a-z0-9](/.*)?")
_SCALES = {"cpu": 1, "memory": 10**9}
_MOST = {"cpu": MOST_CORES, "memory": MOST_MEMORY}


def one_document(view: View) -> Iterator[Problem]:
    """A job has one spec (`google/cloud/aiplatform/v1/pipeline_job.proto`, pipeline_spec)."""
    if len(view.documents) != 1:
        yield Problem((), f"There are {len(view.documents)} documents, and Vertex AI reads one.")


def known_keys(view: View) -> Iterator[Problem]:
    """`pipeline_spec.proto` of kfp, closed: what Vertex AI does with other keys is not known."""
    yield from problems_in(view.spec, _PIPELINE)


def run_names(view: View) -> Iterator[Problem]:
    """python-aiplatform, `pipeline_jobs.py`, PipelineJob: a run is named after its pipeline."""
    if not is_pipeline(view.name):
        yield Problem(("pipelineInfo", "name"), f"No run can be named after `{view.name}`.")


def roots(view: View) -> Iterator[Problem]:
    """`pipeline_job.proto`, RuntimeConfig.gcs_output_directory."""
    root = view.spec.get("defaultPipelineRoot")
    if root is not None and not _ROOT.fullmatch(text(root)):
        yield Problem(("defaultPipelineRoot",), f"`{root}` is no folder of Cloud Storage.")


def pauses(view: View) -> Iterator[Problem]:
    """Vertex AI documentation, "Configure retries for a pipeline task"."""
    for task in view.tasks:
        policy = mapping(task.spec.get("retryPolicy"))
        keys = (*task.keys, "retryPolicy")
        if not policy.get("maxRetryCount"):
            continue
        factor = policy.get("backoffFactor")
        if not isinstance(factor, int | float) or factor < 1:
            yield Problem((*keys, "backoffFactor"), "Vertex AI reads a factor of 1 or more.")
        for name in ("backoffDuration", "backoffMaxDuration"):
            if not 0 <= _seconds(policy.get(name)) <= LONGEST_PAUSE:
                yield Problem((*keys, name), f"A pause takes {LONGEST_PAUSE} s at most.")


def _seconds(value: Any) -> int:
    number = text(value).removesuffix("s")
    return int(number) if number.isdecimal() else -1


def variables(view: View) -> Iterator[Problem]:
    """Of two variables of one name, one is lost."""
    yield from rules_containers.variable_faults(view, ())


def machines(view: View) -> Iterator[Problem]:
    """Vertex AI documentation, "Specify machine types for a pipeline step"."""
    for label, container in view.containers.items():
        resources = mapping(container.get("resources"))
        keys = (*container_keys(label), "resources")
        for name, scale in _SCALES.items():
            new, old = f"resource{name.title()}Limit", f"{name}Limit"
            if new not in resources and old not in resources:
                continue
            amount = machine_amount(text(resources.get(new)))
            if amount is None or not 0 < amount <= _MOST[name]:
                yield Problem((*keys, new), f"`{resources.get(new)}` is of no machine.")
            elif resources.get(old) != float(amount / scale):
                yield Problem((*keys, old), f"This must be as much as `{new}`.")


def accelerators(view: View) -> Iterator[Problem]:
    """`google/cloud/aiplatform/v1/accelerator_type.proto`."""
    for keys, device in rules_containers.devices(view):
        kind, count = value_at(device, "resourceType"), value_at(device, "resourceCount")
        if kind not in ACCELERATORS:
            yield Problem((*keys, "resourceType"), f"`{kind}` is no accelerator of Vertex AI.")
        yield from rules_containers.count_faults(device, keys)
        if (value_at(device, "type"), value_at(device, "count")) != (kind, count):
            yield Problem(keys, "The older and the newer fields must say the same.")


def expansions(view: View) -> Iterator[Problem]:
    """`google/cloud/aiplatform/v1/env_var.proto`, EnvVar.value; of words, nothing is said."""
    for label, container in view.containers.items():
        for keys, value in texts(container, container_keys(label)):
            if is_expanded(value):
                yield Problem(keys, "Vertex AI might put something else in place of `$(` or `$$`.")


RULES: tuple[Rule, ...] = (
    one_document,
    known_keys,
    *rules_names.RULES,
    run_names,
    roots,
    *rules_graph.RULES,
    *rules_inputs.RULES,
    rules_containers.no_cache,
    rules_containers.retries,
    pauses,
    rules_containers.images,
    rules_containers.commands,
    variables,
    machines,
    accelerators,
    rules_texts.no_nul,
    rules_texts.placeholders,
    rules_texts.words,
    rules_texts.clauses,
    expansions,
)
