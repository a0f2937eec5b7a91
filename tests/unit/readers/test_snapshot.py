"""The snapshot is the IR, exactly: written, checked against its schema, and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings

from shipway.cli import main
from shipway.errors import ProjectError
from shipway.model import Parameter, Project
from shipway.readers.snapshot import dump, load, schema
from tests.projects import make_project, text_file
from tests.unit.readers.projects_of_ir import projects

SCHEMA = jsonschema.Draft202012Validator(schema())
EXACT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
REGISTRY = """
one = pipeline([
    node(f.make, ["raw", "params:model.rate", "parameters"], "mid", name="ä", tags=["b", "a"]),
    node(f.make, "mid", "end@text", namespace="space", name="n", confirms="raw"),
])
return {"__default__": one, "empty": Pipeline([])}
"""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project read by Kedro."""
    project = make_project(
        tmp_path_factory.mktemp("real"),
        REGISTRY,
        catalog={"raw": text_file("ö.txt"), "end@text": text_file("end", versioned=True)},
        parameters={
            "model": {"rate": 1e-30, "layers": [{"z": 1, "a": None}], "big": 2**80, "é": "ß\n"},
            "password": "x",
        },
        package="real_project_of_snapshots",
    )
    return project.read(params="model.rate=2.0,new.deep=1").project


def read_back(project: Project, folder: Path) -> Project:
    file = folder / "snapshot.json"
    file.write_text(dump(project), encoding="utf-8")
    return load(file)


def types(value: Any) -> Any:
    """The shape of a JSON value with its types and order, which `==` does not tell apart."""
    if isinstance(value, dict):
        return [(key, types(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [types(item) for item in value]
    return type(value), repr(value)


def test_a_real_project_reads_back_equal(real: Project, tmp_path: Path) -> None:
    back = read_back(real, tmp_path)
    assert back == real
    assert len(real.pipelines) == 2
    assert real.overrides == {"model": {"rate": 2.0}, "new": {"deep": 1}}
    assert [types(p.value) for p in back.parameters] == [types(p.value) for p in real.parameters]
    assert dump(back) == dump(real)


@EXACT
@given(projects())
def test_any_project_reads_back_equal(tmp_path: Path, project: Project) -> None:
    back = read_back(project, tmp_path)
    assert back == project
    assert dump(back) == dump(project)
    assert [types(p.value) for p in back.parameters] == [types(p.value) for p in project.parameters]


@settings(EXACT, max_examples=50)
@given(project=projects())
def test_the_schema_takes_what_is_written(project: Project) -> None:
    SCHEMA.validate(json.loads(dump(project)))


def test_the_published_schema_takes_a_real_project(real: Project) -> None:
    result = CliRunner().invoke(main, ["schema", "snapshot"])
    published = json.loads(result.stdout)
    jsonschema.Draft202012Validator.check_schema(published)
    document = json.loads(dump(real))
    jsonschema.validate(document, published)
    for fault in ({**document, "more": 1}, {**document, "shipway_snapshot": 3}, {"name": "x"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(fault, published)


def test_the_same_project_gives_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for seed, folder in (("1", "here"), ("2", "some/where/else")):
        project = make_project(
            tmp_path / folder,
            REGISTRY,
            catalog={"raw": text_file("x"), "{a}@text": text_file("{a}")},
            parameters={"model": {"rate": 1}, "b": 1, "a": {"y": {}, "x": [3, 1]}},
            package="project_of_the_same_bytes",
        )
        project.write("conf/base/parameters_more.yml", "c: 3\n")
        project.write("conf/base/catalog_more.yml", "mid: {type: MemoryDataset}\n")
        process = project.run("python", "-m", "shipway", "snapshot", PYTHONHASHSEED=seed)
        assert process.returncode == 0, process.stderr
        texts.append(process.stdout)
    assert texts[0] == texts[1]
    assert str(tmp_path) not in texts[0]


def test_the_command_writes_what_stands_on_standard_output(tmp_path: Path) -> None:
    project = make_project(tmp_path, REGISTRY, parameters={"model": {"rate": 1}})
    display = project.shipway("snapshot").stdout
    file = tmp_path / "made" / "project.json"
    assert project.shipway("snapshot", "-o", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8") == display
    assert load(file) == project.read().project


def test_what_is_not_said_is_what_the_model_says(real: Project) -> None:
    text = dump(real)
    assert '"versioned": false' not in text
    assert '"tags": []' not in text
    assert '"hidden": null' not in text


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    for path, says in ((tmp_path / "gone.json", "No such file"), (tmp_path, "directory")):
        with pytest.raises(ProjectError) as error:
            load(path)
        (finding,) = error.value.findings
        assert says in finding.what
        assert finding.where == path.as_posix()


def test_a_parameter_that_is_null_stays_one(tmp_path: Path) -> None:
    content = (Parameter(path=("a",)), Parameter(path=("b",), value=False))
    project = Project(name="x", kedro="1.7.0", pipelines=(), parameters=content)
    assert types([p.value for p in read_back(project, tmp_path).parameters]) == types([None, False])
