"""The schema of `deploy.yml`, made of what is declared of each setting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shipway.schemas.records import Either, Field, Record, is_mapping
from shipway.schemas.shapes import Choice, ListOf, MapOf, Shape, anything
from shipway.secrecy import looks_secret
from shipway.settings.run_setting import RunSetting
from shipway.settings.run_settings import RUN_SETTINGS
from shipway.settings.task_setting import TaskSetting
from shipway.settings.task_settings import TASK_SETTINGS
from shipway.settings.units import CRON
from shipway.settings.value_shapes import PLAIN, TEXT


def _below(section: str, settings: Iterable[TaskSetting | RunSetting]) -> dict[str, Field]:
    """Return the keys of a section, or those at the top for an empty name."""
    return {
        setting.name.rpartition(".")[2]: Field(setting.shape, setting.about)
        for setting in settings
        if setting.name.rpartition(".")[0] == section
    }


LIMITS = Record(_below("resources.limits", TASK_SETTINGS), "`limits`")
RESOURCES = Record(
    {
        **_below("resources", TASK_SETTINGS),
        "limits": Field(LIMITS, "the most that it may use, where that is more than it asks for"),
    },
    "`resources`",
)
KUBERNETES = Record(_below("kubernetes", TASK_SETTINGS), "`kubernetes`")
CONCURRENCY = Record(_below("concurrency", RUN_SETTINGS), "`concurrency`")
NOTIFY = Record(_below("notify", RUN_SETTINGS), "`notify`")
SCHEDULE = Record(
    _below("schedule", RUN_SETTINGS),
    "a schedule",
    one_of=("cron", "datasets"),
    needs=(
        ("catchup", "start"),
        ("catchup", "cron"),
        ("timezone", "cron"),
        ("parameters", "cron"),
    ),
)


def _cron_as_text(value: object) -> str:
    """Return how a cron expression is written that stands where the section should."""
    cron = CRON.read(value, (), [])
    end = "." if cron else ", or `schedule: none`."
    return f'Write `schedule: {{cron: "{cron or "0 6 * * *"}"}}`{end}'


_SECTIONS: Mapping[str, Field] = {
    "resources": Field(RESOURCES, "compute of one task"),
    "kubernetes": Field(KUBERNETES, "what Kubernetes is told of a task's pod"),
    "concurrency": Field(CONCURRENCY, "how much may run at once"),
    "notify": Field(NOTIFY, "who hears how a run has ended"),
    "schedule": Field(
        Either(((is_mapping, SCHEDULE), (anything, Choice(("none",), _cron_as_text)))),
        "when it runs; default none",
        empty="Write `schedule: none` for no schedule.",
    ),
}


def _keys(settings: Iterable[TaskSetting | RunSetting]) -> dict[str, Field]:
    """Return the keys of a document that holds these settings, a section where its first stands."""
    settings = list(settings)
    fields = {**_below("", settings), **_SECTIONS}
    return {first: fields[first] for first in (s.name.partition(".")[0] for s in settings)}


TASK: Mapping[str, Field] = _keys(TASK_SETTINGS)
SHARED: Mapping[str, Field] = {**TASK, **_keys(s for s in RUN_SETTINGS if s.in_defaults)}
"""Keys that both `defaults` and a pipeline may hold."""

PIPELINE = Record(
    {
        **SHARED,
        **_keys(s for s in RUN_SETTINGS if not s.in_defaults),
        "tags": Field(MapOf(Record(TASK, "a tag's settings")), "task settings by tag"),
        "namespaces": Field(
            MapOf(Record(TASK, "a namespace's settings")), "task settings by namespace"
        ),
        "nodes": Field(MapOf(Record(TASK, "a node's settings")), "task settings by node"),
    },
    "a pipeline's settings",
)

DEFAULTS = Record(SHARED, "`defaults`")

_CHOICE = ListOf(TEXT, least=1)
JOB_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_CHOSEN_OR_SET: Mapping[str, str] = {"tags": "tag", "namespaces": "namespace", "nodes": "node"}


def _chosen_or_set(word: str, of_one: str) -> Field:
    """A list chooses nodes, as the option of the command line does; a mapping sets something."""
    shape = Either(((is_mapping, PIPELINE.fields[word].shape), (anything, _CHOICE)))
    return Field(shape, f"as a list, only nodes of these; as a mapping, task settings by {of_one}")


JOB = Record(
    {
        "pipeline": Field(TEXT, "the registered pipeline that it runs; default `__default__`"),
        "params": Field(
            MapOf(PLAIN, with_null=True), "parameters that each run of it gets, nested or dotted"
        ),
        "from_nodes": Field(_CHOICE, "only these nodes and those that wait for them"),
        "to_nodes": Field(_CHOICE, "only these nodes and those that they wait for"),
        "from_inputs": Field(_CHOICE, "only nodes that these datasets lead to"),
        "to_outputs": Field(_CHOICE, "only nodes that lead to these datasets"),
        **PIPELINE.fields,
        **{word: _chosen_or_set(word, of_one) for word, of_one in _CHOSEN_OR_SET.items()},
    },
    "a job's settings",
)
_JOBS = MapOf(
    JOB,
    key=JOB_NAME,
    like="a name of a job",
    remedy="Write it in letters of ASCII, digits, `_`, `.` and `-`.",
    empty="Write `{}` for a job that says nothing of its own; in another file, `null` drops the "
    "job that is there.",
)


def document(targets: Mapping[str, Shape[Any]]) -> Record:
    """Return the shape of the whole file, given the options of each known target."""
    sections = {name: Field(shape) for name, shape in targets.items()}
    return Record(
        {
            "defaults": Field(DEFAULTS, "what holds unless said otherwise"),
            "pipelines": Field(MapOf(PIPELINE), "settings by registered pipeline"),
            "jobs": Field(_JOBS, "further deployments of registered pipelines, by name"),
            "targets": Field(Record(sections, "`targets`"), "options of each target"),
        },
        "the settings",
    )


def secret_in_env(env: Mapping[str, str]) -> list[str]:
    """Return the variables of `env` whose names say that they hold a secret."""
    return sorted(name for name, value in env.items() if looks_secret(name, value))
