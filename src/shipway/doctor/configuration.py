"""Configuration that counts here, and that others do not have: git leaves it out of a clone."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.doctor.result import Result, note, ok, problem
from shipway.doctor.subject import ProjectSubject
from shipway.errors import ProjectError
from shipway.readers.environment import ignored_files

_REMEDY = "Let git keep it, or move what it holds to a file that git keeps."


def check_configuration(subject: ProjectSubject) -> Iterator[Result]:
    """Say which files git ignores that count in an export, and what was left out."""
    results = [*_notes(subject), *_ignored(subject)]
    yield from results
    if not results:
        yield ok("configuration", "No `.gitignore` leaves out a file that counts.")


def _notes(subject: ProjectSubject) -> Iterator[Result]:
    """Those of the reading: of the environment that is read when none is asked for."""
    for text in subject.reading.notes:
        yield note("configuration", text)


def _ignored(subject: ProjectSubject) -> Iterator[Result]:
    from kedro.framework.project import settings

    source = subject.options.conf_source or str(settings.CONF_SOURCE)
    base = settings.CONFIG_LOADER_ARGS.get("base_env") or "base"
    for env in filter(None, (base, subject.options.env)):
        folder = subject.root / source / env
        try:
            files = ignored_files(folder, subject.root) if folder.is_dir() else []
        except ProjectError as error:  # there is no git to ask
            yield from (problem("configuration", finding) for finding in error.findings)
            continue
        for file in files:
            yield note("configuration", "Git ignores this file, which counts here.", file, _REMEDY)
