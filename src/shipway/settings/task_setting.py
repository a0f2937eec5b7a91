"""What is known of one setting of a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shipway.schemas.shapes import Shape
from shipway.settings.quantities import Quantity
from shipway.settings.values import TaskSettings

Merge = Literal["greatest", "greatest limit", "sum", "alike", "alike where set"]


@dataclass(frozen=True, kw_only=True)
class TaskSetting:
    """All that is known of one setting of a task.

    Args:
        name: as `deploy.yml` has it, dotted below a section (`resources.cpu`).
        attribute: the one of `TaskSettings` that holds it.
        shape: what its value must look like.
        about: what it means, for people.
        merge: what a task of several nodes gets: the greatest of their values, of a limit that
            and of what those without one ask for; their sum, and nothing unless all have one; or
            the one that all have, or all of those that have one.
        by_key: whether its keys are settings of their own, so that precedence and `merge` look at
            each by itself.
        levels: how deep those keys are nested (`airflow.pool` of `targets`).
        typed: from the checked value, or that of one key, to what the attribute holds.
        artifact: what an artifact must say of it, where that is not what the attribute holds.
        capability: what a target declares for it, in the words of the table.
        kinds: the same where a target declares each of its kinds by itself (`volumes.claim`), by
            kind; `artifact` then gives what an artifact must say of each.
        reason: why no target declares anything for it.
        counts_with: the settings without each of which it has no effect; the first says for whom
            it is meant at all.
        nothing: the value by which a layer takes back what a more general one says.
        over_option: whether a target has an option of this name for tasks without the setting, so
            that having nothing is something to say.
    """

    name: str
    attribute: str
    shape: Shape[Any]
    about: str
    merge: Merge = "alike"
    by_key: bool = False
    levels: int = 1
    typed: Callable[[Any], Any] = lambda value: value
    artifact: Callable[[TaskSettings], Any] | None = None
    capability: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    counts_with: tuple[str, ...] = ()
    nothing: Any = ()
    over_option: bool = False

    @property
    def capabilities(self) -> Mapping[str, str]:
        """What a target declares for it, by name, in the words of the table."""
        if self.kinds:
            return {f"{self.name}.{kind}": about for kind, about in self.kinds.items()}
        return {self.name: self.capability} if self.capability else {}

    def in_artifact(self, settings: TaskSettings) -> Mapping[str, Any]:
        """Return what an artifact must say of it, by the names of `capabilities`, or by its own.

        Nothing, or something empty, stands for nothing.
        """
        value = self.artifact(settings) if self.artifact else getattr(settings, self.attribute)
        if self.kinds:
            return {f"{self.name}.{kind}": value.get(kind) for kind in self.kinds}
        return {self.name: value}

    def needs(self, settings: TaskSettings) -> list[str]:
        """Return the capabilities that it takes where it is set; of its kinds, those in use."""
        if self.kinds:
            return [name for name, value in self.in_artifact(settings).items() if value]
        return list(self.capabilities)


def written(attribute: str) -> Callable[[TaskSettings], Any]:
    """Return what gives an attribute's quantity as it is written."""

    def text(settings: TaskSettings) -> str | None:
        quantity: Quantity | None = getattr(settings, attribute)
        return quantity.text if quantity else None

    return text


def as_dict(attribute: str) -> Callable[[TaskSettings], Any]:
    """Return what gives an attribute as a dict."""
    return lambda settings: dict(getattr(settings, attribute))
