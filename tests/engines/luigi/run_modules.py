"""Run pipelines one after another, each in a fork of one process that has imported Luigi.

Reads requests as JSON from standard input: of each the folder of its module, and its words for
Luigi's command line. Writes the exit codes, as JSON; runs in Luigi's own Python.
"""

from __future__ import annotations

import json
import os
import sys

import luigi.retcodes


def run(folder: str, words: list[str]) -> int:
    """Run one pipeline as `python -m luigi` does, started in its folder."""
    child = os.fork()
    if not child:
        code: object = 70
        try:
            os.chdir(folder)
            sys.path.insert(0, folder)
            luigi.retcodes.run_with_retcodes(words)
        except SystemExit as end:
            code = end.code
        finally:
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    codes = [run(request["folder"], request["words"]) for request in json.load(sys.stdin)]
    json.dump(codes, sys.stdout)
