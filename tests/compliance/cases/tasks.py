"""Which nodes share a task, in which order tasks run, and how they fail."""

from __future__ import annotations

from tests.compliance.case import Case

SOON = {"retry_delay": "1s"}

CASES = (
    Case(
        name="fan",
        about="one task, three after it, and one that waits for all of them",
        nodes="""
            node(f.make, None, "fan__0", name="split"),
            node(f.left, "fan__0", "fan__1", name="one"),
            node(f.right, "fan__0", "fan__2", name="two"),
            node(f.make, "fan__0", "fan__3", name="three"),
            node(f.make, ["fan__3", "fan__1", "fan__2"], "fan__all", name="join"),
        """,
    ),
    Case(
        name="chains",
        about="`group_by: chain`, with two outputs of one node",
        nodes="""
            node(f.two, None, ["chains__a", "chains__b"], name="two"),
            node(f.make, "chains__a", "chains__c", name="left"),
            node(f.make, "chains__b", "chains__d", name="right"),
            node(f.make, "chains__d", "chains__e", name="last"),
        """,
        settings={"group_by": "chain"},
    ),
    Case(
        name="by_tag",
        about="`group_by: tag`",
        nodes="""
            node(f.make, None, "by_tag__1", name="one", tags=["first"]),
            node(f.make, "by_tag__1", "by_tag__2", name="two", tags=["first"]),
            node(f.make, "by_tag__2", "by_tag__3", name="three", tags=["second"]),
        """,
        settings={"group_by": "tag"},
    ),
    Case(
        name="named_groups",
        about="tasks with names of their own (`groups`)",
        nodes="""
            node(f.make, None, "named_groups__1", name="one"),
            node(f.make, "named_groups__1", "named_groups__2", name="two"),
            node(f.make, "named_groups__2", "named_groups__3", name="three"),
        """,
        settings={"groups": {"Both at once": ["one", "two"]}},
    ),
    Case(
        name="threads",
        about="Kedro's `ThreadRunner` for a task of several nodes",
        nodes="""
            node(f.make, None, "threads__1", name="one"),
            node(f.make, None, "threads__2", name="two"),
        """,
        settings={"group_by": "pipeline", "runner": "ThreadRunner"},
    ),
    Case(
        name="fails_once",
        about="a task that fails once: it is tried again, and the run succeeds",
        nodes='node(f.fails_once, None, "fails_once__out", name="fails_once"),',
        settings={"retries": 2, **SOON},
        tries=2,
    ),
    Case(
        name="fails",
        about="a task that fails for good: tried as often as the settings say, and none after it",
        nodes="""
            node(f.make, None, "fails__before", name="before"),
            node(f.fails, "fails__before", "fails__here", name="here"),
            node(f.make, "fails__here", "fails__after", name="after"),
        """,
        settings={"nodes": {"here": {"retries": 1, **SOON}}},
        tries=2,
        ends="failure",
    ),
    Case(
        name="leaves_early",
        about="a node that calls `sys.exit(0)`: no success, and nothing after it",
        nodes="""
            node(f.leaves_early, None, "leaves_early__here", name="here"),
            node(f.make, "leaves_early__here", "leaves_early__after", name="after"),
        """,
        ends="failure",
    ),
    Case(
        name="at_once",
        about="two runs at once, with versions and a store: neither meets the other's data",
        nodes="""
            node(f.meet, None, "number", name="meet"),
            node(f.make, "number", "at_once__v_out", name="keep"),
            node(f.make, ["number", "at_once__v_out"], "at_once__v_both", name="both"),
        """,
        settings={"memory": "store", "store": "data/store"},
        runs=2,
    ),
)
