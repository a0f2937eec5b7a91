"""How often an ordinary parameter is taken for a secret.

Reads the parameter files (`conf/**/parameters*`) of projects that were checked out into one folder
beforehand, one folder each, and prints for every project its parameters and those left out as
secrets. With `--names` it lists the latter, so that a person can tell the false alarms; no value
is printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from shipway.secrecy import names_a_secret, why_secret

Leaf = tuple[tuple[str, ...], Any]
"""The names that lead to a value, and the value."""


def main() -> None:
    """Print a table of the projects in the folder that is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds a folder for each project")
    parser.add_argument("--names", action="store_true", help="list what is left out")
    arguments = parser.parse_args()
    total = alarms = 0
    for project in sorted(filter(Path.is_dir, arguments.folder.iterdir())):
        leaves = list(_parameters(project))
        reasons = [(path, why_secret(path, value)) for path, value in leaves]
        left_out = [(path, reason) for path, reason in reasons if reason]
        total, alarms = total + len(leaves), alarms + len(left_out)
        print(f"{project.name:60} {len(leaves):6} {len(left_out):4}")
        for path, reason in left_out if arguments.names else ():
            print(f"    {'.'.join(path)}: {reason}")
    print(f"{'all':60} {total:6} {alarms:4}")


def _parameters(project: Path) -> Iterator[Leaf]:
    for file in sorted(project.rglob("*.y*ml")):
        below = file.relative_to(project).parts
        if "conf" in below and any(part.startswith("parameters") for part in below):
            yield from _leaves((), _load(file))


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[Leaf]:
    if isinstance(value, Mapping) and value and not names_a_secret(value):
        for key, item in value.items():
            yield from _leaves((*path, str(key)), item)
    else:
        yield path, value


def _load(file: Path) -> dict[str, Any]:
    """Return what a file holds, its interpolations as they are written."""
    try:
        loaded = yaml.load(file.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        print(f"{file}: not read ({type(error).__name__})")
        return {}
    return loaded if isinstance(loaded, dict) else {}


if __name__ == "__main__":
    main()
