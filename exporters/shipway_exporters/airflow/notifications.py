"""Who hears how a run has ended, as callbacks of the DAG: notifiers of Airflow's providers.

They are told of a run, and so come once however many tasks have failed. Where mails and webhooks go
stands in connections of Airflow, whose ids are all that the file holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipway.artifacts.python_literals import Call, Code
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
_EVENTS = ("on_failure", "on_success")
_SUBJECTS: Mapping[str, str] = {
    "on_failure": "{{ dag.dag_id }} has failed",
    "on_success": "{{ dag.dag_id }} has succeeded",
}
_TEXTS: Mapping[str, str] = {"on_failure": "FAILED", "on_success": "SUCCEEDED"}
_FAILED = """\
FAILED = (
    "{{ dag.dag_id }} has failed in the run {{ run_id }} ({{ reason }}): "
    "%s"
)"""
# Airflow 2 tells of any task, and leaves the failed ones to the run's own list; Airflow 3 tells of
# the one that the run failed by, and 3.0 of none (`DAG.fetch_callback`; `_execute_dag_callbacks`).
_TASKS_2 = "{{ dag_run.get_task_instances(state='failed')|map(attribute='task_id')|join(', ') }}"
_TASK_3 = "{% if ti is defined %}{{ ti.task_id }}{% endif %}"
_SUCCEEDED = 'SUCCEEDED = "{{ dag.dag_id }} has succeeded in the run {{ run_id }}"'


def notifiers(run: RunSettings) -> set[str]:
    """Return the classes that a file needs."""
    return {_NOTIFIERS[notice.kind] for notice in (*run.on_failure, *run.on_success)}


def constants(run: RunSettings, version: str) -> Iterator[str]:
    """Yield the constants with the texts of the messages, as source."""
    if run.on_failure:
        yield _FAILED % (_TASKS_2 if version.startswith("2") else _TASK_3)
    if run.on_success:
        yield _SUCCEEDED


def callbacks(run: RunSettings) -> Iterator[tuple[str, list[Call]]]:
    """Yield the callbacks of a DAG, by the name of the argument."""
    for event, notices in zip(_EVENTS, (run.on_failure, run.on_success), strict=True):
        if notices:
            yield f"{event}_callback", [_notifier(notice, event) for notice in notices]


def notices_in(dag_arguments: Mapping[str, Any]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return whom the arguments of a DAG tell, by capability."""
    calls = {event: dag_arguments.get(f"{event}_callback", ()) for event in _EVENTS}
    notices = {
        f"notify.{event}.{kind}": tuple(_to(call) for call in several if call.function == notifier)
        for event, several in calls.items()
        for kind, notifier in _NOTIFIERS.items()
    }
    return {capability: to for capability, to in notices.items() if to}


def _notifier(notice: Notice, event: str) -> Call:
    text = Code(_TEXTS[event])
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
