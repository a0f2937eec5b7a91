"""Which registered pipeline a task loads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from shipway.errors import Finding, PlanError
from shipway.model import Node, Pipeline, Project, prefixes


class Homes:
    """Finds the smallest registered pipeline that holds some nodes, identical in every way.

    Kedro then imports that pipeline alone, which makes a task start faster. It makes objects of
    parameters by what it imports, so only a pipeline counts that gives the nodes the same ones.
    """

    def __init__(self, project: Project, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.homes: dict[str, dict[str, None]] = {node.name: {} for node in pipeline.nodes}
        # By size, so that the first that holds all nodes is the smallest.
        for home in sorted(project.pipelines, key=self._size):
            for node in home.nodes if home.standalone else ():
                # Equal in everything: one name may stand for different nodes in two pipelines.
                if pipeline.by_name.get(node.name) == node:
                    self.homes[node.name][home.name] = None
        self.models = Models(project, pipeline.name)

    def _size(self, home: Pipeline) -> tuple[int, bool, bool, str]:
        """Of some as large, `__default__` comes last: Kedro imports every pipeline for it.

        The exported one comes first, so that no other that is registered later takes its place.
        """
        is_other = home.name != self.pipeline.name
        return len(home.nodes), home.name == "__default__", is_other, home.name

    def of(self, nodes: Sequence[Node]) -> str:
        """Return the name of that pipeline.

        Raises:
            PlanError: Kedro gives these nodes only together with all pipelines.
        """
        for home in self.homes[nodes[0].name]:
            holds = all(home in self.homes[node.name] for node in nodes)
            if holds and self.models.are_same(home, nodes):
                return home
        raise PlanError(
            Finding(
                what=f"`kedro run --pipelines {self.pipeline.name}` does not give these nodes: "
                "Kedro imports only the pipelines it is asked for, and the registry composes "
                "this one from others.",
                where=f"node `{nodes[0].name}` of the pipeline `{self.pipeline.name}`",
                remedy="Let register_pipelines work when find_pipelines returns only some.",
            )
        )


class Models:
    """Tells whether Kedro makes the same objects of parameters in two pipelines."""

    def __init__(self, project: Project, export: str) -> None:
        self.project = project
        self.export = export
        self.is_used = any(node.models for p in project.pipelines for node in p.nodes)
        self.in_pipeline = lru_cache(maxsize=None)(self._in_pipeline)

    def are_same(self, home: str, nodes: Sequence[Node]) -> bool:
        """Compare what some nodes see in a pipeline with what they see in the exported one."""
        if not self.is_used or home == self.export:
            return True
        models_at_home = self._visible(self.in_pipeline(home), nodes)
        models_in_export = self._visible(self.in_pipeline(self.export), nodes)
        # Of two classes for one parameter the last wins, and the order is that of all pipelines.
        return models_at_home == models_in_export and len(
            {model.partition(":")[0] for model in models_at_home}
        ) == len(models_at_home)

    def _in_pipeline(self, name: str) -> frozenset[str]:
        """Kedro looks at all pipelines for `__default__`. Source: `KedroSession.run` there."""
        every = self.project.pipelines
        pipelines = every if name == "__default__" else (self.project.pipeline_by_name[name],)
        return frozenset(model for p in pipelines for node in p.nodes for model in node.models)

    def _visible(self, models: frozenset[str], nodes: Sequence[Node]) -> set[str]:
        paths = {path for node in nodes for path in node.parameters}
        above = {part for path in paths for part in prefixes(path)}
        return {model for model in models if "" in paths or _meets(model, paths, above)}


def _meets(model: str, paths: set[str], above: set[str]) -> bool:
    """Tell whether an object stands at, above or below a path that is read."""
    path = model.partition(":")[0]
    return path in above or any(part in paths for part in prefixes(path))
