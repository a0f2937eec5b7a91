"""What a plan starts from; all that is wrong with it is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shipway.errors import ShipwayError
from shipway.mistakes import Mistakes
from shipway.model import Node, Pipeline, Project
from shipway.planner.cut import WHOLE, Cut
from shipway.planner.group import named_groups
from shipway.planner.idle_sections import idle_section_notes
from shipway.planner.jobs import part_of, setters, unread_notes
from shipway.planner.run_parameters import Parameters, choose
from shipway.planner.select import check_inputs, whole
from shipway.settings.check import check_names
from shipway.settings.settings import Layer, Settings
from shipway.settings.values import PipelineSettings


@dataclass(frozen=True, kw_only=True)
class Start:
    """A pipeline, or a part of one, and what the settings say of it.

    Args:
        layers: the settings of each node, by its name.
    """

    pipeline: Pipeline
    settings: PipelineSettings
    layers: Mapping[str, Layer]
    parameters: Parameters


def start(project: Project, name: str, settings: Settings, cut: Cut) -> Start:
    """Return what the plan of a pipeline, or of a job, starts from.

    Args:
        project: as its runs see it (`shipway.planner.jobs.project_of`), without the parameters that
            a run cannot be given.

    Raises:
        ShipwayError: the settings name what does not exist, or the selection or its parameters
            make no plan; with one finding for every mistake.
    """
    mistakes = Mistakes()
    with mistakes:
        check_names(project, settings)
    of_pipeline = settings.pipeline(name)
    try:
        pipeline = part_of(project, settings, name, cut)
    except ShipwayError as error:
        raise mistakes.and_last(error) from error
    with mistakes:
        check_inputs(project, pipeline)
    with mistakes:
        parameters = choose(project, pipeline, of_pipeline, setters(settings))
        notes = [*parameters.notes, *unread_notes(project, settings, name, pipeline)]
        if cut == WHOLE:
            notes += idle_section_notes(settings, name, pipeline)
        parameters = replace(parameters, notes=tuple(notes))
    with mistakes:
        # Looked at again with the tasks: here, so that one mistake does not hide the other.
        named_groups(
            whole(project, pipeline), pipeline, of_pipeline.groups, of_pipeline.place("groups")
        )
    layers = _layers(pipeline.nodes, settings, name, mistakes)
    mistakes.raise_all()
    return Start(pipeline=pipeline, settings=of_pipeline, layers=layers, parameters=parameters)


def _layers(
    nodes: tuple[Node, ...], settings: Settings, name: str, mistakes: Mistakes
) -> dict[str, Layer]:
    layers = {}
    for node in nodes:
        with mistakes:
            layers[node.name] = settings.node(name, node)
    return layers
