"""Running commands by turns, and telling how they compare."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
SHIPWAY = (sys.executable, "-m", "shipway")
_QUIET = {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1", "SCARF_ANALYTICS": "false"}


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one process took: seconds on the clock, seconds of a core, and memory at its peak."""

    wall: float
    cpu: float
    peak: float

    @property
    def mebibytes(self) -> float:
        """The peak, in MiB."""
        return self.peak / 2**20


Command = Sequence[str | Path]

# A process starts with the peak of the one that started it, so a small one starts the command.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(pid, 0)
numbers = (time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss)
open(sys.argv[1], "w").write(" ".join(map(str, numbers)))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run(command: Command, folder: Path = REPO, env: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end; one that fails ends the benchmark."""
    environ = {**os.environ, **_QUIET, **(env or {})}
    with tempfile.NamedTemporaryFile("r") as numbers:
        launcher = (sys.executable, "-I", "-S", "-c", _LAUNCHER, numbers.name)
        done = subprocess.run(
            [*launcher, *map(str, command)],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{done.stdout}\nfailed: {' '.join(map(str, command))}")
        wall, cpu, peak = map(float, numbers.read().split())
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(wall=wall, cpu=cpu, peak=peak * unit)


def by_turns(
    one: Command, other: Command, times: int, folder: Path = REPO
) -> list[tuple[Run, Run]]:
    """Run two commands alternately, each once before it counts."""
    pairs = [(run(one, folder), run(other, folder)) for _ in range(times + 1)]
    return pairs[1:]


def compare(name: str, pairs: Sequence[tuple[Run, Run]], budget: float) -> None:
    """Print the ratio of each pair, by the clock and by the core."""
    for kind in ("wall", "cpu"):
        ours = [getattr(one, kind) for one, _ in pairs]
        theirs = [getattr(other, kind) for _, other in pairs]
        ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
        print(f"{name}, {kind}: {spread(ours)} s against {spread(theirs)} s")
        print(f"{'':4}ratio {spread(ratios)}, budget {budget}")


def spread(values: Sequence[float]) -> str:
    """Return the median, and the least and the most."""
    return f"{statistics.median(values):.3g} ({min(values):.3g}-{max(values):.3g})"
