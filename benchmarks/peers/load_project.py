"""Load a Kedro project and do nothing with it: what any reader of a project must do.

It finds the project, imports its settings and every registered pipeline, sorts the nodes, and
reads the catalog and the parameters through the project's own config loader. No session, no hook.
"""

import sys
from pathlib import Path

from kedro.framework.project import pipelines, settings
from kedro.framework.startup import bootstrap_project
from kedro.utils import find_kedro_project

root = find_kedro_project(Path(sys.argv[1]).resolve())
assert root is not None
bootstrap_project(root)
loader = settings.CONFIG_LOADER_CLASS(
    conf_source=str(root / settings.CONF_SOURCE), **settings.CONFIG_LOADER_ARGS
)
entries = len(loader["catalog"]) + len(loader["parameters"])
nodes = sum(len(pipeline.nodes) for pipeline in dict(pipelines).values())
print(f"{nodes} nodes, {entries} entries")
