"""How much compute a task gets, in the words of Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from shipway.planner.plan import Task

GPU = "nvidia.com/gpu"
"""The resource that stands for a device, unless the settings name another."""
_QUANTITY = re.compile(
    r"(?P<number>[+-]?([0-9]+\.?[0-9]*|\.[0-9]+))"
    # `Ki` but `k`: binary units begin with a capital, the decimal kilo does not. `E` alone is exa,
    # and `E` before digits an exponent. `m` is a thousandth, not a million.
    r"(?P<unit>[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?"
)
# Decimals, since `0.1` of a core has no exact double, and limits are compared with requests.
_SCALE = {
    "": Decimal(1),
    **{unit: Decimal(10) ** (3 * power) for power, unit in enumerate("num", start=-3)},
    **{unit: Decimal(10) ** (3 * power) for power, unit in enumerate("kMGTPE", start=1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)},
}


def resources_of(task: Task) -> dict[str, str]:
    """Return what a task asks for, by the name of the resource: `cpu`, `memory`, a device's."""
    settings = task.settings
    amounts = {
        "cpu": settings.cpu and settings.cpu.text,
        "memory": settings.memory and settings.memory.text,
        settings.gpu_type or GPU: settings.gpu and str(settings.gpu),
    }
    return {name: amount for name, amount in amounts.items() if amount}


def settings_of(resources: Mapping[str, str]) -> Iterator[tuple[str, str | int]]:
    """Yield the settings that ask for these resources: `resources_of` read back."""
    for name, amount in resources.items():
        if name in ("cpu", "memory"):
            yield f"resources.{name}", amount
        else:
            yield "resources.gpu", int(amount)
            yield "resources.gpu_type", name


def amount_of(quantity: str) -> Decimal | None:
    """Return cores or bytes, of all that Kubernetes reads; `None` for what is no quantity.

    Source: Kubernetes, `k8s.io/apimachinery/pkg/api/resource`, Quantity.
    """
    match = _QUANTITY.fullmatch(quantity)
    if not match:
        return None
    number, unit = Decimal(match["number"]), match["unit"] or ""
    if unit not in _SCALE:
        return number * Decimal(10) ** int(unit[1:])
    return number * _SCALE[unit]


def millicores(cores: float) -> str:
    """Return cores as a quantity."""
    # A thousandth of a core is the finest that Kubernetes takes (Resource Management for Pods
    # and Containers, "CPU resource units").
    return f"{round(cores * 1000)}m"


def mebibytes(amount: float) -> int:
    """Return how many whole mebibytes hold an amount of bytes."""
    # Rounded up by negation: a task must not get less memory than it asks for.
    return -(-int(amount) // 2**20)
