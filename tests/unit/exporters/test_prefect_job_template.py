"""The job template of a kubernetes pool: whole, sealed, and checked."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from shipway.artifacts.files import compare, write
from shipway.artifacts.leftovers import leftovers
from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import UsageError
from shipway.planner.cut import Cut
from shipway.settings.source import SettingsSource
from shipway.targets.exporter import companions
from shipway.targets.registry import find
from shipway_exporters.prefect.job_template import DEVICES, device_variable, job_template
from shipway_exporters.prefect.rules_template import template_faults
from tests.unit.exporters.prefect_artifacts import files
from tests.unit.exporters.prefect_pools import (
    FURTHER,
    KUBERNETES,
    MARK,
    NOTHING,
    TEMPLATE,
    compiled,
    template,
)
from tests.unit.planner.build_ir import node, project


def test_one_pool_serves_all_pipelines() -> None:
    templates = [template(**content) for content, _ in FURTHER.values()]
    halves = [{k: v for k, v in item.items() if k != "about"} for item in templates]
    usual = job_template(None)
    assert [half for half in halves if half != usual] == [job_template("example.com/fpga-2")]


def test_each_device_has_a_variable_of_its_own() -> None:
    devices = [*DEVICES, "nvidia-com/gpu", "nvidia.com/mig-1g.5gb", "AMD.com/gpu"]
    assert len({device_variable(device) for device in devices}) == len(devices)


def test_the_header_says_how_the_pool_is_made() -> None:
    options = {**KUBERNETES, "work_pool": {"type": "kubernetes", "name": "my pool"}}
    text = files(NOTHING, options, **FURTHER["taints"][0])["shop/prefect.yaml"]
    file = "--base-job-template deploy/prefect/shop/base-job-template.json"
    assert f"#     prefect work-pool create 'my pool' --type kubernetes {file}\n" in text
    assert f"#     prefect work-pool update 'my pool' {file}\n" in text
    assert "work-pool" not in files(NOTHING, options)["shop/prefect.yaml"]


def test_waivers_stand_in_the_template_as_well() -> None:
    content = {"volumes": [{"host_path": "/h", "mount": "/h"}], **FURTHER["taints"][0]}
    text = files(NOTHING, KUBERNETES, ("volumes",), **content)[TEMPLATE]
    assert "pipelines.__default__.volumes" in json.loads(text)["about"]


def test_the_template_says_whom_it_serves() -> None:
    (first, *_) = template(kubernetes={"priority_class": "batch"})["about"]
    assert first == "The job template of a kubernetes pool, for any pipeline of the project."
    (first, *_) = template(resources={"gpu": 1, "gpu_type": "foo.com/x"})["about"]
    assert first == (
        "The job template of a kubernetes pool, for pipelines of the project with `foo.com/x` or "
        "common devices."
    )
    (first, *_) = template(resources={"gpu": 1, "gpu_type": "amd.com/gpu"})["about"]
    assert "any pipeline" in first


def test_the_template_is_sealed_like_any_file(tmp_path: Path) -> None:
    artifact = compiled(**FURTHER["taints"][0])
    write(artifact.files, tmp_path)
    assert compare(artifact.files, tmp_path) == ()
    file = tmp_path / TEMPLATE
    text = file.read_text()
    lines = json.loads(text)["about"]
    assert sum(line.startswith("shipway: ") for line in lines) == 2
    file.write_text(text.replace('"backoff_limit": {', '"backoff_limits": {'))
    (difference,) = compare(artifact.files, tmp_path)
    assert (difference.path, difference.causes) == (TEMPLATE, ("edited",))
    file.write_text(json.dumps({k: v for k, v in json.loads(text).items() if k != "about"}))
    (difference,) = compare(artifact.files, tmp_path)
    assert difference.causes == ("unsealed",)
    file.write_text(text)
    later = compiled(**FURTHER["machines"][0])
    assert {item.causes for item in compare(later.files, tmp_path)} == {("settings",)}
    now = compiled()
    (left,) = leftovers(now.files, companions(find("prefect"), now.plan), tmp_path)
    assert (left.path, left.causes) == (TEMPLATE, ("leftover",)), "an export that needs it no more"


def test_a_template_of_another_project_is_left_alone(tmp_path: Path) -> None:
    artifact = compiled(**FURTHER["taints"][0])
    write(artifact.files, tmp_path)
    file = tmp_path / TEMPLATE
    other = "shipway: of=000000000000.000000000000"
    lines = json.loads(file.read_text())["about"]
    (own,) = (line for line in lines if line.startswith("shipway: of="))
    file.write_text(file.read_text().replace(own, other))
    assert [item.causes for item in compare(artifact.files, tmp_path)] == [("foreign",)]


Change = Callable[[dict[str, Any]], Any]
MISTAKES: Mapping[str, Change] = {
    "used and not declared": lambda t: t["variables"]["properties"].pop("tolerations"),
    "declared and not used": lambda t: pod(t).pop("tolerations"),
    "used under another name": lambda t: pod(t).update(tolerations="{{ toleration }}"),
    "no worker's business": lambda t: t["job_configuration"].update(manifest={}),
    "no manifest": lambda t: t["job_configuration"].pop("job_manifest"),
    "no second half": lambda t: t.pop("variables"),
    "a third half": lambda t: t.update(defaults={}),
    "an open schema": lambda t: t["variables"].pop("additionalProperties"),
    "no Job": lambda t: manifest(t).update(kind="Pod"),
    "a policy that the worker refuses": lambda t: pod(t).update(restartPolicy="OnFailure"),
    "no completions": lambda t: pod(t).pop("completions"),
}


def manifest(document: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = document["job_configuration"]["job_manifest"]
    return result


def pod(document: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = manifest(document)["spec"]["template"]["spec"]
    return result


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_template_is_found(mistake: str) -> None:
    document = copy.deepcopy(job_template(None))
    assert not list(template_faults(document, {"tolerations": [], "env": MARK}))
    MISTAKES[mistake](document)
    assert list(template_faults(document, {"env": MARK}))


def test_a_variable_that_the_template_lacks_is_found() -> None:
    (fault,) = template_faults(job_template(None), {"devices_example_com_fpga_2": "2"})
    assert "`devices_example_com_fpga_2`, which is no variable of the template" in fault.what


@pytest.mark.parametrize(
    ("pattern", "instead", "message"),
    [
        ("{{ pull }}", "pull: []\nx: 1", "`x` is unknown"),
        ("{{ deployments }}", "{{ deployments | replace('tolerations', 'taints') }}", "`taints`"),
        (
            "{{ deployments }}",
            "{{ deployments | replace('SHIPWAY_JOB_TEMPLATE', 'OTHER') }}",
            "`SHIPWAY_JOB_TEMPLATE`, a pool with another template would take the deployment",
        ),
    ],
)
def test_a_template_of_the_users_own_is_checked(
    tmp_path: Path, pattern: str, instead: str, message: str
) -> None:
    folder = Path(__file__).parents[3] / "templates" / "shipway_templates" / "prefect"
    (tmp_path / "prefect").mkdir()
    text = (folder / "prefect.yaml.j2").read_text()
    (tmp_path / "prefect" / "prefect.yaml.j2").write_text(text.replace(pattern, instead))
    values = {
        "targets": {"prefect": dict(KUBERNETES)},
        "pipelines": {"__default__": FURTHER["taints"][0]},
    }
    exporter = find("prefect")
    settings = settings_for(SettingsSource(values=values), [exporter])
    with pytest.raises(UsageError) as error:
        list(compile_all(NOTHING, settings, exporter, Selection(templates=tmp_path)))
    assert any(message in finding.what for finding in error.value.findings)


def test_the_template_is_json_whatever_stands_in_its_header() -> None:
    tags = ('say "hi" \\ {{ y }}\n', "größe")
    of = project(*(node(tag, "params:p", tags=(tag,)) for tag in tags), parameters={"p": 1})
    values = {
        "targets": {"prefect": dict(KUBERNETES)},
        "defaults": dict(FURTHER["taints"][0]),
    }
    exporter = find("prefect")
    settings = settings_for(SettingsSource(values=values), [exporter])
    (artifact,) = compile_all(of, settings, exporter, Selection(cut=Cut(tags=tags)))
    (text,) = (file.text for file in artifact.files if file.path.endswith(".json"))
    assert json.loads(text)["about"][3].startswith("shipway export prefect")
