"""Readers give the IR: from a Kedro project, or from a snapshot of one."""
