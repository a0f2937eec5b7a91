"""What runs leave behind in a project's data folder."""

from __future__ import annotations

from collections.abc import Mapping

from tests.projects import KedroProject


def written(project: KedroProject) -> dict[str, bytes]:
    """What the data folder holds, by path."""
    folder = project.path / "data"
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def unversioned(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same without the names of versions, which are those of moments."""
    return {
        "/".join(part for part in name.split("/") if not part.startswith("20")): content
        for name, content in files.items()
    }


def persisted(project: KedroProject) -> dict[str, bytes]:
    """What the data folder holds, whichever version it is."""
    return unversioned(written(project))


def kedro_run(project: KedroProject, *options: str, **env: str) -> dict[str, bytes]:
    """What `kedro run` leaves behind in a data folder that was empty; emptied again after."""
    process = project.run("python", "-m", "kedro", "run", *options, **env)
    assert process.returncode == 0, process.stdout + process.stderr
    result = written(project)
    for name in result:
        (project.path / "data" / name).unlink()
    return result
