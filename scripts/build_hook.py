"""Hatch's hook: a wheel or an sdist holds the library that `shipway plan --format html` needs.

Without network, an editable installation goes on without it, and the command says what is missing.
A wheel does not: whoever gets it could not mend that. SHIPWAY_WITHOUT_PAGE=1 builds one all the
same.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# A build front end has no folder of the repository on its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts import layout_library


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Brings the library before anything is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's
        """Bring what is missing; `version` is `standard` or `editable`."""
        if layout_library.is_there():
            return
        try:
            layout_library.bring()
        except layout_library.LibraryError as error:
            if version != "editable" and not os.environ.get("SHIPWAY_WITHOUT_PAGE"):
                raise SystemExit(
                    f"{error} Or build without the page: SHIPWAY_WITHOUT_PAGE=1."
                ) from None
            self.app.display_warning(str(error))
