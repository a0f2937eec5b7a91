"""Write the parts of the documentation that come from the code.

    python scripts/docs.py            write them
    python scripts/docs.py --check    exit 1 when a page differs from the code

A part stands in its page between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import difflib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from shipway import errors
from shipway.cli import main as shipway
from shipway.schemas.records import Either, Field, Record
from shipway.schemas.shapes import Choice, Flag, ListOf, MapOf, Number, Parsed, Shape, Text, Whole
from shipway.settings import schema, value_shapes
from shipway.settings.command_prefix import CommandPrefix
from shipway.settings.images import IMAGE
from shipway.settings.quantities import BYTES, CORES, MEMORY
from shipway.settings.units import CRON, DURATION
from shipway.settings.zones import TIMEZONE
from shipway.targets import registry
from shipway.targets.capabilities import CAPABILITIES
from shipway.targets.orchestrators import orchestrators_of
from shipway.targets.waivers import WAIVABLE
from shipway.targets.waivers import section as target_section

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
PART = re.compile(
    r"(?P<start><!-- generated: (?P<name>[\w:-]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)
WIDTH = 92
NAMED: tuple[tuple[Shape[Any], str], ...] = (
    (value_shapes.TEXT, "text"),
    (value_shapes.MAYBE_EMPTY, "text, maybe empty"),
    (value_shapes.STORE, "text"),
    (value_shapes.ENV_VALUE, "text or whole number"),
    (value_shapes.GROUP_BY, "a [grouping](concepts.md#grouping)"),
    (DURATION, "a [duration](#durations)"),
    *((shape, "a [quantity](#quantities)") for shape in (CORES, MEMORY, BYTES)),
    (IMAGE, "an image reference"),
    (CRON, "five fields, in quotes"),
    (TIMEZONE, "an IANA name"),
    (value_shapes.SECRET, "{[name, key](#secrets)}"),
    (value_shapes.VOLUME, "{[claim, mount](#volumes)}"),
    (schema.RESOURCES, "[cpu, memory, …](#resources)"),
    (schema.SCHEDULE, "[cron, datasets, …](#schedule)"),
    (schema.NOTIFY, "[on_failure, on_success](#notify)"),
    (value_shapes.NOTICE, "{[email or webhook](#notify)}"),
    (schema.CONCURRENCY, "[runs, tasks](#concurrency)"),
    (schema.LIMITS, "[cpu, memory, …](#limits)"),
    (schema.KUBERNETES, "[namespace, labels, …](#kubernetes)"),
    (value_shapes.TOLERATION, "{[key, effect, …](#tolerations)}"),
    (WAIVABLE, "[settings](../targets.md)"),
    (value_shapes.DATE, "a date, such as `2026-01-31`"),
)
WORDS = {"string": "text", "integer": "a whole number", "number": "a number", "any": "any value"}
MARKS = {"native": "yes", "emulated": "by code", "unsupported": "**no**"}


def settings() -> Iterator[str]:
    """Every key of deploy.yml."""
    own = {k: f for k, f in schema.PIPELINE.fields.items() if k not in schema.SHARED}
    whole = {k: f for k, f in schema.SHARED.items() if k not in schema.TASK}
    yield from section("Task settings", "task-settings", schema.TASK)
    yield from section("Pipeline settings that `defaults` may hold too", "shared", whole)
    yield from section("Settings of one pipeline", "pipelines", own)
    of_jobs = {k: f for k, f in schema.JOB.fields.items() if f != schema.PIPELINE.fields.get(k)}
    yield from section("What a job may say besides", "jobs", of_jobs)
    for name, record in (
        ("resources", schema.RESOURCES),
        ("limits", schema.LIMITS),
        ("kubernetes", schema.KUBERNETES),
        ("tolerations", value_shapes.TOLERATION),
        ("schedule", schema.SCHEDULE),
        ("concurrency", schema.CONCURRENCY),
        ("notify", schema.NOTIFY),
        ("secrets", value_shapes.SECRET),
        ("volumes", value_shapes.VOLUME),
    ):
        yield from section(f"`{name}`", name, record.fields, record.one_of)


def section(
    title: str, anchor: str, fields: Mapping[str, Field], one_of: tuple[str, ...] = ()
) -> Iterator[str]:
    """A heading and a table of keys; the anchor stays when the heading is worded anew."""
    yield from (f'<a id="{anchor}"></a>', "", f"### {title}", "")
    yield from fields_table(fields)
    if one_of:
        yield from ("", f"Exactly one of {' and '.join(f'`{key}`' for key in one_of)} is given.")
    yield ""


def fields_table(fields: Mapping[str, Field]) -> Iterator[str]:
    yield from ("| key | value | meaning |", "|---|---|---|")
    for name, field in fields.items():
        needed = " (required)" if field.required else ""
        yield f"| `{name}` | {value_of(field.shape)} | {cell(field.about)}{needed} |"


def value_of(shape: Shape[Any]) -> str:
    """What may stand for a value, in words."""
    for known, words in NAMED:
        if shape == known:
            return words
    described: dict[type, Callable[[Any], str]] = {
        Text: lambda s: s.like,
        Parsed: lambda s: WORDS[s.json_schema.get("type", "any")],
        Whole: lambda s: f"a whole number, at least {s.least}",
        Number: lambda s: f"a number, at least {s.least:g}",
        Flag: lambda _: "`true` or `false`",
        Choice: lambda s: ", ".join(f"`{word}`" for word in s.words),
        ListOf: lambda s: f"a list of {value_of(s.item)}",
        MapOf: lambda s: f"a mapping from {s.like} to {value_of(s.item)}",
        Either: lambda s: ", or ".join(dict.fromkeys(value_of(o) for _, o in s.options)),
        CommandPrefix: lambda s: value_of(s.words),
        Record: record_of,
    }
    # A shape of one place's own is told like the one that it is made of; a target may have others.
    kind = next((kind for kind in type(shape).__mro__ if kind in described), None)
    return described[kind](shape) if kind else "a mapping"


def record_of(record: Record) -> str:
    if record.fields.keys() == schema.TASK.keys():
        return "[task settings](#task-settings)"
    joined = " or ".join(f"`{key}`" for key in record.fields)
    return f"{{{joined}}}" if record.one_of else f"{{{joined.replace(' or ', ', ')}}}"


def options(name: str) -> Iterator[str]:
    """The keys of a target's section."""
    shape = target_section(registry.find(name))
    assert isinstance(shape, Record)
    for line in fields_table(shape.fields):
        yield line.replace("](#", "](../settings.md#")


def capabilities() -> Iterator[str]:
    """One column an orchestrator: a target has several where an option chooses one."""
    columns = [each for exporter in registry.every() for each in orchestrators_of(exporter)]
    yield f"| setting | meaning |{''.join(f' {e.title} {e.versions} |' for e in columns)}"
    yield f"|---|---|{'---|' * len(columns)}"
    for name, meaning in CAPABILITIES.items():
        cells = []
        for each in columns:
            support = each.capabilities[name]
            how = f": {cell(support.how)}" if support.level != "unsupported" else ""
            cells.append(f" {MARKS[support.level]}{how} |")
        yield f"| `{name}` | {cell(meaning)} |{''.join(cells)}"


def cli() -> Iterator[str]:
    """The help of every command."""
    for path, command in commands("shipway", shipway):
        helping = ["-h", "--help"]
        context = click.Context(
            command, info_name=path, terminal_width=WIDTH, help_option_names=helping
        )
        yield from (f"## `{path}`", "", "```text", command.get_help(context), "```", "")


def commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(f"{path} {name}", inner)


def exit_codes() -> Iterator[str]:
    """Every kind of error."""
    kinds = errors.ShipwayError.__subclasses__()
    yield from ("| code | `error` in JSON | when |", "|---:|---|---|", "| 0 | | Done. |")
    for kind in sorted(kinds, key=lambda c: (c.exit_code, c.kind)):
        yield f"| {kind.exit_code} | {kind.kind} | {cell(first_line(kind))} |"


def compliance() -> Iterator[str]:
    """What becomes of each case of the tests on each target, as exports of all of them say."""
    if str(ROOT) not in sys.path:  # as a program, this file has its own folder there
        sys.path.insert(0, str(ROOT))
    from tests.compliance.page import table

    return table()


def first_line(thing: object) -> str:
    return (inspect.getdoc(thing) or "").partition("\n\n")[0].replace("\n", " ")


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


PARTS: Mapping[str, Callable[[], Iterator[str]]] = {
    "settings": settings,
    "capabilities": capabilities,
    "cli": cli,
    "exit-codes": exit_codes,
    "compliance": compliance,
    **{f"options:{name}": lambda name=name: options(name) for name in registry.names()},  # type: ignore[misc]
}


def generated(text: str) -> str:
    """The text of a page with its generated parts made anew."""
    return PART.sub(
        lambda found: (
            found["start"]
            + "\n"
            + "\n".join(PARTS[found["name"]]()).strip()
            + "\n\n"
            + found["end"]
        ),
        text,
    )


def drift() -> dict[Path, tuple[str, str]]:
    """The pages that differ from the code: what they hold and what they should."""
    texts = {page: page.read_text(encoding="utf-8") for page in PAGES if page.exists()}
    wanted = {page: generated(text) for page, text in texts.items()}
    return {page: (text, wanted[page]) for page, text in texts.items() if text != wanted[page]}


def show(page: Path, there: str, wanted: str) -> None:
    name = page.relative_to(ROOT).as_posix()
    lines = difflib.unified_diff(
        there.splitlines(keepends=True), wanted.splitlines(keepends=True), name, f"{name} (code)"
    )
    sys.stdout.writelines(lines)


def main(argv: list[str]) -> None:
    stale = drift()
    if argv == ["--check"]:
        for page, (there, wanted) in stale.items():
            show(page, there, wanted)
        raise SystemExit("run: python scripts/docs.py" if stale else 0)
    if argv:
        raise SystemExit(__doc__)
    for page, (_, wanted) in stale.items():
        page.write_text(wanted, encoding="utf-8")
        print(f"written: {page.relative_to(ROOT).as_posix()}")


if __name__ == "__main__":
    main(sys.argv[1:])
