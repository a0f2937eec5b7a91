"""What an export to all targets costs, and the check of one, each against a single target."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.measure import SHIPWAY, by_turns, compare

from tests.projects import copy_example

_SINGLE = "airflow"


def main() -> None:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        project = copy_example(Path(folder) / "energy")
        for what, words in (("export", ()), ("check", ("--check",))):
            of_all, of_one = (
                (*SHIPWAY, "export", target, "--project", project.path, *words)
                for target in ("all", _SINGLE)
            )
            pairs = by_turns(of_all, of_one, times)
            compare(f"{what}: all targets against one", pairs, budget=1.5)


if __name__ == "__main__":
    main()
