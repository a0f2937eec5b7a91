"""What the server puts into a task's pod for its own launcher, which nothing else may be called.

Source: KFP 2.17, `argocompiler/container.go`, addContainerExecutorTemplate.
"""

from __future__ import annotations

VARIABLES = frozenset({"KFP_POD_NAME", "KFP_POD_UID", "KFP_RETRY_INDEX"})
"""Of two variables of one name, one is lost in silence."""
VOLUMES = frozenset(
    {
        "kfp-launcher",
        "ca-bundle",
        "kfp-workspace",
        *(f"{name}-scratch" for name in "gcs s3 minio dot-local dot-cache dot-config".split()),
    }
)
PATHS = frozenset(
    {
        *"/kfp-launcher /kfp-workspace /gcs /s3 /minio /.local /.cache /.config".split(),
        # Argo's own, in each container. Source: Argo Workflows, `common.VarRunArgoPath`.
        "/var/run/argo",
    }
)
