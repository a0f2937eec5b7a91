"""The version of a run sorts by the run's moment, and is its own."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from shipway.runtime.version import version_of

MOMENTS = st.datetimes(
    min_value=datetime(1000, 1, 1), max_value=datetime(9999, 1, 1), timezones=st.just(timezone.utc)
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
IDS = st.lists(TEXTS, min_size=1, max_size=4)


def kedro_version(moment: datetime) -> str:
    """As `kedro.io.core.generate_timestamp` writes a moment."""
    file_list = moment.strftime("%Y-%m-%dT%H.%M.%S.%fZ")
    return file_list[:-4] + file_list[-1]


@given(MOMENTS, IDS, IDS, st.timedeltas(timedelta(milliseconds=1), timedelta(days=900)))
def test_a_later_run_sorts_after_an_earlier_one(
    moment: datetime, earlier: list[str], later: list[str], between: timedelta
) -> None:
    if moment + between < datetime(9999, 1, 1, tzinfo=timezone.utc):
        assert version_of(moment, *earlier) < version_of(moment + between, *later)


@given(MOMENTS, IDS)
def test_it_sorts_between_kedros_own_versions_before_and_after(
    moment: datetime, ids: list[str]
) -> None:
    step = timedelta(milliseconds=1)
    version = version_of(moment, *ids)
    assert kedro_version(moment - step) < version < kedro_version(moment + step)


@given(MOMENTS, IDS, IDS)
def test_two_runs_of_one_moment_differ(moment: datetime, one: list[str], two: list[str]) -> None:
    assert (version_of(moment, *one) == version_of(moment, *two)) == (one == two)


@given(MOMENTS, IDS)
def test_it_is_one_component_of_a_path(moment: datetime, ids: list[str]) -> None:
    version = version_of(moment, *ids)
    assert PurePosixPath(version).parts == (version,)
    assert not set(version) & set('\\:*?"<>| ')


def test_it_is_the_same_in_every_task_and_release() -> None:
    moment = datetime(2026, 1, 31, 6, 0, 0, 123999, tzinfo=timezone.utc)
    assert version_of(moment, "own", "flow", "run") == "2026-01-31T06.00.00.123Z-42dd7d20"
