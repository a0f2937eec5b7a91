"""Random projects and the runs of their pipelines: what is exported how, and what is set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from shipway.model import Pipeline
from tests.engines.exports import PipelineRun
from tests.projects import text_file

from .configurations import Configuration
from .random_cases import KINDS, pipelines
from .random_configurations import PLACES, configurations, settings_of_a_run

PIPELINES = 10
"""Of a project."""
CONST = "const"
"""A dataset whose data stand in the catalog."""
WAYS = ("nothing set", "one value set", "another environment")
GROUPINGS = ("pipeline", "chain", "none", "chain", "namespace", "pipeline", "tag", "chain")
PATTERN = "{any}_f"


@dataclass(frozen=True, kw_only=True)
class ProjectCase:
    """A project, and a run of each of its pipelines.

    Args:
        pipelines: each with the kinds of its datasets, by name.
        catalogs: the catalog of each environment.
        runs: of the pipelines in order; each with the environment to export, or none.
    """

    configuration: Configuration
    pipelines: Sequence[tuple[Pipeline, Mapping[str, str]]]
    catalogs: Mapping[str, Mapping[str, Any]]
    runs: Sequence[tuple[PipelineRun, str | None]]

    @property
    def inputs(self) -> list[str]:
        """Datasets whose files are there before a run."""
        again = [n for _, kinds in self.pipelines for n, kind in kinds.items() if kind == "again"]
        return ["free", *again]

    @property
    def settings(self) -> dict[str, Any]:
        """Groupings by turns, and a store for every second."""
        content = {
            one.name: {
                "group_by": GROUPINGS[number % len(GROUPINGS)],
                "memory": ("fuse", "store")[number // 2 % 2],
            }
            for number, (one, _) in enumerate(self.pipelines)
        }
        return {"defaults": {"store": "data/store"}, "pipelines": content}


@st.composite
def project_cases(draw: st.DrawFn) -> ProjectCase:
    """A project whose pipelines share the configuration, and no dataset but `free`."""
    configuration = draw(configurations())
    read = [f"params:{path}" for path in configuration.paths]
    sample = [
        draw(
            pipelines(
                f"p{n}",
                prefix=f"p{n}_",
                most=4,
                read=[*read, "parameters", "free", CONST],
                of_kinds=[*KINDS, "again"],
            )
        )
        for n in range(PIPELINES)
    ]
    catalogs = draw(
        _catalogs({name: kind for _, content in sample for name, kind in content.items()})
    )
    runs = [
        draw(_runs(number, one, configuration, catalogs)) for number, (one, _) in enumerate(sample)
    ]
    return ProjectCase(configuration=configuration, pipelines=sample, catalogs=catalogs, runs=runs)


@st.composite
def _runs(
    draw: st.DrawFn,
    number: int,
    pipeline: Pipeline,
    configuration: Configuration,
    catalogs: Mapping[str, Any],
) -> tuple[PipelineRun, str | None]:
    """The ways by turns; with another environment, something is set or nothing."""
    way = WAYS[number % len(WAYS)]
    env = "prod" if way == "another environment" else None
    values = {}
    if way == "one value set" or (env and draw(st.booleans())):
        names = [name for node in pipeline.nodes for name in node.inputs]
        paths = [name.removeprefix("params:") for name in names if name.startswith("params:")]
        paths += configuration.paths if "parameters" in names else []
        section = configuration.parameters["base"], configuration.over(env)
        text = str([*section, catalogs["base"], catalogs[env] if env else {}])
        values = draw(settings_of_a_run(configuration, paths, env, text))
    return PipelineRun(pipeline=pipeline.name, values=values, whole_form=draw(st.booleans())), env


@st.composite
def _catalogs(draw: st.DrawFn, kinds: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The catalog of base, and what prod keeps elsewhere."""
    places = {name: draw(st.sampled_from(PLACES)) for name in (*kinds, PATTERN)}
    base = {"_top": "data/top", "free": text_file("free.txt")}
    base |= {PATTERN: _file(places[PATTERN], PATTERN), **dict(_entries(kinds, places))}
    plain = [
        name for name, kind in kinds.items() if kind == "plain" and draw(st.integers(0, 3)) == 0
    ]
    move = {name: _file(draw(st.sampled_from(PLACES)), f"prod/{name}") for name in plain}
    data = draw(st.sampled_from((5, [1, "a"], "${runtime_params:limit, 7}")))
    base[CONST] = {"type": "MemoryDataset", "data": data}
    return {"base": base, "prod": {"_top": "data/of_prod", **move}}


def _entries(kinds: Mapping[str, str], places: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, kind in kinds.items():
        file = _file(places[name], name)
        if kind == "twice":
            yield f"{name}@made", file
            yield f"{name}@text", file
        elif kind == "cached":
            yield name, {"type": "CachedDataset", "dataset": file}
        elif kind == "again":
            yield name, text_file(f"{name}.txt")
            yield f"{name}_again", text_file(f"{name}.txt")
        elif kind in ("plain", "versioned"):
            yield name, {**file, "versioned": kind == "versioned"}


def _file(place: str, name: str) -> dict[str, Any]:
    return {"type": "text.TextDataset", "filepath": place.format(name)}
