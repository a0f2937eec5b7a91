"""Compile examples/energy and run it on a real orchestrator; `make demo` sets up both.

Everything goes to `.demo/`, which each demo makes afresh.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping

from scripts import demo_airflow, demo_prefect
from scripts.demo_common import PROJECT, DemoError, paint, report, say, shown

ENGINES: Mapping[str, Callable[[], None]] = {
    "prefect": demo_prefect.run,
    "airflow": demo_airflow.run,
}


def main(argv: list[str]) -> None:
    engine = argv[0] if argv else os.environ.get("ENGINE") or "prefect"
    start = time.monotonic()
    try:
        if engine not in ENGINES:
            known = ", ".join(ENGINES)
            raise DemoError(f"there is no demo on `{engine}`; there is one on: {known}")
        ENGINES[engine]()
        report()
    except DemoError as error:
        raise SystemExit(paint(f"demo: {error}", "red")) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    folder = shown(PROJECT / "deploy")
    say(f"\nDone in {time.monotonic() - start:.0f} s. The exported files: {folder}", "bold")


if __name__ == "__main__":
    main(sys.argv[1:])
