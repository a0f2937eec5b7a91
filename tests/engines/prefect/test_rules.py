"""What Prefect itself says to the mistakes that our rules find: mostly nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shipway.settings.units import CRON
from shipway_exporters.prefect.docker_arguments import ARGUMENTS, INSTEAD
from shipway_exporters.prefect.references import has_placeholder, has_reference, has_stray
from tests.unit.exporters.prefect_mistakes import MISTAKES, good

from .env import PrefectEnv

pytestmark = pytest.mark.engine

FACTS = """
import json, sys
from docker.models import containers
from prefect.utilities.templating import find_placeholders
from prefect_docker.worker import DockerWorkerJobConfiguration
names = {*containers.RUN_CREATE_KWARGS, *containers.RUN_HOST_CONFIG_KWARGS}
kinds = [sorted(p.type.value for p in find_placeholders(t)) for t in json.loads(sys.argv[1])]
json.dump([sorted(names), sorted(DockerWorkerJobConfiguration.model_fields), kinds], sys.stdout)
"""
TEXTS = (
    *("{{ prefect.blocks.secret.a-b }}", "{{prefect.blocks.json.b.value.list[0].k}}"),
    *("a {{ prefect.variables.x_1 }} b", "{{ prefect.variables.x }}{{ prefect.blocks.json.a }}"),
    *("{{ x }}", "{{ $HOME }}", "{{ prefect.variables.x }} {{ x }}", "a { { b } }", "{{ a b }}"),
)
# `_create_container_args` takes these apart; `create` sets the last itself.
SPLIT = {"ports", "volumes", "network", "networking_config"}
OF_CREATE = {"version"}
SCRIPT = Path(__file__).parent / "read_documents.py"
CRONS = ("0 6 * * *", "*/15 0-6,12 1,15 jan-mar 1-5", "0 0 * * 7", "0 0 * * SUN", "5/10 * * * *")


def words(prefect: PrefectEnv, documents: list[Any]) -> list[str | None]:
    process = subprocess.run(
        [prefect.python, SCRIPT],
        env=prefect.variables(prefect.home()),
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        check=True,
    )
    result: list[str | None] = json.loads(process.stdout)
    return result


def test_prefect_takes_the_good_document(prefect: PrefectEnv) -> None:
    assert words(prefect, [good()]) == [None]


def test_prefect_lets_most_mistakes_through_in_silence(prefect: PrefectEnv) -> None:
    answers = words(prefect, [mistake.document for mistake in MISTAKES])
    silent = sum(answer is None for answer in answers)
    print(f"{silent} of {len(MISTAKES)}")
    assert len(MISTAKES) / 2 < silent
    assert silent < len(MISTAKES), "the control: Prefect does look at the documents"


def test_prefect_takes_each_cron_expression_that_the_settings_take(prefect: PrefectEnv) -> None:
    documents = []
    for cron in CRONS:
        assert CRON.read(cron, (), []) is not None, cron
        document = good()
        document["deployments"][0]["schedules"][0]["cron"] = cron
        documents.append(document)
    assert words(prefect, documents) == [None] * len(CRONS)


@pytest.fixture(scope="module")
def facts(prefect: PrefectEnv) -> Any:
    outcome = prefect.run(prefect.home(), ["-c", FACTS, json.dumps(TEXTS)])
    return json.loads(outcome.stdout.splitlines()[-1])


def test_docker_s_arguments_are_those_of_docker_py(facts: Any) -> None:
    names, fields, _ = facts
    of_worker = {*INSTEAD, "command"}
    assert {*names} | SPLIT == ARGUMENTS | OF_CREATE | (of_worker & ({*names} | SPLIT))
    dropped = {*fields} - {"container_create_kwargs"}
    assert dropped <= of_worker, "what the worker drops without a word"
    assert of_worker - dropped == {"environment", "network"}, "at which it ends with an error"


def test_references_are_what_prefect_takes_for_blocks_and_variables(facts: Any) -> None:
    *_, kinds = facts
    assert [has_placeholder(text) for text in TEXTS] == [bool(of) for of in kinds]
    meant = {"block_document", "variable"}
    assert [has_stray(text) for text in TEXTS] == [not meant.issuperset(of) for of in kinds]
    assert [has_reference(text) for text in TEXTS] == [bool(meant & {*of}) for of in kinds]
