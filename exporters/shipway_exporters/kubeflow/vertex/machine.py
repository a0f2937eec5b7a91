"""The machine of a task: Vertex AI chooses one by the limits of a container.

Source: Vertex AI documentation, "Specify machine types for a pipeline step". Each amount stands in
two fields, as the SDK writes it: the newer one as text, and the older one as a number, since it is
nowhere said which of them Vertex AI reads (kfp, `compiler/pipeline_spec_builder.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from shipway.errors import Finding, did_you_mean
from shipway.planner.plan import Task
from shipway.settings.quantities import Quantity
from shipway.settings.values import TaskSettings
from shipway_exporters.containers.resources import amount_of
from shipway_exporters.kubeflow.vertex.names import ACCELERATORS

MOST_CORES = 96
MOST_MEMORY = 624 * 10**9
_UNITS = {"G": 10**9, "M": 10**6, "K": 10**3}
"""Those that the documentation names; of binary ones it says nothing."""
_AMOUNT = re.compile(r"[0-9]+[mKMG]?")


def resources(settings: TaskSettings) -> dict[str, Any]:
    """Return the `resources` of a container."""
    return dict(_fields(settings))


def _fields(settings: TaskSettings) -> Iterator[tuple[str, Any]]:
    if settings.cpu:
        yield "cpuLimit", float(settings.cpu.amount)
        yield "resourceCpuLimit", _cores(settings.cpu)
    if settings.memory:
        yield "memoryLimit", float(settings.memory.amount / 10**9)
        yield "resourceMemoryLimit", _bytes(settings.memory.amount)
    if settings.gpu:
        kind, number = settings.gpu_type, str(settings.gpu)
        old, new = {"type": kind, "count": number}, {"resourceType": kind, "resourceCount": number}
        yield "accelerator", {**old, **new}


def _cores(quantity: Quantity) -> str:
    # Whole cores, or thousandths: the two forms that the documentation has.
    cores = quantity.amount
    return str(int(cores)) if cores == int(cores) else f"{_up(cores * 1000)}m"


def _bytes(amount: Decimal) -> str:
    whole = _up(amount)
    unit = next((unit for unit, size in _UNITS.items() if whole % size == 0), "")
    return f"{whole // _UNITS.get(unit, 1)}{unit}"


def _up(amount: Decimal) -> int:
    """Return a whole number: a task must not get less than it asks for."""
    return -int(-amount // 1)


def container_in(own: TaskSettings, container: Mapping[str, Any]) -> dict[str, Any]:
    """Return a container with its machine in the fields that a cluster reads.

    Args:
        own: the settings that it should say: amounts that are the same are written as there.
    """
    machine = container.get("resources", {})
    fields = dict(_read(machine, "Cpu", own.cpu)) | dict(_read(machine, "Memory", own.memory))
    device = {"accelerator": machine["accelerator"]} if "accelerator" in machine else {}
    return {**container, "resources": {**fields, **device}}


def _read(machine: Mapping[str, Any], name: str, own: Quantity | None) -> Iterator[tuple[str, str]]:
    if text := machine.get(f"resource{name}Limit"):
        # The documented kilo is a capital, which no other reader of quantities knows.
        quantity = text.replace("K", "k")
        written = _cores(own) if own and name == "Cpu" else own and _bytes(own.amount)
        for part in ("Request", "Limit"):
            yield f"resource{name}{part}", own.text if own and text == written else quantity


def machine_faults(task: Task) -> Iterator[Finding]:
    """Yield what no machine of Vertex AI has."""
    settings = task.settings
    places = settings.places
    if settings.cpu and settings.cpu.amount > MOST_CORES:
        yield Finding(
            what=f"Vertex AI has no machine of {settings.cpu.text} cores for a task of a pipeline.",
            where=places.get("resources.cpu"),
            remedy=f"Ask for {MOST_CORES} at most.",
        )
    if settings.memory and settings.memory.amount > MOST_MEMORY:
        yield Finding(
            what=f"Vertex AI has no machine of {settings.memory.text} of memory for a task of a "
            "pipeline.",
            where=places.get("resources.memory"),
            remedy=f"Ask for {_bytes(Decimal(MOST_MEMORY))} at most.",
        )
    if settings.gpu and settings.gpu_type not in ACCELERATORS:
        yield _no_accelerator(settings)


def _no_accelerator(settings: TaskSettings) -> Finding:
    kind, places = settings.gpu_type, settings.places
    if kind is None:
        what = "Vertex AI needs the kind of an accelerator."
        remedy = "Set `resources.gpu_type`, such as NVIDIA_TESLA_T4."
    else:
        what = f"Vertex AI has no accelerator `{kind}`."
        remedy = _nearest(kind)
    where = places.get("resources.gpu_type") or places.get("resources.gpu")
    return Finding(what=what, where=where, remedy=remedy)


def _nearest(kind: str) -> str:
    """Return a remedy for what is called `nvidia-tesla-t4` on a cluster, and T4 by people."""
    name = kind.upper().replace("-", "_")
    alike = [each for each in ACCELERATORS if f"_{name}_" in f"_{each}_"]
    if alike:
        return f"Did you mean {' or '.join(f'`{each}`' for each in alike)}?"
    return str(did_you_mean(name, ACCELERATORS))


def machine_amount(text: str) -> Decimal | None:
    """Return cores or bytes of a text in a spec; `None` for what is none."""
    return amount_of(text.replace("K", "k")) if _AMOUNT.fullmatch(text) else None
