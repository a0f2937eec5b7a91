"""What `shipway init` and `shipway doctor` say for Vertex AI."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from shipway.compiler import Selection, compile_all, settings_for
from shipway.doctor.idle import check_idle
from shipway.doctor.subject import TargetSubject
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.targets import IMAGE, VERTEX
from tests.unit.exporters.kubeflow_artifacts import CHAIN, artifact
from tests.unit.planner.build_ir import node, project

NAMES = {"BUCKET": "acme", "PROJECT": "acme-energy", "REGION": "europe-west1"}
LOCAL = project(node("a", "raw", "x"), node("b", "x", "y"))


def test_the_comments_of_a_starter_export_for_vertex() -> None:
    exporter: Any = find("kubeflow")
    plan = artifact(CHAIN).plan
    text: str = exporter.starter(LOCAL, [plan])
    comments = [line.removeprefix("    # ") for line in text.splitlines() if "    # " in line]
    lines = "\n".join(comments[comments.index("platform: vertex") :])
    for word, name in NAMES.items():
        lines = lines.replace(word, name)
    options = {"image": IMAGE, **yaml.safe_load(lines)}
    content = {"schedule": {"cron": "0 6 * * *"}}
    values = {"targets": {"kubeflow": options}, "pipelines": {"__default__": content}}
    settings = settings_for(SettingsSource(values=values), [exporter])
    (result,) = compile_all(LOCAL, settings, exporter, Selection())
    assert [file.path for file in result.files] == ["shop.yaml", "shop.schedule.yaml"]
    assert options.keys() == {"image", *VERTEX}


def test_an_option_that_no_pipeline_counts_with_is_said_once() -> None:
    plans = [
        artifact(CHAIN, {"image": IMAGE, **VERTEX, "timezone": "UTC"}, name=name).plan
        for name in ("one", "two")
    ]
    subject = TargetSubject(root=Path(), exporter=find("kubeflow"), plans=(*plans,), findings=())
    (result,) = check_idle(subject)
    assert result.what == "It has no effect: Vertex AI reads the zone of each schedule."
    # The last has no such option.
    some = replace(subject, plans=(*plans, artifact(CHAIN).plan))
    (result,) = check_idle(some)
    assert result.what.startswith("It has no effect on `__default__`, `__default__`: Vertex AI")
