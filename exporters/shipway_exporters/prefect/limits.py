"""Limits among a run's job variables: none is below what the run asks for.

Kubernetes refuses such a pod (`ValidateResourceRequirements`), and Docker such a container
("Minimum memory limit can not be less than memory reservation limit").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from shipway.errors import Finding, UnsupportedError
from shipway.planner.plan import Plan
from shipway.settings.quantities import Quantity, parse_bytes, parse_cores, parse_memory
from shipway_exporters.containers.resources import amount_of
from shipway_exporters.prefect.compute import cores, memory
from shipway_exporters.prefect.options import TARGET

_OF_A_POD: Mapping[str, tuple[Decimal, Callable[[Any], Quantity]]] = {
    "cpu": (Decimal("0.001"), parse_cores),
    "memory": (Decimal(2**20), parse_memory),
    "ephemeral_storage": (Decimal(1), parse_bytes),
}
"""The least that makes sense of each amount, and what says why less does not."""
_DOCKER = re.compile(r"(\d+)([bkmg]?)", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30}


def check_limits(
    plan: Plan, pool: str, own: Mapping[str, Any], variables: Mapping[str, Any]
) -> None:
    """Check the amounts that a deployment gives its pool.

    Args:
        own: the variables of the target's options.
        variables: those together with what the tasks' settings come to.

    Raises:
        UnsupportedError: an amount is none, or a limit is below the request; one finding for each.
    """
    findings = list((_of_docker if pool == "docker" else _of_kubernetes)(plan, own, variables))
    if findings:
        raise UnsupportedError(*findings)


def _of_kubernetes(
    _plan: Plan, own: Mapping[str, Any], variables: Mapping[str, Any]
) -> Iterator[Finding]:
    for kind in _OF_A_POD:
        request, limit = f"{kind}_request", f"{kind}_limit"
        faults = [
            fault
            for name in (request, limit)
            if name in own
            for fault in _fault(kind, name, own[name])
        ]
        yield from faults
        amounts = [amount_of(str(variables.get(name, ""))) for name in (request, limit)]
        if not faults and (request in own or limit in own) and _is_below(*amounts):
            yield _finding(limit if limit in own else request, variables[limit], variables[request])


def _fault(kind: str, name: str, text: str) -> Iterator[Finding]:
    least, parse = _OF_A_POD[kind]
    amount = amount_of(text)
    # What a placeholder stands for is known only to Prefect.
    if "{{" in text or (amount is not None and amount >= least):
        return
    try:
        parse(text)
    except ValueError as error:
        what, _, remedy = str(error).partition("\n")
        yield Finding(what=what, where=_place(name), remedy=remedy or None)


def _of_docker(
    plan: Plan, own: Mapping[str, Any], variables: Mapping[str, Any]
) -> Iterator[Finding]:
    arguments = own.get("container_create_kwargs") or {}
    reserved = arguments.get("mem_reservation")
    request = str(reserved or f"{memory(plan)[0]}m")
    limit, swap = (str(variables.get(name, "")) for name in ("mem_limit", "memswap_limit"))
    if ("mem_limit" in own or reserved) and _is_below(_bytes(request), _bytes(limit)):
        name = "mem_limit" if "mem_limit" in own else "container_create_kwargs.mem_reservation"
        yield _finding(name, limit, request)
    request_of_cores, cpus = cores(plan)[0], arguments.get("nano_cpus")
    if cpus is not None and cpus < round(request_of_cores * 10**9):
        asks = f"{request_of_cores:g} cores"
        yield _finding("container_create_kwargs.nano_cpus", f"{cpus / 10**9:g} cores", asks)
    # Memory with the swap beside it.
    if "memswap_limit" in own and _is_below(_bytes(limit), _bytes(swap)):
        yield _finding("memswap_limit", swap, limit)


def _is_below(request: Decimal | None, limit: Decimal | None) -> bool:
    return request is not None and limit is not None and limit < request


def _bytes(text: str) -> Decimal | None:
    match = _DOCKER.fullmatch(text)
    return Decimal(match[1]) * _UNITS[match[2].lower()] if match else None


def _finding(name: str, limit: Any, request: Any) -> Finding:
    return Finding(
        what=f"A limit of {limit} is below the {request} that the run asks for.",
        where=_place(name),
        remedy="Raise the limit, or ask for less: under `resources` of the tasks, or here.",
    )


def _place(name: str) -> str:
    return f"{TARGET.option('job_variables')}.{name}"
