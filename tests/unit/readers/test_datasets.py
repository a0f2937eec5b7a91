"""What outlives a task and where it stands, told from the catalog's text alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shipway.errors import ProjectError
from shipway.model import Dataset
from shipway.readers.catalog import import_class
from tests.projects import make_project, new_package, text_file

CLASSES = """
from kedro.io import AbstractDataset, MemoryDataset


class _Silent(AbstractDataset):
    def _load(self): return None
    def _save(self, data): pass
    def _describe(self): return {}


class Derived(MemoryDataset):
    pass


class Short(_Silent):
    def __init__(self):
        self._EPHEMERAL = True


class Inherits(Short):
    def __init__(self):
        super().__init__()


class BySetattr(_Silent):
    def __init__(self):
        setattr(self, "_EPHEMERAL", True)


class ByAttribute(_Silent):
    _EPHEMERAL = True


class Lasting(_Silent):
    def __init__(self, filepath=None):
        self.filepath = filepath


class Elsewhere(_Silent):
    def __init__(self, where=None, table_name=None):
        self.where = where


def make(*parts):
    return "x"
"""


def classify(folder: Path, *entries: object, name: str = "data") -> list[Dataset]:
    """Read a project with these catalog entries; `PACKAGE` in one is the project's."""
    package = new_package()
    names = [f"{name}{index or ''}" for index in range(len(entries))]
    lines = [f"{n!r}: {e!r}" for n, e in zip(names, entries, strict=True) if e is not None]
    catalog = "\n".join(lines).replace("PACKAGE", package)  # these Python literals are YAML
    nodes = [f"node(f.make, None, {n!r}, name='make_{n}')" for n in names]
    registry = f'return {{"__default__": pipeline([{", ".join(nodes)}])}}'
    project = make_project(folder, registry, catalog=catalog, nodes=CLASSES, package=package)
    by_name = project.read().project.dataset_by_name
    return [by_name[n] for n in names]


def cache(inner: object, **more: object) -> dict[str, object]:
    return {"type": "CachedDataset", "dataset": inner, **more}


def place(path: str) -> dict[str, object]:
    return {"type": "text.TextDataset", "filepath": path}


MEMORY: list[object] = [
    None,
    {"type": "MemoryDataset"},
    {"type": "kedro.io.MemoryDataset", "copy_mode": "assign"},
    {"type": "kedro.io.memory_dataset.MemoryDataset"},
    {"type": "SharedMemoryDataset"},
    {"type": "kedro.io.SharedMemoryDataset"},
    {"type": "PACKAGE.functions.Derived"},
    {"type": "PACKAGE.functions.Short"},
    {"type": "PACKAGE.functions.Inherits"},
    {"type": "PACKAGE.functions.BySetattr"},
    {"type": "PACKAGE.functions.ByAttribute"},
    cache({"type": "MemoryDataset"}),
    cache("MemoryDataset"),
    cache(cache({"type": "MemoryDataset"})),
    place("memory://x.txt"),
]
LOCAL: list[tuple[object, str]] = [
    (text_file("x.txt"), "data/x.txt"),
    (cache(text_file("x.txt")), "data/x.txt"),
    ({"type": "kedro.io.CachedDataset", "dataset": text_file("x.txt")}, "data/x.txt"),
    ({"type": "PACKAGE.functions.Lasting", "filepath": "data/y"}, "data/y"),
    (
        {"type": "partitions.PartitionedDataset", "path": "data/p", "dataset": "text.TextDataset"},
        "data/p",
    ),
    (place("file:///srv/x.txt"), "/srv/x.txt"),
    (place("data/a@b?.txt"), "data/a@b?.txt"),
]
REMOTE: list[tuple[object, str]] = [
    (place("s3://bucket/x.txt"), "s3://bucket/x.txt"),
    (place("s3://key:canary@bucket/x.txt"), "s3://bucket/x.txt"),
    (cache(place("gcs://key:canary@bucket/x.txt")), "gcs://bucket/x.txt"),
    (place("https://host/x.txt?token=canary"), "https://host/x.txt"),
    (place("abfs://container@acme.dfs.net/x"), "abfs://container@acme.dfs.net/x"),
    (place("dbfs:/mnt/x.txt"), "dbfs:/mnt/x.txt"),
]
OTHER: list[object] = [
    {"type": "pandas.SQLTableDataset", "table_name": "t", "credentials": "db"},
    {"type": "api.APIDataset", "url": "https://u:canary@host"},
    {"type": "PACKAGE.functions.Lasting"},
]
VERSIONED: list[tuple[object, bool]] = [
    (text_file("x.txt"), False),
    (text_file("x.txt", versioned=True), True),
    (text_file("x.txt", versioned=False), False),
    (cache(text_file("x.txt"), versioned=True), True),
    (cache(text_file("x.txt", versioned=True)), True),
]


def test_memory(tmp_path: Path) -> None:
    result = zip(MEMORY, classify(tmp_path, *MEMORY), strict=True)
    assert [entry for entry, dataset in result if dataset.kind != "memory"] == []


@pytest.mark.parametrize(("kind", "cases"), [("local", LOCAL), ("remote", REMOTE)])
def test_places(tmp_path: Path, kind: str, cases: list[tuple[object, str]]) -> None:
    result = classify(tmp_path, *(entry for entry, _ in cases))
    assert [(d.kind, d.location) for d in result] == [(kind, location) for _, location in cases]


def test_other(tmp_path: Path) -> None:
    result = classify(tmp_path, *OTHER)
    assert [(d.kind, d.location) for d in result] == [("other", None)] * len(OTHER)


def test_versioned(tmp_path: Path) -> None:
    result = classify(tmp_path, *(entry for entry, _ in VERSIONED))
    assert [d.versioned for d in result] == [versioned for _, versioned in VERSIONED]


def test_the_type_is_the_catalogs_own_word(tmp_path: Path) -> None:
    (result,) = classify(tmp_path, cache(text_file("x.txt")))
    assert result.type == "CachedDataset"


def test_a_file_given_by_its_absolute_path_is_told_relative_to_the_project(tmp_path: Path) -> None:
    project = make_project(
        tmp_path, 'return {"__default__": pipeline([node(f.make, None, "a", name="n")])}'
    )
    path = str(project.path / "data" / "a.txt")
    project.write("conf/base/catalog.yml", f"a: {{type: text.TextDataset, filepath: {path}}}\n")
    assert project.read().project.dataset("a").location == "data/a.txt"


PATTERNS: dict[str, object] = {
    "{layer}_file": text_file("{layer}.txt"),
    "{name}_memory": {"type": "MemoryDataset"},
    "{name}_{format}@raw": text_file("{name}.{format}"),
}
CATCH_ALL: dict[str, object] = {"{anything}": text_file("all/{anything}.txt")}


def patterned(folder: Path, catalog: dict[str, object], *names: str) -> list[tuple[str, object]]:
    nodes = [f'node(f.make, None, "{name}", name="n{i}")' for i, name in enumerate(names)]
    registry = f'return {{"__default__": pipeline([{", ".join(nodes)}])}}'
    project = make_project(folder, registry, catalog=catalog).read().project
    return [(project.dataset(name).kind, project.dataset(name).location) for name in names]


def test_a_pattern_gives_what_it_says_and_kedros_default_gives_memory(tmp_path: Path) -> None:
    names = ("first_file", "first_memory", "sales_csv@raw", "unmatched")
    assert patterned(tmp_path, PATTERNS, *names) == [
        ("local", "data/first.txt"),
        ("memory", None),
        ("local", "data/sales.csv"),
        ("memory", None),
    ]


def test_a_catch_all_of_the_user_comes_last(tmp_path: Path) -> None:
    names = ("first_memory", "unmatched")
    assert patterned(tmp_path, PATTERNS | CATCH_ALL, *names) == [
        ("memory", None),
        ("local", "data/all/unmatched.txt"),
    ]


def test_a_transcoded_dataset_is_read_by_each_of_its_names(tmp_path: Path) -> None:
    registry = """
    return {"__default__": pipeline([
        node(f.make, None, "sales@text", name="write"),
        node(f.make, "sales@bytes", "out", name="read"),
    ])}
    """
    catalog = {"sales@text": text_file("s"), "sales@bytes": text_file("s", fs_args={"a": 1})}
    project = make_project(tmp_path, registry, catalog=catalog).read().project
    assert [d.name for d in project.datasets] == ["out", "sales@bytes", "sales@text"]
    assert project.pipelines[0].parents == {"write": (), "read": ("write",)}


def test_a_dataset_called_credentials_is_a_dataset(tmp_path: Path) -> None:
    (result,) = classify(tmp_path, text_file("x.txt"), name="credentials")
    assert result.kind == "local"


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"filepath": "x"}, "has no `type`"),
        ({"type": "CachedDataset"}, "has no `type`"),
        (5, "not a valid dataset configuration"),
        ({"type": "nope.NoDataset"}, "`nope.NoDataset` cannot be imported"),
        ({"type": "Unheard"}, "`Unheard` cannot be imported"),
        ({"type": "PACKAGE.functions.Missing"}, "cannot be imported"),
        ({"type": "PACKAGE.functions.make"}, "cannot be imported"),
    ],
    ids=str,
)
def test_an_entry_that_makes_no_dataset(tmp_path: Path, entry: object, says: str) -> None:
    with pytest.raises(ProjectError) as error:
        classify(tmp_path, entry)
    (finding,) = error.value.findings
    assert says in finding.what
    assert finding.where == "conf/base/catalog.yml:1"


def test_a_pattern_that_makes_no_dataset(tmp_path: Path) -> None:
    registry = 'return {"__default__": pipeline([node(f.make, None, "a_b", name="n")])}'
    catalog = "_skip: 1\n\n'{x}_b': {type: gone.Dataset, filepath: '{x}'}\n"
    with pytest.raises(ProjectError) as error:
        make_project(tmp_path, registry, catalog=catalog).read()
    assert error.value.findings[0].where == "conf/base/catalog.yml:3"


def test_a_class_whose_module_fails_is_told_by_both_places(tmp_path: Path) -> None:
    package = new_package()
    registry = 'return {"__default__": pipeline([node(f.make, None, "a", name="n")])}'
    catalog = {"a": {"type": f"{package}.sets.Broken"}}
    project = make_project(tmp_path, registry, catalog=catalog, package=package)
    project.write(f"src/{package}/sets.py", "\nraise ValueError('no licence')\n")
    with pytest.raises(ProjectError) as error:
        project.read()
    (finding,) = error.value.findings
    assert finding.where == f"conf/base/catalog.yml:1, src/{package}/sets.py:2"
    assert "ValueError: no licence" in finding.what


PRESET: list[tuple[object, bool]] = [
    ({"type": "MemoryDataset", "data": 5}, True),
    ({"type": "kedro.io.MemoryDataset", "data": None}, True),
    (cache({"type": "MemoryDataset", "data": [1, 2]}), True),
    ({"type": "PACKAGE.functions.Derived", "data": 0}, True),
    ({"type": "MemoryDataset"}, False),
    (text_file("x.txt"), False),
    (None, False),
]


def test_data_that_the_catalog_itself_holds(tmp_path: Path) -> None:
    result = classify(tmp_path, *(entry for entry, _ in PRESET))
    assert [d.preset for d in result] == [preset for _, preset in PRESET]


def test_databases_in_patterns_and_wrappers(tmp_path: Path) -> None:
    duck = {"backend": "duckdb", "database": "data/{name}.duckdb"}
    catalog: dict[str, object] = {"{name}_table": {"type": "ibis.TableDataset", "connection": duck}}
    assert patterned(tmp_path, catalog, "orders_table") == [("local", "data/orders.duckdb")]


INLINE: list[tuple[object, str | None, bool]] = [
    ({"con": "sqlite:///out/x.db"}, "out/x.db", False),
    ({"con": "sqlite:////srv/x.db?mode=ro"}, "/srv/x.db", False),
    ({"user": "u", "con": "duckdb:///out/x.duckdb", "password": "canary"}, "out/x.duckdb", True),
    ({"con": "sqlite+pysqlcipher://u:ca/nary@/out/x.db?key=canary"}, "out/x.db", False),
    ({"connection": {"backend": "duckdb", "database": "x.ddb", "token": "canary"}}, "x.ddb", True),
    ({"con": "postgresql://u:canary@host/db"}, None, False),
    ({"con": "duckdb:///md:shop?motherduck_token=canary"}, None, False),
    ({"token": "sqlite:///canary"}, None, False),
    ("db", None, False),
]


@pytest.mark.parametrize("wrap", [False, True])
def test_a_database_in_credentials_that_stand_in_the_entry_itself(
    tmp_path: Path, wrap: bool
) -> None:
    table = {"type": "pandas.SQLTableDataset", "table_name": "t"}
    entries = [{**table, "credentials": credentials} for credentials, _, _ in INLINE]
    result = classify(tmp_path, *(cache(entry) if wrap else entry for entry in entries))
    assert [(d.database, d.exclusive) for d in result] == [(f, alone) for _, f, alone in INLINE]
    assert [d.location for d in result] == [file for _, file, _ in INLINE]
    assert "canary" not in str(result)


UNKNOWN: list[tuple[object, bool]] = [
    ({"type": "PACKAGE.functions.Lasting"}, True),
    (cache({"type": "PACKAGE.functions.Elsewhere", "where": "out/x.txt"}), True),
    ({"type": "PACKAGE.functions.Lasting", "filepath": "data/y"}, False),
    ({"type": "PACKAGE.functions.Elsewhere", "table_name": "t"}, False),
    ({"type": "PACKAGE.functions.ByAttribute"}, False),
    ({"type": "api.APIDataset", "url": "https://host"}, False),
    ({"type": "kedro_datasets.redis.PickleDataset", "key": "x"}, False),
    (None, False),
]


def test_nobody_knows_where_a_class_of_ones_own_keeps_its_data(tmp_path: Path) -> None:
    result = classify(tmp_path, *(entry for entry, _ in UNKNOWN))
    assert [d.place_unknown for d in result] == [answer for _, answer in UNKNOWN]


def test_a_database_in_the_credentials_of_a_pattern(tmp_path: Path) -> None:
    table = {"type": "pandas.SQLTableDataset", "table_name": "{name}"}
    catalog: dict[str, object] = {
        "{name}_table": {**table, "credentials": {"con": "sqlite:///out/{name}.db"}}
    }
    assert patterned(tmp_path, catalog, "orders_table") == [("local", "out/orders.db")]


def test_the_password_of_an_embedded_database_is_no_part_of_its_file(tmp_path: Path) -> None:
    con = "sqlite+pysqlcipher://:canary@/out/x.db"
    (result,) = classify(
        tmp_path, {"type": "pandas.SQLTableDataset", "table_name": "t", "con": con}
    )
    assert result.database == "out/x.db"


@pytest.mark.parametrize(
    ("kind", "mean"),
    [
        ("pandas.CSVDatast", "`pandas.CSVDataset`"),
        ("kedro_datasets.pandas.CSVDataSet", "`kedro_datasets.pandas.CSVDataset`"),
        ("pandas.csv_dataset.CSVDatast", "`pandas.csv_dataset.CSVDataset`"),
        ("spark.SparkDatset", "`spark.SparkDataset`"),
        ("json.JSONLines", "Correct `type`."),
        ("kedro_datasets.pandsa.CSVDataset", "`kedro_datasets.pandas.CSVDataset`"),
    ],
)
def test_a_class_that_kedro_datasets_does_not_have(tmp_path: Path, kind: str, mean: str) -> None:
    """Its packages are not imported for it: those that they need may not be installed here."""
    catalog = {"raw": {"type": "CachedDataset", "dataset": {"type": kind, "filepath": "data/x"}}}
    registry = 'return {"__default__": pipeline([node(f.make, "raw", None, name="a")])}'
    project = make_project(tmp_path, registry, catalog=catalog)
    heavy = {"pandas", "pyspark", "kedro_datasets.pandas"} - sys.modules.keys()
    with pytest.raises(ProjectError) as error:
        project.read()
    (finding,) = error.value.findings
    assert finding.what == f"kedro-datasets has no class `{kind}`, so `kedro run` fails."
    assert finding.where == "conf/base/catalog.yml:1"
    assert mean in str(finding.remedy)
    assert not heavy & sys.modules.keys()


@pytest.mark.parametrize("part", ["pandas.CSVDatast", {"type": "pandas.CSVDatast"}])
@pytest.mark.parametrize("kind", ["PartitionedDataset", "IncrementalDataset"])
def test_a_class_of_parts_that_does_not_exist(tmp_path: Path, kind: str, part: object) -> None:
    raw = {"type": f"partitions.{kind}", "path": "data/raw", "dataset": part}
    registry = 'return {"__default__": pipeline([node(f.make, "raw", None, name="a")])}'
    project = make_project(tmp_path, registry, catalog={"raw": raw})
    with pytest.raises(ProjectError, match=r"no class `pandas\.CSVDatast`"):
        project.read()


@pytest.mark.parametrize(
    "part", ["pandas.CSVDataset", {"type": "${runtime_params:kind, text.TextDataset}"}, {}]
)
def test_control_a_class_of_parts_that_exists_or_is_not_known(tmp_path: Path, part: object) -> None:
    raw = {"type": "partitions.PartitionedDataset", "path": "data/raw", "dataset": part}
    assert [dataset.kind for dataset in classify(tmp_path, raw)] == ["local"]


def test_a_class_that_is_declared_exists_where_it_cannot_be_made(tmp_path: Path) -> None:
    kinds = ["spark.SparkDataset", "tensorflow.TensorFlowModelDataset", "pandas.ParquetDataset"]
    kinds += ["kedro_datasets.pandas.csv_dataset.CSVDataset", "snowflake.SnowparkTableDataset"]
    assert [d.kind for d in classify(tmp_path, *({"type": k, "filepath": "x"} for k in kinds))] == (
        ["local"] * len(kinds)
    )


def test_a_module_of_the_projects_own_comes_before_kedro_datasets(tmp_path: Path) -> None:
    catalog = {"raw": {"type": "holoviews.Own"}}
    registry = 'return {"__default__": pipeline([node(f.make, "raw", None, name="a")])}'
    project = make_project(tmp_path, registry, catalog=catalog)
    own = "from kedro.io import MemoryDataset\n\n\nclass Own(MemoryDataset):\n    pass\n"
    project.write("src/holoviews.py", own)
    try:
        assert project.read().project.dataset("raw").kind == "memory"
    finally:
        sys.modules.pop("holoviews", None)


def test_a_class_whose_module_lacks_a_package_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pandas` itself has no such class, and that is not why."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    monkeypatch.delitem(sys.modules, "kedro_datasets.pandas.sql_dataset", raising=False)
    with pytest.raises(ImportError, match="sqlalchemy"):
        import_class("pandas.SQLTableDataset")


def test_a_class_that_is_nowhere_says_so() -> None:
    with pytest.raises((ImportError, AttributeError), match="NoSuchDataset"):
        import_class("pandas.NoSuchDataset")


def test_a_validator_that_remembers_a_save_is_refused(tmp_path: Path) -> None:
    """A task that only loads is another process (Kedro 1.7, `DataCatalog`)."""
    entry = {**place("x.txt"), "validator": {"class": "a.b", "skip_load_after_save": True}}
    with pytest.raises(ProjectError, match="skips a load after a save"):
        classify(tmp_path, entry)


def test_another_validator_is_the_tasks_own(tmp_path: Path) -> None:
    (data,) = classify(tmp_path, {**place("x.txt"), "validator": {"class": "a.b"}})
    assert data.kind == "local"
