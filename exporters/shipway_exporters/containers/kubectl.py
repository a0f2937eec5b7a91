"""How to remove from a cluster what a file of manifests has put there.

Source: Kubernetes, kubectl reference, `kubectl delete`; `kubectl apply` removes nothing that a file
does not have any more.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from shipway.artifacts.yaml_documents import load_document


def removals(text: str) -> Mapping[str, str]:
    """Return the command for each object of a file, by its kind and name."""
    # What they are stands above the rest, which may be long.
    heads = (load_document(part.partition("\nspec:")[0]) for part in text.split("\n---\n"))
    manifests = [head for head in heads if isinstance(head, Mapping)]
    return {
        f"the {manifest['kind']} `{manifest['metadata']['name']}`": _command(manifest)
        for manifest in manifests
    }


def _command(manifest: Mapping[str, Mapping[str, str]]) -> str:
    namespace = manifest["metadata"].get("namespace")
    words = ["kubectl", *(["-n", namespace] if namespace else []), "delete"]
    return shlex.join([*words, f"{str(manifest['kind']).lower()}/{manifest['metadata']['name']}"])
