"""A case of the table: one idea, as a pipeline, its settings and a run of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from shipway.model import Json

Section = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A pipeline of the zoo. What must be there after its run is what `kedro run` leaves behind.

    Nothing here is of a target: what one of them refuses, its export says.

    Args:
        name: of the pipeline, or of the job; its files stand in a folder of this name in `data`.
        about: what the row is about, for the page.
        nodes: Python, as in a registry; the functions of `zoo.py` are at hand as `f`.
        catalog: entries besides the patterns `NAME__…` (a text file of the case) and `NAME__v_…`
            (a versioned one).
        parameters: of base, as YAML.
        files: what is there before a run, by path in `data`.
        settings: of the pipeline, as in `deploy.yml`.
        job: the settings of a job, where the run is one of it.
        env: the environment that it is exported for.
        values: what is set when the run is triggered, by dotted names.
        facts: values that `kedro run` is given for what an orchestrator fills in.
        tries: how often the run is tried until it has ended as it should.
        ends: how the run ends.
        runs: of the pipeline, at once.
    """

    name: str
    about: str
    nodes: str
    catalog: Section = field(default_factory=dict)
    parameters: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    settings: Section = field(default_factory=dict)
    job: Section | None = None
    env: str | None = None
    values: Mapping[str, Json] = field(default_factory=dict)
    facts: Mapping[str, Json] = field(default_factory=dict)
    tries: int = 1
    ends: Literal["success", "failure"] = "success"
    runs: int = 1

    @property
    def pipeline(self) -> str:
        """The name of the pipeline that is registered."""
        return self.name if self.job is None else str(self.job["pipeline"])

    @property
    def choice(self) -> Mapping[str, Sequence[str]]:
        """What a job chooses of its pipeline, by the option of `kedro run`."""
        return {key: value for key, value in (self.job or {}).items() if isinstance(value, list)}
