"""Several errors as one, so that one call tells all that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from shipway.errors import InternalError, ShipwayError


class Mistakes:
    """Gathers the errors of steps that do not need each other.

    Around each step stands `with mistakes:`; what comes after it goes on, and `raise_all` ends it.
    A bug of Shipway's own is not gathered: it is raised at once.
    """

    def __init__(self) -> None:
        self.errors: list[ShipwayError] = []

    def __enter__(self) -> Mistakes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, ShipwayError) or isinstance(error, InternalError):
            return False
        self.errors.append(error)
        return True

    def and_last(self, error: ShipwayError) -> ShipwayError:
        """Return one error for all and a last one, after which nothing can go on."""
        return joined([*self.errors, error])

    def raise_all(self) -> None:
        """Raise one error for all, if there are any.

        Raises:
            ShipwayError: as `joined` gives it.
        """
        if self.errors:
            raise joined(self.errors) from self.errors[0].__cause__


def joined(errors: Sequence[ShipwayError]) -> ShipwayError:
    """Return one error of the first step's kind, with the findings of all, each once.

    The kinds' exit codes are in the order of the steps: the command line and the settings, the
    project, the plan, the target, the files. A bug of Shipway's own comes before all of them.
    """
    in_order = sorted(errors, key=lambda e: (not isinstance(e, InternalError), e.exit_code))
    findings = dict.fromkeys(finding for error in in_order for finding in error.findings)
    return in_order[0] if len(errors) == 1 else type(in_order[0])(*findings)
