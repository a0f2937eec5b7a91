"""Who hears how a run has ended, as callbacks of the DAG: notifiers of Airflow's providers.

They are told of a run, and so come once however many tasks have failed. Where mails and webhooks go
stands in connections of Airflow, whose ids are all that the file holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.python_literals import Call
from shipway.settings.values import Notice, NoticeKind, RunSettings
from shipway_exporters.airflow.jinja_texts import untemplated

_MAIL = "`SmtpNotifier` of apache-airflow-providers-smtp, by the connection `smtp_default`"
_WEBHOOK = "`HttpNotifier` of apache-airflow-providers-http, by the connection of that name"
CAPABILITIES: Mapping[str, str] = {
    "notify.on_failure.email": _MAIL,
    "notify.on_failure.webhook": _WEBHOOK,
    "notify.on_success.email": _MAIL,
    "notify.on_success.webhook": _WEBHOOK,
}
_NOTIFIERS: Mapping[NoticeKind, str] = {"email": "SmtpNotifier", "webhook": "HttpNotifier"}
_RUN = "{{ dag.dag_id }} has %s in the run {{ run_id }}"
_SUBJECTS: Mapping[str, str] = {
    "on_failure": "{{ dag.dag_id }} has failed",
    "on_success": "{{ dag.dag_id }} has succeeded",
}
# Airflow 2 tells of any task, and leaves the failed ones to the run's own list; Airflow 3 tells of
# the one that the run failed by, and 3.0 of none (`DAG.fetch_callback`; `_execute_dag_callbacks`).
_FAILED_2 = "{{ dag_run.get_task_instances(state='failed')|map(attribute='task_id')|join(', ') }}"
_FAILED_3 = "{% if ti is defined %}{{ ti.task_id }}{% endif %}"


def notifiers(run: RunSettings) -> set[str]:
    """Return the classes that a file needs."""
    return {_NOTIFIERS[notice.kind] for notice in (*run.on_failure, *run.on_success)}


def callbacks(run: RunSettings, version: str) -> Iterator[tuple[str, list[Call]]]:
    """Yield the callbacks of a DAG, by the name of the argument."""
    for event, notices in (("on_failure", run.on_failure), ("on_success", run.on_success)):
        if notices:
            text = _text(event, version)
            yield f"{event}_callback", [_notifier(notice, event, text) for notice in notices]


def notices_in(dag_arguments: Mapping[str, Any]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return whom the arguments of a DAG tell, by capability."""
    calls = {
        event: dag_arguments.get(f"{event}_callback", ()) for event in ("on_failure", "on_success")
    }
    notices = {
        f"notify.{event}.{kind}": tuple(_to(call) for call in several if call.function == notifier)
        for event, several in calls.items()
        for kind, notifier in _NOTIFIERS.items()
    }
    return {capability: to for capability, to in notices.items() if to}


def _text(event: str, version: str) -> str:
    if event == "on_success":
        return _RUN % "succeeded"
    task = _FAILED_2 if version.startswith("2") else _FAILED_3
    return f"{_RUN % 'failed'} ({{{{ reason }}}}): {task}"


def _notifier(notice: Notice, event: str, text: str) -> Call:
    arguments: dict[str, Any]
    if notice.kind == "webhook":
        arguments = {"http_conn_id": notice.to[0], "json": {"text": text}}
    else:
        addresses = [untemplated(address) for address in notice.to]
        arguments = {"to": addresses, "subject": _SUBJECTS[event], "html_content": text}
    return Call(_NOTIFIERS[notice.kind], (), tuple(arguments.items()))


def _to(call: Call) -> tuple[str, ...]:
    arguments = dict(call.kwargs)
    return tuple(arguments["to"]) if "to" in arguments else (arguments["http_conn_id"],)
