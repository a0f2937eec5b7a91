"""Argo's own code takes the files, and fills them in as these tests' harness does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shipway.artifacts.files import write
from tests.containers.kubernetes.expansion import expand
from tests.proof.test_random_loads import acceptance
from tests.unit.argo.argo_samples import file_of, whole
from tests.unit.planner.build_ir import node, project

from .env import Answer, ask_argo, ask_schemas
from .exported import documents
from .observe import OPTIONS
from .substitutions import ArgoError, Run, globals_of, pod_of, pods_of, templates_of

pytestmark = pytest.mark.engine

REPO = Path(__file__).resolve().parents[3]
GOLDEN = sorted((REPO / "tests" / "golden").glob("*/argo/*.yaml"))
TEXTS = (
    *("", "plain", 'it\'s "quoted" `so`', "{{workflow.uid}}", "{{ workflow.uid }}", "{{=1 + 1}}"),
    *("{{{{", "{{", "}}", "}}{{", "a {{b", "{{inputs.parameters.task}}", "$(HOME)", "$$(HOME)"),
    *("$$", "$", "${x}", "a\\b", "\\u007b", "\\{{", "one\n\ttwo\r\n", "\a\v\x1b\x7f", "größe 🚢"),
    *("\u2028 <b> & \u00ad", "null", "true", "1e3", "--option", "%s", "\\", '"', "\\$(x)", "{" * 9),
)
SPLICES = ('9, "names": ["b"]', '[1], "text": "b"', "1 2", '"', 'a", "n": "2')
VALUES: tuple[Any, ...] = (
    *([text] for text in TEXTS),
    *({text or "empty": [text, {"in": text}]} for text in TEXTS),
    *({"a": {"b": {"c": []}}}, [[], {}], None, 0.1, -7, 2**60, True),
)
OF = project(
    node("a", "params:text params:names params:n", "x"),
    parameters={"text": "t", "names": ["a"], "n": 1},
)


def simple() -> list[Any]:
    """A file of one task, with a parameter of each kind."""
    options = {"image": "shop:1", "volumes": [{"claim": "data", "mount": "/app/data"}]}
    return file_of(OF, {"run_parameters": {"day": "logical_date"}}, options)


def containers(file: list[Any], run: Run) -> dict[str, Any]:
    """What the harness makes of a run."""
    made = {name: pod["container"] for name, pod in pods_of(file[0], run).items()}
    if on_exit := file[0]["spec"].get("onExit"):
        variables = {**globals_of(file[0], run), "workflow.status": "Succeeded"}
        made["on-exit"] = pod_of(templates_of(file[0])[on_exit], {}, variables)["container"]
    return made


def words(container: Mapping[str, Any]) -> tuple[Any, ...]:
    return container["command"], container["args"], container.get("env", [])


def check_alike(answer: Answer, file: list[Any], runs: list[Run]) -> None:
    assert answer.errors == []
    for run, of_argo in zip(runs, answer.runs, strict=True):
        own = containers(file, run)
        assert own.keys() == of_argo.keys()
        assert {k: words(v) for k, v in own.items()} == {k: words(v) for k, v in of_argo.items()}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parts[-3])
def test_argo_and_its_schemas_take_the_example(validation: Path, schemas: Path, path: Path) -> None:
    file = documents(path)
    runs = [Run(), Run(scheduled="2026-01-30T06:00:00+01:00")]
    (answer,) = ask_argo(validation, [file], runs)
    check_alike(answer, file, runs)
    assert ask_schemas(schemas, [file]) == [[]]


def test_values_arrive_as_they_are(validation: Path) -> None:
    """Through Argo's two or three rounds, and through Kubernetes' own; each as one value."""
    file = simple()
    runs = [Run(parameters={"text": text, "n": text}) for text in (*TEXTS, *SPLICES)]
    runs += [Run(parameters={"names": json.dumps(value)}) for value in VALUES]
    (answer,) = ask_argo(validation, [file], runs)
    check_alike(answer, file, runs)
    for run, of_argo in zip(runs, answer.runs, strict=True):
        values = {"text": "t", "names": '["a"]', "n": "1", **run.parameters}
        assert inputs_of(of_argo["a"]) == ({"text": values.pop("text")}, values)


def inputs_of(container: Mapping[str, Any]) -> tuple[Any, ...]:
    """The parameters that a process is told: texts, and texts of JSON."""
    args = [expand(word, {"HOME": "/root"}) for word in container["args"]]
    pairs = dict(word.removeprefix("--").split("=", 1) for word in args)
    return tuple(json.loads(pairs[option]) for option in ("inputs", "literals"))


def bare() -> list[Any]:
    """The same file with a placeholder that lets texts be filled in."""
    file = simple()
    task = templates_of(file[0])["main"]["dag"]["tasks"][0]
    (inputs,) = (i for i in task["arguments"]["parameters"] if i["name"] == "inputs")
    inputs["value"] = '{"text": "{{workflow.parameters.text}}"}'
    return file


@pytest.mark.parametrize(
    ("text", "arrives"), [(TEXTS[3], '{"text": "u-1"}'), (SPLICES[-1], '{"text": "a", "n": "2"}')]
)
def test_control_a_bare_placeholder_lets_texts_be_filled_in(
    validation: Path, text: str, arrives: str
) -> None:
    (answer,) = ask_argo(validation, [bare()], [Run(uid="u-1", parameters={"text": text})])
    (word,) = (w for w in answer.runs[0]["a"]["args"] if w.startswith("--inputs="))
    assert word == f"--inputs={arrives}"


@pytest.mark.parametrize("scheduled", ["2026-01-30T06:00:00+01:00", None])
def test_the_logical_date_of_a_run_by_hand_is_when_it_was_made(
    validation: Path, scheduled: str | None
) -> None:
    run = Run(scheduled=scheduled)
    (answer,) = ask_argo(validation, [simple()], [run])
    assert f"--moment=day={scheduled or run.created}" in answer.runs[0]["a"]["args"]


def test_what_go_cannot_write_is_an_error_in_both(validation: Path) -> None:
    """Argo writes an escape of Go's for a bare placeholder, and refuses what comes of it."""
    run = Run(parameters={"text": "\a"})
    (answer,) = ask_argo(validation, [bare()], [run])
    assert "invalid JSON" in answer.errors[0]
    with pytest.raises(ArgoError, match="invalid JSON"):
        pods_of(bare()[0], run)


def test_argo_takes_random_pipelines_as_the_harness_does(
    validation: Path, schemas: Path, tmp_path: Path
) -> None:
    files = []
    for number, output in enumerate(acceptance("argo", OPTIONS, 200)):
        write(output.files, tmp_path / str(number))
        files.append(documents(tmp_path / str(number) / f"{output.plan.name}.yaml"))
    runs = [Run(), Run(scheduled="2026-01-30T06:00:00Z")]
    answers = ask_argo(validation, [*files, whole()], runs)
    for answer, file in zip(answers, [*files, whole()], strict=True):
        check_alike(answer, file, runs)
    assert ask_schemas(schemas, files) == [[] for _ in files]
