"""`kedro run` of many pipelines in one process, each in a fork: most of each would be its start.

What one run leaves behind (resolvers of OmegaConf's, imports) does not reach the next one.

    python kedro_runs.py FILE    # of JSON: a list of what `KedroRun` of `by_kedro.py` says
"""

from __future__ import annotations

import inspect
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path


def main() -> None:
    """Run all; exit 1 at the first that ends otherwise than it should."""
    import pandas  # noqa: F401 - Kedro imports it as it makes a `MemoryDataset`
    from kedro.framework.cli.cli import KedroCLI
    from kedro.framework.session import session  # noqa: F401 - so that each fork has it

    # Dynaconf asks who calls it, for which `inspect` looks at the files of all modules, once.
    inspect.stack()
    kedro = KedroCLI(project_path=Path.cwd())
    for request in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        child = os.fork()
        if not child:
            os.environ.update(request["env"])
            _run(kedro, request["words"])
        if bool(os.waitpid(child, 0)[1]) != request["fails"]:
            how = "should have failed" if request["fails"] else "failed"
            raise SystemExit(f"{how}: kedro {' '.join(request['words'])}")


def _run(kedro: object, words: Sequence[str]) -> None:
    code = 1
    try:
        kedro(list(words), standalone_mode=False)  # type: ignore[operator]
        code = 0
    except BaseException:  # noqa: BLE001 - a report of whatever stops it, and the end of the fork
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
