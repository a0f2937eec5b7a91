"""No secret is opened, and none reaches anything that Shipway makes or says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.projects import KedroProject, make_project, new_package, text_file

CANARY = "canary-hunter2"
WATCH = """
import os, runpy, sys

log = os.open(os.environ["OPENED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def watch(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        os.write(log, os.fsencode(args[0]) + b"\\n")

sys.addaudithook(watch)
sys.argv = sys.argv[1:]
runpy.run_module("shipway", run_name="__main__", alter_sys=True)
"""
DATASETS = """
from pathlib import Path

from kedro.io import AbstractDataset


class Loud(AbstractDataset):
    def __init__(self, **options):
        Path(__file__).with_name("made.txt").write_text(str(options))
        raise RuntimeError("a dataset was made")

    def _load(self): pass
    def _save(self, data): pass
    def _describe(self): return {}
"""
HOOKS = """
from kedro.framework.hooks import hook_impl


class Hooks:
    @hook_impl
    def after_context_created(self, context):
        list(context.config_loader["credentials"])
        context._get_config_credentials()
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> KedroProject:
    """A project with a canary everywhere a secret may stand."""
    package = new_package()
    loud = {"type": f"{package}.functions.Loud", "password": CANARY}
    url = f"s3://key:{CANARY}@bucket/x.csv?token={CANARY}"
    project = make_project(
        tmp_path_factory.mktemp("secrets"),
        """
        return {"__default__": pipeline([
            node(f.make, ["loud", "params:model", "params:db", "url"], "out", name="n"),
            node(f.make, ["out", "made_up", "sql"], "end", name="m"),
        ])}
        """,
        catalog={
            "loud": {**loud, "credentials": "db"},
            "{name}_up": {**loud, "credentials": {"key": CANARY}},
            "url": text_file("x") | {"filepath": url, "credentials": "db"},
            "out": text_file("out.txt", credentials="db"),
            "sql": {"type": "pandas.SQLTableDataset", "con": f"postgres://u:{CANARY}@h/d"},
        },
        parameters={
            "model": {"rate": 0.5, "apiKey": CANARY, "layers": [{"token": CANARY}]},
            "db": {"url": f"postgres://u:{CANARY}@h/d", "dsn": f"Server=h;Password={CANARY}"},
        },
        nodes=DATASETS + "\n\ndef make(*parts): return 'x'\n",
        package=package,
    )
    volumes = "[{claim: data, mount: /app/data}]"
    project.write("deploy.yml", f"targets: {{kubeflow: {{image: 'x:1', volumes: {volumes}}}}}\n")
    project.write("wrong.yml", f"defaults: {{retires: 1, env: {{API_TOKEN: {CANARY}}}}}\n")
    project.write("lost.yml", f"defaults: {{image: 'https://u:{CANARY}@h/x:1'}}\n")
    project.write(".env", f"DB_PASSWORD={CANARY}\n")
    project.write("conf/prod/parameters.yml", f"elsewhere: {{token: {CANARY}}}\n")
    for file in ("base/credentials.yml", "local/credentials.yml", "local/credentials/db.yml"):
        project.write(f"conf/{file}", f"{Path(file).stem}{len(file)}: {{password: {CANARY}}}\n")
    return project


def subject(project: KedroProject, *args: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run Shipway, and return also the names of all files that it opened."""
    opening = project.path / "opened.txt"
    opening.unlink(missing_ok=True)
    process = project.run(
        "python", "-c", WATCH, "shipway", *args, OPENED=str(opening), DB_PASSWORD=CANARY
    )
    return process, opening.read_text()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("snapshot -o made/snapshot.json", 0),
        ("plan --format json", 0),
        ("export airflow --output made", 0),
        ("export kubeflow --output made/kubeflow --settings deploy.yml", 0),
        ("export prefect --output made/prefect --format json", 0),
        ("export airflow --output unmade --check", 1),
        ("export airflow --output unmade --diff", 0),
        ("export airflow --settings wrong.yml --traceback", 2),
        ("export airflow --settings lost.yml", 2),
        (f"plan --params url=https://h/?token={CANARY}", 2),
        ("plan --env nowhere", 2),
    ],
)
def test_credentials_are_neither_opened_nor_told(
    project: KedroProject, command: str, code: int
) -> None:
    process, opening = subject(project, *command.split())
    assert process.returncode == code, process.stderr
    own = [line for line in opening.splitlines() if project.package in line]
    names = {Path(line).name.partition(".")[0] for line in own}
    assert "settings" in names  # the watch itself works, whether Python reads a .py or a .pyc
    assert "credentials" not in opening
    product = [path.read_text() for path in (project.path / "made").rglob("*") if path.is_file()]
    assert CANARY not in process.stdout + process.stderr + "".join(product)
    assert not list(project.path.rglob("made.txt"))


def test_everything_was_made_without_any(project: KedroProject) -> None:
    assert subject(project, "snapshot", "-o", "again/snapshot.json")[0].returncode == 0
    snapshot = (project.path / "again/snapshot.json").read_text()
    assert '"location": "s3://bucket/x.csv"' in snapshot
    assert snapshot.count('"hidden": "its name looks like a secret"') == 2
    assert snapshot.count('"hidden": "its value holds credentials"') == 2


LOCATIONS = {
    "signed": (f"data/x.csv?sv=1&sig={CANARY}", "data/x.csv"),
    "share": (f"//user:{CANARY}@host/share/x.csv", "/host/share/x.csv"),
    "short": (f"s3:key:{CANARY}@bucket/x.csv", "s3:bucket/x.csv"),
    "path": (f"https://host/x;token={CANARY}/x.csv", "https://host/x/x.csv"),
    "plain": ("data/a@b;c?d.csv", "data/a@b;c?d.csv"),
}


def test_locations_in_any_spelling_lose_their_secrets(tmp_path: Path) -> None:
    inputs = ", ".join(f'"{name}"' for name in LOCATIONS)
    project = make_project(
        tmp_path,
        f'return {{"__default__": pipeline([node(f.make, [{inputs}], None, name="n")])}}',
        catalog={
            name: text_file("x") | {"filepath": file_list}
            for name, (file_list, _) in LOCATIONS.items()
        },
        nodes="def make(*parts): pass\n",
    )
    read = project.read().project
    assert {d.name: d.location for d in read.datasets} == {
        name: rest for name, (_, rest) in LOCATIONS.items()
    }


def test_hooks_get_no_credentials_either(project: KedroProject) -> None:
    settings = f"from {project.package}.hooks import Hooks\n\nHOOKS = (Hooks(),)\n"
    project.write(f"src/{project.package}/hooks.py", HOOKS)
    project.write(f"src/{project.package}/settings.py", settings)
    process, opening = subject(project, "snapshot", "--with-hooks")
    assert process.returncode == 0, process.stderr
    assert "hooks.py" in opening
    assert "credentials" not in opening
    assert CANARY not in process.stdout + process.stderr


def test_an_error_tells_no_secret_of_the_file_it_is_about(tmp_path: Path) -> None:
    catalog = f"a: {{credentials: {CANARY}, password: {CANARY}\nb: [\n"
    project = make_project(tmp_path, "return {}", catalog=catalog)
    result = project.shipway("plan", "--traceback")
    assert result.exit_code == 3
    assert "conf/base/catalog.yml:2" in result.output
    assert CANARY not in result.output
