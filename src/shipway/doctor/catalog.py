"""Whether the classes of the catalog import here, as they must where tasks run."""

from __future__ import annotations

import contextlib
import inspect
import sys
import warnings
from collections.abc import Collection, Iterator

from shipway.doctor.result import Result, note, ok
from shipway.doctor.subject import ProjectSubject
from shipway.model import Dataset
from shipway.readers.catalog import import_class
from shipway.readers.kedro import arguments_of_entries

_KEDRO_DATASETS = "kedro_datasets."


def check_catalog(subject: ProjectSubject) -> Iterator[Result]:
    """Import each class that a pipeline's catalog names; an export itself does not."""
    by_class: dict[str, list[Dataset]] = {}
    for dataset in subject.reading.project.datasets:
        if dataset.type:
            by_class.setdefault(dataset.type, []).append(dataset)
    failures = {path: why for path in sorted(by_class) if (why := _why_not(path))}
    for path, why in failures.items():
        names = ", ".join(f"`{dataset.name}`" for dataset in by_class[path][:5])
        what = f"`{path}` does not import: {why}."
        yield Result(
            check="catalog",
            level="problem",
            what=what,
            where=f"catalog: {names}",
            remedy=_remedy(path),
        )
    wrong = list(_wrong_arguments(subject, failures)) if by_class else []
    yield from wrong
    if by_class and not failures and not wrong:
        size = "The class" if len(by_class) == 1 else f"All {len(by_class)} classes"
        yield ok("catalog", f"{size} of its entries can be imported.")
    if not by_class:
        yield note("catalog", "No dataset of a pipeline has an entry, so all pass in memory.")


def _wrong_arguments(subject: ProjectSubject, failures: Collection[str]) -> Iterator[Result]:
    """Bind what an entry has to what its class takes; Kedro makes it only in a run."""
    by_name = {
        dataset.name: dataset.type
        for dataset in subject.reading.project.datasets
        if dataset.type and dataset.type not in failures
    }
    for name, arguments in arguments_of_entries(subject.options, by_name).items():
        if why := _why_unfit(by_name[name], arguments):
            yield Result(
                check="catalog",
                level="problem",
                what=f"`{by_name[name]}` cannot be made: {why}.",
                where=f"catalog entry `{name}`",
                remedy="`kedro run` fails on it too: correct the arguments of the entry.",
            )


def _why_unfit(class_path: str, arguments: Collection[str]) -> str | None:
    """Return why a class does not take arguments of these names."""
    try:
        inspect.signature(import_class(class_path)).bind(**dict.fromkeys(arguments))
    except TypeError as error:
        return str(error)
    return None


def _why_not(class_path: str) -> str | None:
    """Return why a class does not import; its module may fail in any way."""
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import_class(class_path)
        except Exception as error:  # noqa: BLE001 - other people's modules
            return f"{type(error).__name__}: {error}".splitlines()[0].rstrip(".")
    return None


def _remedy(class_path: str) -> str:
    """Return what to install; extras of kedro-datasets are called by module and class."""
    module, _, name = class_path.removeprefix(_KEDRO_DATASETS).rpartition(".")
    extra = f"{module.partition('.')[0]}-{name}".lower()
    return (
        "Install what it needs into the project's environment; for a class of kedro-datasets "
        f"that is `pip install 'kedro-datasets[{extra}]'`."
    )
