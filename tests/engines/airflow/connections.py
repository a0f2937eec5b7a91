"""Connections of Airflow to listeners of a test, as variables of its processes."""

from __future__ import annotations

import json
from typing import Any

from tests.engines.listeners import Received

NOTIFY = {
    "on_failure": [{"email": ["team@acme.example"]}, {"webhook": {"name": "alerts"}}],
    "on_success": [{"webhook": {"name": "alerts"}}],
}


def connections(mails: Received[Any], hooks: Received[Any]) -> dict[str, str]:
    """Return the connections by which `NOTIFY` is carried out."""
    smtp = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": mails.port,
        "extra": {"from_email": "airflow@acme.example", "disable_ssl": True, "disable_tls": True},
    }
    http = {"conn_type": "http", "host": f"http://127.0.0.1:{hooks.port}/in"}
    return {
        "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(smtp),
        "AIRFLOW_CONN_ALERTS": json.dumps(http),
    }
