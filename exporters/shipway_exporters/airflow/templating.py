"""Texts of a DAG file that Airflow would take for something else."""

from __future__ import annotations


def markdown(text: str) -> str:
    """Return `text` so that Airflow does not take it for the name of a file, ending in `.md`."""
    # Airflow opens such a text as a file (`airflow.sdk.definitions.dag._convert_doc_md`).
    return f"{text}\n" if text.endswith(".md") else text
