"""What a pipeline spec needs around it: see `shipway.targets.surroundings`."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.planner.plan import Plan
from shipway.targets.surroundings import Need, Surroundings, needs_of

_NAMESPACE = "the namespace that runs are started in"
_HOMES = dict.fromkeys(("secret", "pod_secret", "config_map", "claim"), _NAMESPACE)


def surroundings(plan: Plan) -> Surroundings:
    """Return what a spec needs around it; the server is in no environment of Python's."""
    return Surroundings(needs=(*needs_of(plan, _HOMES), *_of_config_maps(plan)))


def _of_config_maps(plan: Plan) -> Iterator[Need]:
    for variable, source in sorted(plan.options.get("config_maps", {}).items()):
        what = f"the config map `{source['name']}` with the key `{source['key']}`"
        yield Need(what, _NAMESPACE, variable)
