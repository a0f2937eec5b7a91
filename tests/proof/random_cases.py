"""Random projects and settings, as Hypothesis draws them.

Those that are to run hold only what Kedro itself takes; those that are only loaded also hold names
and values that no Kedro would let pass, as a snapshot may.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations, repeat
from multiprocessing import get_context
from pkgutil import resolve_name
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shipway.model import Dataset, Json, Node, Parameter, Pipeline, Project

KINDS = ("plain", "plain", "plain", "memory", "versioned", "cached", "factory", "twice")
"""What a dataset can be: `factory` is resolved by a pattern, `twice` is read as another type."""
READ = ("free", "params:alpha", "params:model.depth", "params:model", "parameters")
NAMESPACES = (None, None, None, "north", "north.east", "south")
TAGS = ("daily", "weekly", "slow")
HARD = (
    "Größe {x} & 'more'",
    'say "hi"',
    "{{ x }}",
    "{% raw %}",
    "$(id) `id` ; |",
    "class",
    "a" * 120,
    "tab\tand \\ back",
    "\u202eright to left \U0001f600",
)
_NAME = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}[a-z0-9]", fullmatch=True)
_TEXT = st.sampled_from(HARD) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{$"), max_size=12
)
_HARD = st.sampled_from(HARD)
_DOC = st.none() | _TEXT.filter(bool)
_NAMESPACE = st.sampled_from(NAMESPACES)
_TAGS = st.sets(st.sampled_from(TAGS), max_size=2)
_OUTPUTS = st.sampled_from((1, 1, 2))
_PLACE = st.sampled_from(("local", "docker", "kubernetes"))
_SIMPLE = st.booleans() | st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6) | _TEXT
VALUES: st.SearchStrategy[Json] = _SIMPLE | st.lists(_SIMPLE | st.none(), max_size=3)
_TWO_VALUES = st.tuples(VALUES, VALUES)
DURATIONS = ("30s", "90s", "4m", "2h")
CRONS = ("0 6 * * *", "*/15 8-17 * * 1-5", "30 2 1 * *")
GROUPINGS = ("none", "none", "none", "namespace", "tag", "chain", "pipeline")


RESOURCES = st.fixed_dictionaries(
    {},
    optional={
        "cpu": st.sampled_from(("500m", "2", 4)),
        "memory": st.sampled_from(("512Mi", "16Gi")),
        "gpu": st.integers(1, 2),
        "gpu_type": st.just("amd.com/gpu"),
        "ephemeral_storage": st.just("1Gi"),
        "limits": st.fixed_dictionaries(
            {},
            optional={
                "cpu": st.sampled_from(("8", 16)),
                "memory": st.sampled_from(("32Gi", "40G")),
                "ephemeral_storage": st.just("20Gi"),
            },
        ),
    },
)
DATA = {"claim": "data", "mount": "/app/data"}
VOLUMES: tuple[dict[str, Any], ...] = (
    {"host_path": "/srv/models", "mount": "/models", "read_only": True},
    {"config_map": "regions", "mount": "/etc/regions"},
    {"secret": "tls", "mount": "/etc/tls", "read_only": True},
    {"secret": "cert", "key": "cert.pem", "mount": "/etc/cert.pem"},
    {"empty_dir": {"medium": "Memory", "size": "1Gi"}, "mount": "/dev/shm"},
    {"empty_dir": {"medium": "Memory"}, "mount": "/scratch"},
)
KUBERNETES = st.fixed_dictionaries(
    {},
    optional={
        "namespace": st.just("forecasting"),
        "node_selector": st.just({"pool": "ml", "node-role.kubernetes.io/gpu": ""}),
        "tolerations": st.just(
            [
                {"key": "gpu"},
                {"key": "a", "value": "b", "effect": "NoExecute", "seconds": 60},
                {"key": "b", "value": ""},
            ]
        ),
        "labels": st.just({"part-of": "shop"}),
        "annotations": st.just({"note": "it's $(A): {% y %}"})
        | st.dictionaries(st.just("note"), _TEXT.filter(bool), max_size=1),
        "image_pull_policy": st.sampled_from(("Always", "IfNotPresent", "Never")),
        "image_pull_secrets": st.just(["ghcr", "other"]),
        "priority_class": st.just("batch"),
    },
)
ALIKE: Mapping[str, st.SearchStrategy[Any]] = {
    "image": st.sampled_from(("host/shop:2", f"shop@sha256:{'0a' * 32}")),
    "secrets": st.just({"PASSWORD": {"name": "warehouse", "key": "word"}}),
    # One draw: each kind is in a third of them, where lists of draws leave some out of hundreds.
    "volumes": st.sampled_from(
        [[DATA, *more] for n in (0, 1, 2) for more in combinations(VOLUMES, n)]
    ),
    "env_from": st.sampled_from(([{"secret": "all"}], [{"config_map": "b"}, {"secret": "a"}])),
    "kubernetes": KUBERNETES,
    "command_prefix": st.sampled_from((["tini", "--"], ["/entry.sh", "{{ x }}", "$(A) $$"])),
    "service_account": st.just("runner"),
    "runner": st.sampled_from(("ThreadRunner", "shop.runners.Own")),
}
SCHEDULES = st.fixed_dictionaries(
    {"cron": st.sampled_from(CRONS), "timezone": st.just("Europe/Paris")},
    optional={"start": st.just("2026-01-31"), "parameters": st.just({})},
) | st.sampled_from(
    (
        {"datasets": ["free"]},
        {"cron": CRONS[0], "timezone": "Europe/Paris", "start": "2026-07-01", "catchup": True},
    )
)


_OF_A_TASK = st.fixed_dictionaries(
    {},
    optional={
        "resources": RESOURCES,
        "retries": st.integers(0, 60),
        "retry_delay": st.sampled_from(DURATIONS),
        "retry_backoff": st.sampled_from((1, 2, 3)),
        "timeout": st.sampled_from(DURATIONS),
        "env": st.dictionaries(st.sampled_from(("MODE", "LEVEL")), _TEXT.filter(bool), max_size=2),
    },
)
_OF_A_RUN = st.fixed_dictionaries(
    {"group_by": st.sampled_from(GROUPINGS)},
    optional={
        **ALIKE,
        "schedule": SCHEDULES,
        "concurrency": st.fixed_dictionaries(
            {},
            optional={"runs": st.just(1) | st.integers(1, 9), "tasks": st.integers(1, 40)},
        ),
        "parameters": st.sampled_from(("all", "none", ["alpha"])),
        "run_parameters": st.just({"alpha": "run_id"}),
        "description": _TEXT.filter(lambda text: bool(text.strip())),
        "labels": st.sampled_from(({"team": "forecasting"}, {"a": "1", "owner": "b"})),
        "owner": st.sampled_from(("ann", "the team")),
        "memory": st.just("store"),
    },
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A project with its settings; the options are those of a target.

    Args:
        kinds: what each dataset is, by its bare name.
    """

    project: Project
    settings: Mapping[str, Any]
    kinds: Mapping[str, str]


@st.composite
def pipelines(
    draw: st.DrawFn,
    name: str,
    *,
    prefix: str = "",
    hard: bool = False,
    most: int = 8,
    read: Sequence[str] = READ,
    of_kinds: Sequence[str] = KINDS,
) -> tuple[Pipeline, dict[str, str]]:
    """A pipeline of a few nodes, each of which reads what earlier ones made, or nothing.

    Args:
        read: what the nodes can read beside: parameters, and datasets of other making.
    """
    kinds: dict[str, str] = {}
    nodes: list[Node] = []
    kind = st.sampled_from(of_kinds)
    for number in range(draw(st.integers(1, most))):
        count = draw(_OUTPUTS)
        result = {f"{prefix}d{number}_{k}": draw(kind) for k in range(count)}
        result = {f"{d}_f" if of == "factory" else d: of for d, of in result.items()}
        nodes.append(draw(_nodes(f"{prefix}{number}", result, [*_registry(kinds), *read], hard)))
        kinds |= result
    return Pipeline(name=name, nodes=tuple(nodes), standalone=True), kinds


def _registry(kinds: Mapping[str, str]) -> list[str]:
    """What later nodes can read: also the other entry of a file that has two."""
    names = [f"{name}@text" if kind == "twice" else name for name, kind in kinds.items()]
    return [*names, *(f"{name}_again" for name, kind in kinds.items() if kind == "again")]


@st.composite
def _nodes(
    draw: st.DrawFn, number: str, result: Mapping[str, str], registry: Sequence[str], hard: bool
) -> Node:
    inputs = draw(st.lists(st.sampled_from(registry), max_size=4, unique=True))
    namespace = draw(_NAMESPACE)
    name = draw(_HARD if hard else _NAME) + f"-{number}"
    return Node(
        name=f"{namespace}.{name}" if namespace else name,
        inputs=tuple(inputs),
        outputs=tuple(f"{d}@made" if kind == "twice" else d for d, kind in result.items()),
        namespace=namespace,
        tags=tuple(sorted(draw(_TAGS))),
        function="two" if len(result) == 2 else "make",
        doc=draw(_DOC) if hard else None,
    )


@st.composite
def task_settings(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of a task that nodes may have each for themselves."""
    return draw(_OF_A_TASK)


@st.composite
def run_settings(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of a pipeline, and of its tasks that all of them must have alike."""
    return draw(_OF_A_RUN)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A project of one pipeline, of any names and values."""
    pipeline, kinds = draw(pipelines("__default__", hard=True))
    content = {**draw(task_settings()), **draw(run_settings()), "store": "s3://bucket/runs"}
    # No parameter is both: a fact of the run fills it, or a form.
    if "run_parameters" in content and content.get("parameters") != "none":
        content.pop("parameters", None)
    own = {node.name: draw(task_settings()) for node in pipeline.nodes[:2] if draw(st.booleans())}
    if draw(st.integers(0, 5)) == 0:
        place = draw(_PLACE)
        own.setdefault(pipeline.nodes[-1].name, {})["run_on"] = place
    if draw(st.integers(0, 7)) == 0:
        content["groups"] = {draw(_HARD): [node.name for node in pipeline.nodes[-2:]]}
    values = draw(_TWO_VALUES)
    if content.get("schedule", {}).get("parameters") is not None:
        settable = content.get("parameters", "all") == "all"
        own_values = {"model.depth": values[1]} if settable else {}
        content["schedule"] = {**content["schedule"], "parameters": own_values}
    return Case(
        project=project_of([pipeline], kinds, {"alpha": values[0], "model.depth": values[1]}),
        settings={"pipelines": {"__default__": {**content, "nodes": own}}},
        kinds=kinds,
    )


def project_of(
    of: Sequence[Pipeline], kinds: Mapping[str, str], parameters: Mapping[str, Json]
) -> Project:
    """A project of pipelines, with a dataset for each name that is not in memory."""
    datasets = [
        Dataset(
            name=name,
            kind="local",
            type="text.TextDataset",
            versioned=kind == "versioned",
            location=f"data/{dataset}.txt",
        )
        for dataset, kind in {**kinds, "free": "plain"}.items()
        for name in ([f"{dataset}@made", f"{dataset}@text"] if kind == "twice" else [dataset])
        if kind != "memory"
    ]
    return Project(
        name="shop",
        kedro="1.7.0",
        pipelines=tuple(of),
        datasets=tuple(sorted(datasets, key=lambda dataset: dataset.name)),
        parameters=tuple(
            Parameter(path=tuple(name.split(".")), value=value)
            for name, value in sorted(parameters.items())
        ),
    )


def drawn(strategy: str, count: int, seed: int) -> Iterator[Any]:
    """Draw without end: so many examples of a seed, then as many of each that follows it."""
    for number in itertools.count(seed):
        (sample,) = collected(strategy, count, [number])
        yield from sample


def collected(strategy: str, count: int, seeds: Sequence[int]) -> list[list[Any]]:
    """Draw many examples at once, so that an engine starts once for all: the same ones each time.

    In a process of its own: Hypothesis also draws what it reads in the modules of this project
    that are imported by then, and here that depends on the tests before.

    Args:
        strategy: `module:name` of what returns it; no strategy can be sent to a process.
        count: of examples for each seed.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        return list(other.map(_collect, repeat(strategy), repeat(count), seeds))


def _collect(strategy: str, count: int, seed: int) -> list[Any]:
    from hypothesis import seed as seeded

    examples: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(resolve_name(strategy)())
    def collect(example: Any) -> None:
        examples.append(example)

    collect()
    return examples
