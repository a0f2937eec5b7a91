"""Locations in normal form, and whether two of them share files."""

from __future__ import annotations

import pytest

from shipway.locations import kind_of, normal, overlap, parts_of, with_defaults

ROOT = "${oc.env:ROOT}"
DAY = "${runtime_params:day, latest}"


@pytest.mark.parametrize(
    ("location", "answer"),
    [
        ("data/x.csv", "data/x.csv"),
        ("./data//x.csv", "data/x.csv"),
        ("data/../data/./x.csv/", "data/x.csv"),
        ("../shared/x.csv", "../shared/x.csv"),
        ("data/../../x.csv", "../x.csv"),
        ("file:///srv/x.csv", "/srv/x.csv"),
        ("/srv//x.csv", "/srv/x.csv"),
        (f"{ROOT}/a//x.csv", f"{ROOT}/a/x.csv"),
        (f"data/{DAY}/../x.csv", f"data/{DAY}/../x.csv"),
        ("data/${oc.env:SUB, a/b:c}/x", "data/${oc.env:SUB, a/b:c}/x"),
        ("Data/X.csv", "Data/X.csv"),
        (".", "."),
    ],
)
def test_a_path_in_normal_form(location: str, answer: str) -> None:
    assert normal(location) == answer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("data/shared.txt", "./data/../data//shared.txt"),
        ("data/parts", "data/parts/a.csv"),
        ("s3://bucket/x.csv", "s3a://bucket//x.csv"),
        ("s3://bucket/x.csv", "simplecache::s3://bucket/x.csv"),
        ("gs://bucket/folder/", "gcs://bucket/folder/x.csv"),
        (f"{ROOT}/x.csv", f"{ROOT}//x.csv"),
        (f"data/{DAY}", f"data/{DAY}/x.json"),
        ("../x.csv", "data/../../x.csv"),
    ],
)
def test_places_that_surely_share_files(one: str, other: str) -> None:
    assert overlap(parts_of(one), parts_of(other)) is True
    assert overlap(parts_of(other), parts_of(one)) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{ROOT}/x.csv", "data/x.csv"),
        (f"{ROOT}/x.csv", "s3://bucket/deep/x.csv"),
        (f"data/{DAY}/x.json", "data/latest/x.json"),
        (f"data/{DAY}/x.json", "data/${oc.env:OTHER}/x.json"),
        ("data/x_${today:}.csv", "data/x_1.csv"),
        ("${today:}/x.csv", "${today:}/x.csv"),
        ("data/parts", f"{ROOT}/parts/a.csv"),
        (f"data/{DAY}", "data/x/a.csv"),
        (ROOT, "data/x.csv"),
        ("../x.csv", "/srv/x.csv"),
    ],
)
def test_places_that_may_share_files(one: str, other: str) -> None:
    assert overlap(parts_of(one), parts_of(other)) is None
    assert overlap(parts_of(other), parts_of(one)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("data/x.csv", "data/X.csv"),
        ("data/x", "data/x.csv"),
        ("data/x.csv", "other/x.csv"),
        ("data/x.csv", "s3://data/x.csv"),
        ("data/x.csv", "/data/x.csv"),
        (f"{ROOT}/x.csv", "data/y.csv"),
        (f"{ROOT}/x.csv", f"{ROOT}/y.csv"),
        (f"data/{DAY}/x.json", "raw/latest/x.json"),
        (f"data/{DAY}/x.json", "data/latest/y.json"),
        (f"{ROOT}/x.csv", "data/parts"),
        ("data/x_${today:}.csv", "data/y_1.csv"),
        ("s3://one/${oc.env:A}/x", "s3://two/${oc.env:A}/x"),
    ],
)
def test_places_apart(one: str, other: str) -> None:
    assert overlap(parts_of(one), parts_of(other)) is False
    assert overlap(parts_of(other), parts_of(one)) is False


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        (None, "other"),
        ("data/x", "local"),
        (f"data/{ROOT}", "local"),
        (f"s3://{ROOT}/x", "remote"),
        ("${runtime_params:root, data}/x", "local"),
        ("${oc.env:ROOT, s3://bucket}/x", "remote"),
        (f"{ROOT}/x", "other"),
        ("${oc.env:ROOT, …}/x", "other"),
        ("${oc.env:ROOT, None}/x", "other"),
        ("${today:a, b}/x", "other"),
        ("memory://x", "memory"),
        ("file:///srv/x", "local"),
        ("simplecache::file:///srv/x.csv", "local"),
        ("dir::local:///srv/x", "local"),
        ("zip://x.csv::/srv/x.zip", "local"),
        ("zip://x.csv::s3://bucket/x.zip", "remote"),
        ("simplecache::memory://x.csv", "memory"),
    ],
)
def test_the_beginning_says_what_kind_it_is(location: str | None, kind: str) -> None:
    assert kind_of(location) == kind


def test_what_a_run_computes_stands_as_its_default_where_it_has_one() -> None:
    assert with_defaults(f"data/{DAY}/{ROOT}/x") == f"data/latest/{ROOT}/x"
