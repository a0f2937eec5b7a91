"""What the best of the older exporters gets wrong, each on a small project of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import make_project, text_file
from tests.written import kedro_run, written

from .env import AirflowEnv
from .exported import export, load, nodes_of, run
from .load import load_dags

pytestmark = pytest.mark.engine


def test_memory_beside_a_detour_leaves_no_cycle(airflow: AirflowEnv, tmp_path: Path) -> None:
    """1: A passes to C in memory, and through files by way of B: all three share a task."""
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.two, None, ["memory", "file_1"], name="A"),
            node(f.make, "file_1", "file_2", name="B"),
            node(f.make, ["memory", "file_2"], "end", name="C"),
        ])}
        """,
        catalog={name: text_file(f"{name}.txt") for name in ("file_1", "file_2", "end")},
    )
    goal = kedro_run(project)
    folder = export(project, airflow)
    assert list(nodes_of(load(folder, airflow)).values()) == [("A", "B", "C")]
    assert run(project, airflow, folder).state == "success"
    assert written(project) == goal


def test_an_interrupted_namespace_leaves_no_cycle(airflow: AirflowEnv, tmp_path: Path) -> None:
    """1: the namespace's second node waits for a node outside, which waits for its first."""
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.make, None, "one", name="first", namespace="ns"),
            node(f.make, "one", "two", name="between"),
            node(f.make, "two", "three", name="last", namespace="ns"),
        ])}
        """,
        catalog={name: text_file(f"{name}.txt") for name in ("one", "two", "three")},
    )
    dag = load(export(project, airflow, "--group-by", "namespace"), airflow)
    assert sorted(nodes_of(dag).values()) == [("between",), ("ns.first",), ("ns.last",)]
    first, last = (
        next(name for name, nodes in nodes_of(dag).items() if nodes == (node,))
        for node in ("ns.first", "ns.last")
    )
    assert dag.edges == {(first, "between"), ("between", last)}


@pytest.mark.parametrize("group_by", ["none", "namespace", "tag", "chain"])
def test_transcoded_edges_are_kept(airflow3: AirflowEnv, tmp_path: Path, group_by: str) -> None:
    """2: `sales@one` is what `sales@other` was written as."""
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.make, None, "sales@one", name="write", tags="a"),
            node(f.make, "sales@other", "total", name="read", tags="b"),
            node(f.make, ["sales@one", "total"], "end", name="end", tags="c"),
        ])}
        """,
        catalog={
            "sales@one": text_file("sales.txt"),
            "sales@other": text_file("sales.txt"),
            "total": text_file("total.txt"),
            "end": text_file("end.txt"),
        },
    )
    dag = load(export(project, airflow3, "--group-by", group_by), airflow3)
    if group_by == "chain":
        assert dag.edges == {("write", "read__to__end")} or len(dag.tasks) == 3
    assert ("write", "read") in {
        (a, b) for up, down in dag.edges for a in nodes_of(dag)[up] for b in nodes_of(dag)[down]
    }


HARD_NAMES = ["class", "1_x", "task", "dag", "a.b", "a-b", "a_b", "größe", "KedroTask", "os"]


def test_hard_names(airflow: AirflowEnv, tmp_path: Path) -> None:
    """3: keywords, leading digits, names of the file's own, and names that look alike."""
    nodes = ", ".join(f'node(f.make, None, "o{i}", name="{n}")' for i, n in enumerate(HARD_NAMES))
    project = make_project(
        tmp_path,
        f'return {{"__default__": pipeline([{nodes}])}}',
        catalog={f"o{i}": text_file(f"{i}.txt") for i in range(len(HARD_NAMES))},
    )
    folder = export(project, airflow)
    assert nodes_of(load(folder, airflow)) == {name: (name,) for name in HARD_NAMES}


def test_an_unnamed_lambda_keeps_its_name(airflow: AirflowEnv, tmp_path: Path) -> None:
    """4: `<lambda>__ab12` is no HTML."""
    project = make_project(
        tmp_path,
        'return {"__default__": pipeline([node(lambda: "<&>", None, "out")])}',
        catalog={"out": text_file("out.txt")},
    )
    folder = export(project, airflow)
    dag = load(folder, airflow)
    ((task, nodes),) = nodes_of(dag).items()
    assert nodes[0].startswith("<lambda>__")
    assert dag.tasks[task].display_name == nodes[0]
    assert run(project, airflow, folder).state == "success"
    assert written(project) == {"out.txt": b"<&>"}


def test_tags_choose_nodes_also_in_groups(airflow: AirflowEnv, tmp_path: Path) -> None:
    """5: a task runs its tagged nodes, not all of its namespace."""
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.make, None, "one", name="in", namespace="ns", tags="daily"),
            node(f.make, None, "two", name="out", namespace="ns", tags="weekly"),
        ])}
        """,
        catalog={"one": text_file("one.txt"), "two": text_file("two.txt")},
    )
    goal = kedro_run(project, "--tags", "daily")
    folder = export(project, airflow, "--tags", "daily", "--group-by", "namespace")
    assert nodes_of(load(folder, airflow)) == {"ns.in": ("ns.in",)}
    dag_id = f"{project.package}_tags_daily"
    assert run(project, airflow, folder, dag_id=dag_id).state == "success"
    assert written(project) == goal


ONE_NODE = 'return {"__default__": pipeline([node(f.make, None, "out", name="only")])}'


@pytest.mark.parametrize(
    ("schedule", "timetable", "cron"),
    [
        ("none", "NullTimetable", None),
        (None, "NullTimetable", None),
        ({"cron": "30 4 * * 1", "timezone": "Asia/Tokyo"}, "CronTriggerTimetable", "30 4 * * 1"),
    ],
)
def test_no_schedule_can_be_said(
    airflow: AirflowEnv, tmp_path: Path, schedule: object, timetable: str, cron: str | None
) -> None:
    """6: nothing is quoted that is no text."""
    project = make_project(tmp_path, ONE_NODE, catalog={"out": text_file("out.txt")})
    content = {} if schedule is None else {"schedule": schedule}
    folder = export(project, airflow, settings={"pipelines": {"__default__": content}})
    document = load(folder, airflow).schedule
    assert (document.timetable, document.cron) == (timetable, cron)
    assert document.timezone == ("Asia/Tokyo" if cron else document.timezone)


def test_params_reach_the_run(airflow: AirflowEnv, tmp_path: Path) -> None:
    """7: what `--params` says at export holds in every run, whether or not it can be triggered."""
    project = make_project(
        tmp_path,
        """
        return {"__default__": pipeline([
            node(f.make, ["params:who", "params:how.often"], "out", name="greet"),
        ])}
        """,
        catalog={"out": text_file("${runtime_params:file, none}.txt")},
        parameters={"who": "nobody", "how": {"often": 1, "loud": True}},
    )
    params = "who=Zoë,how.often=3,file=greeting"
    goal = kedro_run(project, f"--params={params}")
    folder = export(project, airflow, "--params", params)
    assert run(project, airflow, folder).state == "success"
    assert written(project) == goal == {"greeting.txt": "Zoë+3".encode()}


def test_every_pipeline_is_a_dag_of_its_own(airflow: AirflowEnv, tmp_path: Path) -> None:
    """Also there: one `dag_id` for every pipeline."""
    names = ["__default__", "a.b", "a-b", "a b", "class", "größe"]
    project = make_project(
        tmp_path,
        f'return {{name: pipeline([node(f.make, None, "out", name="only")]) for name in {names}}}',
        catalog={"out": text_file("out.txt")},
    )
    document = load_dags(airflow, export(project, airflow, "--all"))
    assert not document.import_errors
    assert len(document.dags) == len(names)
    assert not document.imported & {"kedro", "shipway", project.package}
