"""How long `shipway --help` takes, against a bare `import click`."""

from __future__ import annotations

import argparse
import sys

from benchmarks.measure import SHIPWAY, by_turns, compare


def main() -> None:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=21)
    times = parser.parse_args().times
    peer = (sys.executable, "-c", "import click")
    compare("shipway --help", by_turns((*SHIPWAY, "--help"), peer, times), budget=3)
    command = (*SHIPWAY, "export", "--help")
    compare("shipway export --help", by_turns(command, peer, times), budget=3)


if __name__ == "__main__":
    main()
