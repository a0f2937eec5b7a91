"""Names as people have them."""

from __future__ import annotations

from tests.compliance.case import Case
from tests.projects import text_file

CASES = (
    Case(
        name="__default__",
        about="the default pipeline",
        nodes='node(f.make, None, "of_default", name="make"),',
        catalog={"of_default": text_file("__default__/of_default.txt")},
    ),
    Case(
        name="Größe.2026",
        about="a pipeline with an umlaut, a capital and a dot",
        nodes='node(f.make, None, "Größe.2026__out", name="make"),',
        catalog={"Größe.2026__out": text_file("Größe.2026/out.txt")},
    ),
    Case(
        name="alike",
        about="names of nodes that differ in a sign alone",
        nodes="""
            node(f.make, None, "alike__1", name="a.b"),
            node(f.make, "alike__1", "alike__2", name="a-b"),
            node(f.make, "alike__2", "alike__3", name="a_b"),
        """,
    ),
    Case(
        name="umlauts",
        about="nodes and datasets in other scripts",
        nodes="""
            node(f.make, None, "maße_数据", name="größe"),
            node(f.make, "maße_数据", "umlauts__straße", name="数据"),
        """,
        settings={"memory": "store", "store": "data/umlauts/store"},
    ),
    Case(
        name="class",
        about="keywords of languages as names of nodes, parameters and a pipeline",
        nodes="""
            node(f.make, "params:lambda", "class__import", name="import"),
            node(f.make, ["class__import", "params:list"], "class__None", name="None"),
        """,
        parameters="lambda: 1\nlist: [2, 3]\n",
        values={"lambda": 5, "list": [4]},
    ),
    Case(
        name="namespaces",
        about="namespaces below namespaces, and data in them",
        nodes="""
            node(f.make, None, "shop.eu.first", name="make", namespace="shop.eu"),
            node(f.make, "shop.eu.first", "namespaces__kept", name="keep", namespace="shop"),
        """,
        settings={"group_by": "namespace", "memory": "store", "store": "data/namespaces/store"},
    ),
    Case(
        name="unnamed",
        about="nodes without names, in one task",
        nodes="""
            node(f.make, None, "unnamed__1"),
            node(f.make, ["unnamed__1"], "unnamed__2"),
        """,
        settings={"group_by": "pipeline"},
    ),
    Case(
        name="long_names",
        about="a node whose name has 300 characters",
        nodes='node(f.make, None, "long_names__out", name="a_node_of_many_words_" * 15),',
    ),
    Case(
        name="braces",
        about="what templates would fill in, as the default of a parameter",
        nodes='node(f.make, "params:braces", "braces__out", name="make"),',
        parameters='braces: "{{ x }} {% y %} $(HOME) {{$.a}} %s it\'s `b`"\n',
    ),
)
