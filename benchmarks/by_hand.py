"""The DAG that was written by hand, with the operators of containers in place of the shell's."""

from __future__ import annotations

import re

_RUN = re.compile(r'bash_command=RUN\.format\(\s*"([^"]*)", "([^"]*)"\s*\)')
_IMPORT = "from airflow.providers.standard.operators.bash import BashOperator"
_ARGUMENTS = ('        "env": {"SET": SET},\n', '        "append_env": True,\n')
_OPERATORS = {
    "docker": (
        "from airflow.providers.docker.operators.docker import DockerOperator",
        "command",
        '"image": "energy:1", "auto_remove": "force", "mount_tmp_dir": False',
    ),
    "kubernetes": (
        "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator",
        "arguments",
        '"image": "energy:1"',
    ),
}


def in_containers(text: str, way: str) -> str:
    """Return the DAG with `kedro run` in containers, and nothing that can be left out.

    Args:
        way: `docker` or `kubernetes`.
    """
    statement, argument, common = _OPERATORS[way]
    text = re.sub(r"RUN = .*\nSET = .*\n", _words(), text)
    text = text.replace(_IMPORT, statement).replace(_ARGUMENTS[0], f"        {common},\n")
    text = text.replace(_ARGUMENTS[1], "").replace("BashOperator", statement.rpartition(" ")[2])
    return _RUN.sub(rf'{argument}=[*RUN, "--pipelines=\1", "--nodes=\2"]', text)


def _words() -> str:
    conf = "{{ (dag_run.conf or {}) | items | map('join', '=') | join(',') }}"
    return f'RUN = ["kedro", "run", "--params={conf}"]\n'
