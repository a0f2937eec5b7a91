"""The last step before files are written: what they say is what the plan says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from shipway.artifacts.files import seal_placeholder
from shipway.artifacts.readback import Contents, differences, unread
from shipway.errors import Finding, InternalError, UnsupportedError, UsageError
from shipway.planner.plan import Plan
from shipway.targets.exporter import Exporter
from shipway.targets.support import declared


def check_rendered(
    plan: Plan,
    exporter: Exporter,
    texts: Mapping[str, str],
    *,
    losses: Collection[str],
    has_own_templates: bool,
) -> None:
    """Look at files as their target will, and compare them with the plan.

    Args:
        texts: the files by path.
        losses: capabilities whose loss is accepted.
        has_own_templates: whether the user has given templates; what they say is not compared.

    Raises:
        UsageError: something is wrong in one, and a template is the user's own.
        UnsupportedError: something is wrong that comes of the project or its settings.
        InternalError: they say something else than the plan, or nobody reads back what they say.
    """
    readback = exporter.read_back(plan, texts)
    if readback.findings:
        raise (UsageError if has_own_templates else UnsupportedError)(*readback.findings)
    # A template of the user's may say the same in words that no reader knows.
    if has_own_templates:
        return
    contents, where = readback.contents(), ", ".join(texts)
    findings = [
        Finding(what=f"The artifact differs from the plan in {what}.", where=where)
        for what in differences(plan, contents, losses)
    ]
    findings += _unread(plan, exporter, contents)
    findings += _unsealed(texts)
    if findings:
        raise InternalError(*findings)


def _unread(plan: Plan, exporter: Exporter, contents: Contents) -> Iterator[Finding]:
    """What a target declares and does not read back could be missing, and nobody would know."""
    for name in unread(declared(plan, exporter), contents):
        yield Finding(
            what=f"The target `{exporter.name}` declares `{name}`, and does not read it back.",
            where=f"the exporter `{exporter.name}`",
            remedy="Name it in `Contents.keys`, or in `Contents.omissions` with the reason.",
        )


def _unsealed(texts: Mapping[str, str]) -> Iterator[Finding]:
    """The next export would take such a file for somebody else's, and refuse to replace it."""
    for path, text in texts.items():
        if seal_placeholder() not in text:
            what = "The template leaves no line for the seal."
            yield Finding(what=what, where=path, remedy="Put `{{ seal }}` into its header.")


def run_other_nodes(plan: Plan, exporter: Exporter, texts: Mapping[str, str]) -> bool:
    """Tell whether files run not one node of the plan."""
    try:
        contents = exporter.read_back(plan, texts).contents()
    except Exception:  # noqa: BLE001 - what another release or a hand wrote need not be readable
        return False
    old = {node for task in contents.tasks.values() for node in task.nodes}
    return bool(old) and old.isdisjoint(node.name for task in plan.tasks for node in task.nodes)
