"""The ways in which a task of a DAG runs."""
