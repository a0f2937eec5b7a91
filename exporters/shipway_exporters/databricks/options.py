"""The section `targets.databricks` of the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shipway.errors import did_you_mean
from shipway.schemas.document import texts
from shipway.schemas.problems import DocumentPath, Problem, display
from shipway.schemas.records import Field, Record
from shipway.schemas.shapes import Flag, ListOf, MapOf, Shape, Text
from shipway_exporters.databricks.field_rules import refusal_of
from shipway_exporters.databricks.models import Model, fields_of, secrets_in, shape_of
from shipway_exporters.databricks.texts import TEMPLATE
from shipway_exporters.databricks.wholeness import Lack, cluster_lacks, environment_lacks

COMPUTE = "compute"
DEFAULT = "default"
"""The profile of a task that names none."""
NAME = Text(r"[A-Za-z0-9_-]{1,80}", "a name of letters, digits, `-` and `_`")


@dataclass(frozen=True)
class Fields:
    """Further fields of a job or a task, each as its model takes it.

    Args:
        more: keys that are none of the model's.
    """

    model: str
    title: str
    more: Mapping[str, Shape[Any]]

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            problems.append(Problem(path, f"{display(value, path)} is not a mapping."))
            return None
        refusals = {str(key): self._refusal(str(key), (*path, str(key))) for key in value}
        problems.extend(problem for problem in refusals.values() if problem)
        problems.extend((*_plain_secrets(value, path), *_templates(value, path)))
        accepted = {key: item for key, item in value.items() if not refusals[str(key)]}
        return Record(self._fields(accepted), self.title).read(accepted, path, problems)

    def schema(self) -> dict[str, Any]:
        return Record(self._fields(self._allowed()), self.title).schema()

    def _fields(self, names: Any) -> dict[str, Field]:
        own = {name: shape_of(self.model, name) for name in names if name not in self.more}
        return {name: Field(shape) for name, shape in {**own, **self.more}.items()}

    def _allowed(self) -> list[str]:
        names = [name for name in fields_of(self.model) if not refusal_of(self.model, name)]
        return sorted({*names, *self.more})

    def _refusal(self, name: str, path: DocumentPath) -> Problem | None:
        if name in self.more:
            return None
        if refusal := refusal_of(self.model, name):
            return Problem(path, f"`{name}` is not passed on: {refusal.why}.", refusal.remedy)
        if name not in fields_of(self.model):
            what = f"`{name}` is unknown in {self.title}."
            return Problem(path, what, did_you_mean(name, self._allowed()), unknown_key=name)
        return None


@dataclass(frozen=True)
class _Checked:
    """A whole model whose texts hold no secrets, and none of the fields that settings decide."""

    model: str
    settings: Mapping[str, str]
    lacks: Callable[[Mapping[str, Any]], Iterator[Lack]]

    def read(
        self, value: Any, path: DocumentPath, problems: list[Problem]
    ) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            return Model(self.model).read(value, path, problems)
        refused = {name: setting for name, setting in self.settings.items() if name in value}
        for name, setting in refused.items():
            what = f"`{name}` is not passed on: the settings {setting} decide it."
            problems.append(Problem((*path, name), what, f"Set {setting} instead."))
        accepted = {name: item for name, item in value.items() if name not in refused}
        problems.extend((*_plain_secrets(accepted, path), *_templates(accepted, path)))
        problems.extend(Problem(path, *lack) for lack in self.lacks(accepted))
        return Model(self.model).read(accepted, path, problems)

    def schema(self) -> dict[str, Any]:
        return Model(self.model).schema()


def _plain_secrets(value: Any, path: DocumentPath) -> list[Problem]:
    what = "A secret stands here in plain text."
    remedy = "Refer to one of Databricks' own: `{{secrets/SCOPE/KEY}}`."
    return [Problem((*path, *place), what, remedy) for place in secrets_in(value)]


def _templates(value: Any, path: DocumentPath) -> list[Problem]:
    """Return what Terraform, which may deploy the bundle, would put something else in place of."""
    what = f"Terraform would take `{TEMPLATE}` for a directive."
    places = (place for place, text in texts(value) if TEMPLATE in text)
    return [Problem((*path, *place), what, "Leave it out.") for place in places]


_CLUSTER = _Checked("ClusterSpec", {"spark_env_vars": "`env` and `secrets`"}, cluster_lacks)
_PROFILE = Record(
    {
        "environment": Field(
            _Checked("Environment", {}, environment_lacks),
            "a serverless environment: `environment_version` and `dependencies`",
        ),
        "cluster": Field(_CLUSTER, "a cluster that the job starts, as `new_cluster` has it"),
        "existing_cluster_id": Field(Text(), "a cluster that runs already, by its id"),
        "libraries": Field(
            ListOf(Model("Library")), "what is installed on a cluster; one of them holds Shipway"
        ),
    },
    "a profile",
    one_of=("environment", "cluster", "existing_cluster_id"),
    # An environment has `dependencies` instead.
    needs=(("libraries", "cluster", "existing_cluster_id"),),
)
_PLAIN = r"(?!.*%\{)"
"""What begins no directive of Terraform's; see `texts`."""
_TABLE = Text(_PLAIN + r"[^.\s]+\.[^.\s]+\.[^.\s]+", "the name of a table, `catalog.schema.table`")
_PROFILE_NAME: Mapping[str, Shape[Any]] = {COMPUTE: NAME}
JOB = Fields("Job", "the fields of a job", {})
TASK = Fields("Task", "the fields of a task", _PROFILE_NAME)
OPTIONS = Record(
    {
        COMPUTE: Field(
            MapOf(_PROFILE, NAME.pattern, NAME.like),
            "what tasks run on, by name: a task names one under `targets: {databricks: {compute: "
            "…}}`, and others have `default`, or the only one that there is",
        ),
        "project_dir": Field(
            Text(_PLAIN + r"(/|\$\{).*", "an absolute path without `%{`"),
            "the folder of the project where tasks run; default `${workspace.file_path}`, where "
            "the bundle puts its files",
        ),
        "tables": Field(
            MapOf(_TABLE),
            "which table of Unity Catalog a dataset is, for `schedule.datasets`",
        ),
        "paused": Field(Flag(), "deploy schedules and triggers as paused; default false"),
        "job": Field(JOB, "further fields of the job, as Databricks has them"),
        "task": Field(TASK, "further fields of every task, as Databricks has them"),
    },
    "`targets.databricks`",
)
