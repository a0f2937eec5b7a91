"""How often an ordinary parameter is taken for a secret.

Reads the parameter files (`conf/**/parameters*`) of projects that were checked out into one folder
beforehand, one folder each, and prints for every project its parameters and those left out as
secrets. With `--names` it lists the latter, so that a person can tell the false alarms; no value
is printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from shipway.model import Parameter
from shipway.readers.parameters import flatten
from shipway.secrecy import SECRET_NAME, SECRET_VALUE


def main() -> None:
    """Print a table of the projects in the folder that is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds a folder for each project")
    parser.add_argument("--names", action="store_true", help="list what is left out")
    arguments = parser.parse_args()
    total = alarms = 0
    for project in sorted(filter(Path.is_dir, arguments.folder.iterdir())):
        leaves = list(_parameters(project))
        left_out = [leaf for leaf in leaves if leaf.hidden in (SECRET_NAME, SECRET_VALUE)]
        total, alarms = total + len(leaves), alarms + len(left_out)
        print(f"{project.name:60} {len(leaves):6} {len(left_out):4}")
        for leaf in left_out if arguments.names else ():
            print(f"    {leaf.name}: {leaf.hidden}")
    print(f"{'all':60} {total:6} {alarms:4}")


def _parameters(project: Path) -> Iterator[Parameter]:
    for file in sorted(project.rglob("parameters*")):
        files = sorted(file.rglob("*.y*ml")) if file.is_dir() else [file]
        for each in files if "conf" in file.parts else ():
            if each.suffix in (".yml", ".yaml"):
                yield from flatten(_load(each))


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
