"""The ways in which a task of a DAG runs: a module for each, and `registry` to choose by task."""
