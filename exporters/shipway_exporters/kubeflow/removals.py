"""How to remove from a server what the file of a schedule has been the text for.

Sources: kfp, `kfp recurring-run delete`; Vertex AI, `ScheduleServiceClient.delete_schedule`.
"""

from __future__ import annotations

from collections.abc import Mapping

from shipway.artifacts.yaml_documents import load_document


def removals(path: str, text: str) -> Mapping[str, str]:
    """Return the command for the schedule of a file; a spec deploys nothing that starts."""
    if not path.endswith(".schedule.yaml"):
        return {}
    document = load_document(text)
    if "trigger" in document:
        name = document["display_name"]
        return {f"the recurring run `{name}`": "kfp recurring-run delete ID"}
    parent = document["createPipelineJobRequest"]["parent"]
    command = f'client.delete_schedule(name="{parent}/schedules/ID")'
    return {f"the schedule `{document['displayName']}`": command}
