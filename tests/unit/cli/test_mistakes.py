"""Mistakes that people make, and what each message must say: what, where, and what is meant."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shipway.cli import main
from tests.projects import KedroProject, make_project

DEPLOY = "conf/base/deploy.yml"
CATALOG = "conf/base/catalog.yml"
TEXT = "{type: text.TextDataset, filepath: data/x.txt}"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A mistake.

    Args:
        files: what is written into the project, by path.
        args: the command, without `--project`.
        says: what its output must hold.
        code: its exit code.
    """

    says: Sequence[str]
    files: Mapping[str, str] = field(default_factory=dict)
    args: Sequence[str] = ("export", "airflow")
    code: int = 2


def deploy(text: str, *says: str, target: str = "airflow", code: int = 2) -> Mistake:
    """A mistake in the settings of the whole project."""
    return Mistake(files={DEPLOY: text}, says=says, args=("export", target), code=code)


def defaults(text: str, *says: str, target: str = "airflow", code: int = 2) -> Mistake:
    """A mistake in `defaults`, which stand in the first line."""
    return deploy(f"defaults: {{{text}}}\n", *says, target=target, code=code)


def pipeline(text: str, *says: str, code: int = 2) -> Mistake:
    """A mistake in the settings of the default pipeline."""
    return deploy(f"pipelines: {{__default__: {{{text}}}}}\n", *says, code=code)


def option(*args: str, says: Sequence[str], code: int = 2) -> Mistake:
    """A mistake on the command line."""
    return Mistake(args=args, says=says, code=code)


def catalog(text: str, *says: str, code: int = 3) -> Mistake:
    """A mistake in the catalog."""
    return Mistake(files={CATALOG: text}, says=says, code=code)


CRON = 'cron: "0 6 * * *"'
MISTAKES = {
    # A word that is not known, anywhere in the settings.
    "key": defaults("retires: 1", f"{DEPLOY}:1", "Did you mean `retries`?"),
    "target that is an option": deploy(
        "targets: {vertex: {image: 'a:1'}}\n",
        "There is no target `vertex`.",
        "Vertex AI is `platform: vertex` under targets.kubeflow.",
        target="kubeflow",
    ),
    "target that is an option, on the command line": option(
        "export", "vertex-ai", says=["Vertex AI is `platform: vertex` under targets.kubeflow."]
    ),
    "option by another name": deploy(
        "targets: {kubeflow: {platform: vertex, region: x}}\n", "`location`?", target="kubeflow"
    ),
    "section": deploy("default: {retries: 1}\n", "Did you mean `defaults`?"),
    "pipeline": deploy("pipelines: {__defualt__: {retries: 1}}\n", "Did you mean `__default__`?"),
    "node": pipeline("nodes: {frist: {retries: 1}}", f"{DEPLOY}:1", "Did you mean `first`?"),
    "tag": pipeline("tags: {elt: {retries: 1}}", "Did you mean `etl`?"),
    "namespace": pipeline("namespaces: {prep: {retries: 1}}", "There is no namespace `prep`"),
    "key of a node": pipeline("nodes: {first: {retrys: 1}}", "nodes.first.retrys", "`retries`?"),
    "resource": defaults("resources: {cpus: 2}", "Did you mean `cpu`?"),
    "a key too high": defaults("cpu: 2", "It stands under `resources`: `resources: {cpu: …}`."),
    "a cron too high": pipeline(CRON, "It stands under `schedule`: `schedule: {cron: …}`."),
    "concurrency": defaults("concurrency: {run: 1}", "Did you mean `runs`?"),
    "notify": defaults("notify: {on_failure: [{emial: a@b.c}]}", "Did you mean `email`?"),
    "secret": defaults("secrets: {X: {nam: a, key: b}}", "Did you mean `name`?"),
    "run_on": defaults("run_on: dokcer", "Did you mean `docker`?"),
    "memory": defaults("memory: stor", "Did you mean `store`?"),
    "target": deploy("targets: {airflo: {}}\n", "Did you mean `airflow`?"),
    "option of a target": deploy(
        "targets: {airflow: {exectuor: celery}}\n", "Did you mean `executor`?"
    ),
    "value of an option": deploy(
        "targets: {airflow: {executor: kubernets}}\n", "Did you mean `kubernetes`?"
    ),
    "group_by": pipeline("group_by: namspace", "Did you mean `namespace`?", "`namespace:2`"),
    "group_by with depth": pipeline('group_by: "namspace:2"', "Did you mean `namespace:2`?"),
    "parameter": pipeline("parameters: [siez]", "`siez`", "Did you mean `size`?", code=4),
    "parameters": pipeline("parameters: nothing", "`nothing`"),
    "fact of a run": pipeline("run_parameters: {size: run_di}", "Did you mean `run_id`?"),
    "node of a group": pipeline("groups: {g: [secnd]}", "Did you mean `second`?", code=4),
    "load version": pipeline("load_versions: {mid: x}", "There is no versioned dataset `mid`"),
    "dataset of a schedule": deploy(
        "pipelines: {scoring: {schedule: {datasets: [mdi]}}}\n", "Did you mean `mid`?"
    ),
    "parameter of a schedule": pipeline(
        f"schedule: {{{CRON}, parameters: {{sise: 2}}}}", "Did you mean `size`?", code=4
    ),
    # A value of another kind, or in another form.
    "schedule as text": pipeline(
        'schedule: "0 6 * * *"', 'Write `schedule: {cron: "0 6 * * *"}`.', f"{DEPLOY}:1"
    ),
    "schedule as a word": pipeline("schedule: daily", 'Write `schedule: {cron: "0 6 * * *"}`'),
    "cron macro": pipeline('schedule: {cron: "@daily"}', "five fields", "`0 6 * * *`"),
    "cron hour": pipeline('schedule: {cron: "0 25 * * *"}', "`25` is no hour (0-23)"),
    "cron day": pipeline('schedule: {cron: "0 6 30 2 *"}', "schedule.cron"),
    "time zone": pipeline(
        f"schedule: {{{CRON}, timezone: Europe/Pariss}}", "Did you mean `Europe/Paris`?"
    ),
    "time zone by its city": pipeline(
        f"schedule: {{{CRON}, timezone: new york}}", "Did you mean `America/New_York`?"
    ),
    "time zone by a short name": pipeline(
        f"schedule: {{{CRON}, timezone: CEST}}", "Write one like `Europe/Paris`."
    ),
    "cron with a zone": pipeline(
        'schedule: {cron: "TZ=Europe/Paris 0 6 * * *"}', "`timezone: Europe/Paris`"
    ),
    "start": pipeline(f"schedule: {{{CRON}, start: 01.02.2026}}", "Write one like `2026-01-31`"),
    "catchup": pipeline(f"schedule: {{{CRON}, catchup: true}}", "`catchup` needs `start`"),
    "type of a parameter": pipeline(
        f"schedule: {{{CRON}, parameters: {{size: big}}}}",
        "`size` is a whole number in the project",
        code=4,
    ),
    "number in quotes": defaults('retries: "3"', "not a whole number", "Leave the quotes out."),
    "flag in quotes": defaults('keep_store: "true"', "Leave the quotes out."),
    "less than nothing": defaults("retries: -1", "`-1` is not a whole number of at least 0"),
    "delay": defaults("retry_delay: 5 min", "Write `30s`, `5m`, `1h30m` or `2d`."),
    "no time": defaults("timeout: 0", "Leave the setting out instead."),
    "memory size": defaults("resources: {memory: 4GB}", "4Gi", target="kubeflow"),
    "half a byte": defaults("resources: {memory: 512m}", "512Mi", target="kubeflow"),
    "image": defaults("image: Energy:1", "Energy:1", "image", target="kubeflow"),
    "owner": defaults("owner: [a]", "A list is not"),
    "list for mapping": deploy("defaults: [retries]\n", "A list is not a mapping"),
    "mapping for list": pipeline("groups: {g: {first: 1}}", "A mapping is not a list"),
    "no value": defaults("retries: ", "`retries` has no value", "drop the key"),
    "boolean as a name": deploy(
        "pipelines: {__default__: {groups: {yes: [first]}}}\n", "goes in quotes"
    ),
    "variable": defaults("env: {DEBUG: true}", "Put it in quotes"),
    "label without quotes": defaults(
        "kubernetes: {labels: {gpu: true}}", "Put it in quotes", target="kubeflow"
    ),
    "secret as text": defaults("secrets: {X: a/b}", "Write `{name: …, key: …}`."),
    "plain secret": defaults("env: {DB_PASSWORD: hunter22x}", "Refer to it: `secrets:"),
    "volume without a place": defaults("volumes: [{claim: data}]", "`mount` is missing"),
    "volume at no place": defaults("volumes: [{claim: d, mount: data}]", "volumes", "`data`"),
    "store without a URL": defaults("memory: store", "needs a `store`", "s3://bucket/shipway"),
    "store and its place": defaults("storre: s3://a/b", "Did you mean `store`?"),
    "node in two groups": pipeline("groups: {a: [first], b: [first]}", "two groups", code=4),
    "not for this target": defaults("image: 'a:1'", "--allow-lossy image", code=5),
    # YAML.
    "tab": deploy("defaults:\n\tretries: 1\n", f"{DEPLOY}:2", "A tab stands in column 1"),
    "tab in a list": deploy(
        "pipelines:\n  __default__:\n    parameters:\n    -\tsize\n    \t- b\n", "A tab stands"
    ),
    "bracket": deploy("defaults: {retries: 1\n", "not valid YAML", DEPLOY),
    "key twice": defaults("retries: 1, retries: 2", "retries", DEPLOY),
    "interpolation": defaults("owner: '${globals:team}'", DEPLOY, "team"),
    "file in the root": Mistake(
        files={"deploy.yml": "defaults: {retries: 5}\n"},
        says=[f"note: deploy.yml is not read: {DEPLOY} is, or another that --settings names."],
        code=0,
    ),
    "file above": Mistake(
        files={"conf/deploy.yml": "defaults: {retries: 5}\n"},
        says=["conf/deploy.yml", "would be ignored", DEPLOY],
    ),
    # The command line.
    "command": option("exprot", says=["Did you mean `export`?"]),
    "option": option("export", "airflow", "--chekc", says=["--check"]),
    "target on the command line": option("export", "airflwo", says=["Did you mean `airflow`?"]),
    "--env": option("export", "airflow", "--env", "prd", says=["--env", "Did you mean `prod`?"]),
    "--pipeline": option("plan", "-p", "scorin", says=["Did you mean `scoring`?"]),
    "--pipelines": option("plan", "-p", "scoring,brokn", says=["Did you mean `broken`?"]),
    "--tags": option("plan", "-t", "elt", says=["Did you mean `etl`?"]),
    "--nodes": option("plan", "-n", "frist", says=["--nodes", "Did you mean `first`?"]),
    "--from-inputs": option("plan", "--from-inputs", "rav", says=["Did you mean `raw`?"]),
    "--group-by": option("plan", "--group-by", "namspace", says=["Did you mean `namespace`?"]),
    "--params": option("plan", "--params", "size", says=["not of the form KEY=VALUE"]),
    "--params that nothing reads": option(
        "plan", "--params", "sise=2", says=["`sise`", "Did you mean `size`?"], code=0
    ),
    "--allow-lossy": option(
        "export", "airflow", "--allow-lossy", "imge", says=["Did you mean `image`?"]
    ),
    "--settings": option("plan", "--settings", "nowhere.yml", says=["nowhere.yml", "No such file"]),
    "--snapshot": option(
        "plan", "--snapshot", "nowhere.json", says=["nowhere.json", "No such file"], code=3
    ),
    "--conf-source": option("plan", "--conf-source", "conff", says=["conff", "There is no such"]),
    "--format": option("plan", "--format", "yaml", says=["'yaml' is not one of"]),
    "--replace with --check": option(
        "export", "airflow", "--replace", "--check", says=["cannot be used together"]
    ),
    # The catalog and the parameters.
    "class": catalog(
        f"raw: {TEXT}\nmid: {{type: text.TextDatset, filepath: data/m.txt}}\nend: {TEXT}\n",
        *(f"{CATALOG}:2", "Did you mean `text.TextDataset`?"),
    ),
    "module of a class": catalog(
        f"raw: {{type: txt.TextDataset, filepath: data/r.txt}}\nmid: {TEXT}\nend: {TEXT}\n",
        *(f"{CATALOG}:1", "Did you mean `text.TextDataset`?"),
    ),
    "full path of a class": catalog(
        f"raw: {{type: kedro_datasets.text.TextDatset, filepath: a}}\nmid: {TEXT}\nend: {TEXT}\n",
        "Did you mean `kedro_datasets.text.TextDataset`?",
    ),
    "no type": catalog(f"raw: {{filepath: x}}\nmid: {TEXT}\nend: {TEXT}\n", "has no `type`"),
    "entry that is a text": catalog(f"raw: x.txt\nmid: {TEXT}\nend: {TEXT}\n", f"{CATALOG}:1"),
    "broken catalog": catalog("raw: [\n", "not valid YAML", CATALOG),
    "tab in the catalog": catalog("raw:\n\ttype: x\n", f"{CATALOG}:2", "A tab stands in column 1"),
    "name of an entry": catalog(
        f"rwa: {TEXT}\nmid: {TEXT}\nend: {TEXT}\n",
        *("Nobody makes the dataset `raw`", "Did you mean `rwa`?"),
        code=4,
    ),
    "missing parameter": Mistake(
        files={"conf/base/parameters.yml": "sizes: 1\n"},
        says=["The node `first` reads `params:size`", "Did you mean `sizes`?"],
        code=4,
    ),
    "interpolated parameter": Mistake(
        files={"conf/base/parameters.yml": "size: ${siez}\n"},
        says=["conf/base/parameters.yml:1", "siez"],
        code=3,
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_place_and_what_is_meant(
    project: KedroProject, name: str
) -> None:
    mistake = MISTAKES[name]
    project.write("conf/prod/parameters.yml", "{}\n")
    for file, text in mistake.files.items():
        project.write(file, text)
    output = _call(project, mistake.args)
    assert output.exit_code == mistake.code, output.output
    for words in mistake.says:
        assert words in output.output


def _call(project: KedroProject, args: Sequence[str]) -> Result:
    if args[0] not in ("export", "plan"):
        return CliRunner().invoke(main, args)
    return project.shipway(*args)


def test_there_are_as_many_as_were_tried() -> None:
    assert len(MISTAKES) + 5 >= 75


ONE = 'return {"__default__": pipeline([node(f.make, "a", "b", name="n")])}'
CODE = """
from kedro.framework.project import find_pipelines
return {"__default__": find_pipelines()["campaign"]}
"""


def _with_pipeline(folder: Path, text: str) -> KedroProject:
    project = make_project(folder, CODE)
    home = f"src/{project.package}/pipelines"
    project.write(f"{home}/__init__.py", "")
    project.write(f"{home}/campaign/__init__.py", "from .pipeline import create_pipeline\n")
    project.write(f"{home}/campaign/pipeline.py", text)
    return project


def test_the_import_that_failed_comes_before_the_name_that_is_missing(tmp_path: Path) -> None:
    project = _with_pipeline(tmp_path, "import no_such_package\n")
    output = project.shipway("plan")
    assert output.exit_code == 3
    assert "No module named 'no_such_package'" in output.output
    assert "pipelines/campaign/pipeline.py:1" in output.output
    assert "KeyError" not in output.output


def test_a_syntax_error_names_the_python_that_read_the_module(tmp_path: Path) -> None:
    project = _with_pipeline(tmp_path, "def create_pipeline(:\n")
    output = project.shipway("plan")
    assert output.exit_code == 3
    version = ".".join(map(str, sys.version_info[:3]))
    assert f"Python {version}" in output.output
    assert "pipelines/campaign/pipeline.py:1" in output.output


def test_a_mistake_in_the_registry_has_its_line(tmp_path: Path) -> None:
    project = make_project(tmp_path, "return {'__default__': pipelin([])}")
    output = project.shipway("plan")
    assert output.exit_code == 3
    assert "pipeline_registry.py:" in output.output
    assert "'pipelin'" in output.output


def test_a_class_of_the_project_s_own_is_named_too(tmp_path: Path) -> None:
    project = make_project(tmp_path, ONE, package="shop_of_mistakes")
    project.write("src/shop_of_mistakes/datasets.py", "class TableDataset: ...\n")
    project.write(CATALOG, f"a: {{type: shop_of_mistakes.datasets.TabelDataset}}\nb: {TEXT}\n")
    output = project.shipway("plan")
    assert output.exit_code == 3
    assert "Did you mean `shop_of_mistakes.datasets.TableDataset`?" in output.output
    assert f"{CATALOG}:1" in output.output


def test_a_folder_without_a_project(tmp_path: Path) -> None:
    output = CliRunner().invoke(main, ["plan", "--project", str(tmp_path)])
    assert output.exit_code == 3
    assert "--project DIR" in output.output
