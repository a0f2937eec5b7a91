"""A shell before a task's command must run it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import pytest

from shipway.schemas.problems import Problem
from shipway.settings.command_prefix import CommandPrefix


def problems(words: Sequence[str]) -> list[Problem]:
    result: list[Problem] = []
    CommandPrefix().read(list(words), ("command_prefix",), result)
    return result


def runs_what_follows(words: Sequence[str]) -> bool:
    """Ask the shell itself, with a command whose output tells."""
    command = [*words, "printf", "%s", "the task"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return done.stdout.endswith("the task")


@pytest.mark.parametrize(
    "words",
    [
        ["sh", "-c"],
        ["bash", "-lc"],
        ["/bin/sh", "-e", "-c", "true"],
        ["bash", "-c", "export A=b"],
        ["env", "A=b", "bash", "-ec", "cd /"],
    ],
)
def test_a_script_that_runs_no_task_is_refused(words: list[str]) -> None:
    assert not runs_what_follows(words)
    (problem,) = problems(words)
    assert "run no task" in problem.what
    assert 'exec "$0" "$@"' in str(problem.remedy)


@pytest.mark.parametrize(
    "words",
    [
        ["bash", "-c", 'exec "$0" "$@"'],
        ["sh", "-e", "-c", 'export A=b; exec "$0" "${@}"'],
        ["env", "A=b"],
        ["nice", "-n", "1"],
        [],
    ],
)
def test_what_runs_the_task_is_taken(words: list[str]) -> None:
    assert runs_what_follows(words)
    assert problems(words) == []


@pytest.mark.parametrize("words", [["/entry.sh", "-c"], ["tini", "--"], ["bash", "/entry.sh"]])
def test_other_programs_know_their_own_words(words: list[str]) -> None:
    assert problems(words) == []


def test_a_list_of_other_things_is_no_prefix() -> None:
    assert [problem.what for problem in problems([1])] != []  # type: ignore[list-item]
