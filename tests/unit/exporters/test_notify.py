"""Who hears how a run has ended, by each target's own means."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import pytest

from shipway.artifacts.readback import differences
from shipway.compiler import Compiled, Selection, compile_all, settings_for
from shipway.errors import UnsupportedError
from shipway.model import Dataset
from shipway.settings.source import SettingsSource
from shipway.targets.registry import find
from tests.unit.planner.build_ir import node, project, said

FAR = [Dataset(name="x", kind="remote", location="s3://b/x")]
OF = project(node("a", "raw", "x"), datasets=FAR)
TEAM = {"email": ["team@acme.example", "ops@acme.example"]}
ALERTS = {"webhook": {"name": "alerts"}}


def compiled(
    target: str, notify: Mapping[str, Any], defaults: Mapping[str, Any] | None = None, **more: Any
) -> Compiled:
    image = {"image": "shop:1"} if target == "kubeflow" else {}
    values = {
        "defaults": {**image, **(defaults or {})},
        "pipelines": {"__default__": {"notify": notify}},
        "targets": {target: more},
    }
    exporter = find(target)
    settings = settings_for(SettingsSource(values=values), [exporter])
    (one,) = compile_all(OF, settings, exporter, Selection())
    return one


def text_of(one: Compiled) -> str:
    return next(file.text for file in one.files if file.path.endswith(".py"))


def differ(target: str, one: Compiled, old: str, new: str) -> list[str]:
    """What artifacts with an edited text say otherwise than the plan."""
    assert any(old in file.text for file in one.files)
    files = {file.path: file.text.replace(old, new) for file in one.files}
    return list(differences(one.plan, find(target).read_back(one.plan, files).contents()))


@pytest.mark.parametrize("version", ["2.11", "3"])
def test_airflow_tells_by_callbacks_of_the_dag(version: str) -> None:
    one = compiled(
        "airflow", {"on_failure": [TEAM, ALERTS], "on_success": [ALERTS]}, version=version
    )
    text = text_of(one)
    assert "from airflow.providers.smtp.notifications.smtp import SmtpNotifier" in text
    assert "from airflow.providers.http.notifications.http import HttpNotifier" in text
    assert 'to=["team@acme.example", "ops@acme.example"]' in text
    assert text.count('http_conn_id="alerts"') == 2
    assert ("get_task_instances" in text) == (version == "2.11")
    (block,) = (item for item in ast.parse(text).body if isinstance(item, ast.With))
    call = block.items[0].context_expr
    assert isinstance(call, ast.Call)
    keywords = {keyword.arg for keyword in call.keywords}
    assert keywords >= {"on_failure_callback", "on_success_callback"}


def test_airflow_imports_no_provider_that_is_not_used() -> None:
    text = text_of(compiled("airflow", {"on_success": [TEAM]}))
    assert "SmtpNotifier" in text
    assert "HttpNotifier" not in text
    assert "on_failure_callback" not in text
    assert "providers" not in text_of(compiled("airflow", {}))


def test_a_pipeline_may_tell_nobody() -> None:
    everyone = {"notify": {"on_failure": [TEAM], "on_success": [TEAM]}}
    text = text_of(compiled("airflow", {"on_failure": []}, everyone))
    assert "on_failure_callback" not in text
    assert "on_success_callback" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"team@acme.example", ', ""),
        ('http_conn_id="alerts"', 'http_conn_id="others"'),
        ("on_failure_callback", "on_success_callback"),
    ],
)
def test_whom_airflow_tells_is_read_back(old: str, new: str) -> None:
    one = compiled("airflow", {"on_failure": [TEAM, ALERTS]})
    assert not differ("airflow", one, "dag_id", "dag_id")
    assert "notify.on_" in differ("airflow", one, old, new)[0]


def test_prefect_tells_by_hooks_of_the_flow() -> None:
    text = text_of(compiled("prefect", {"on_failure": [ALERTS], "on_success": [ALERTS]}))
    assert 'on_failure=[webhook_hook("alerts")]' in text
    assert 'on_crashed=[webhook_hook("alerts")]' in text
    assert 'on_completion=[webhook_hook("alerts")]' in text
    assert "from prefect.blocks.webhook import Webhook" in text
    assert "ebhook" not in text_of(compiled("prefect", {}))


@pytest.mark.parametrize("event", ["on_failure", "on_crashed", "on_completion"])
def test_whom_prefect_tells_is_read_back(event: str) -> None:
    one = compiled("prefect", {"on_failure": [ALERTS], "on_success": [ALERTS]})
    assert not differ("prefect", one, "alerts", "alerts")
    old, new = f'{event}=[webhook_hook("alerts")]', f'{event}=[webhook_hook("others")]'
    assert "notify.on_" in differ("prefect", one, old, new)[0]


def refusal(target: str, notify: Mapping[str, Any]) -> str:
    with pytest.raises(UnsupportedError) as error:
        compiled(target, notify)
    return said(error.value)


def test_what_a_target_cannot_tell_is_refused() -> None:
    assert "`on_exit` under targets.kubeflow" in refusal("kubeflow", {"on_failure": [ALERTS]})
    error = refusal("prefect", {"on_success": [TEAM]})
    assert "Prefect cannot express `notify.on_success.email` here." in error
    assert "give a `webhook`" in error
    assert "lower-case letters" in refusal("prefect", {"on_failure": [{"webhook": {"name": "A"}}]})
