"""`shipway plan`: show the tasks, what they wait for, and why nodes share one."""

from __future__ import annotations

from typing import Any

import click

from shipway.cli import options
from shipway.cli.report import Command, say_json, say_notes, with_errors
from shipway.compiler import pipeline_names, plan_one, read, settings_for
from shipway.errors import count
from shipway.planner.plan import Plan, Task, plain
from shipway.targets import registry


@click.command(name="plan", cls=Command)
@click.option(
    "--target", "target_name", metavar="TARGET", help="Use this target's names.  [default: Kedro's]"
)
@options.sourcing
@options.selecting
@options.reporting
@with_errors
def command(target_name: str | None, output_format: str, **values: Any) -> None:
    """Show which tasks a pipeline becomes, and why nodes share one. Writes nothing.

    \b
    Examples:
      shipway plan
      shipway plan -p training --group-by chain
      shipway plan --all --format json
    """
    source = options.to_source(values)
    selection = options.to_selection(values)
    exporter = registry.find(target_name) if target_name else None
    reading = read(source)
    settings = settings_for(reading.settings, [exporter] if exporter else [])
    plans = [
        plan_one(reading.project, settings, name, selection, exporter)
        for name in pipeline_names(reading.project, selection)
    ]
    if output_format == "json":
        document = {"ok": True, "exit_code": 0, "notes": list(reading.notes)}
        say_json({**document, "plans": [_document(plan) for plan in plans]})
    else:
        say_notes(reading.notes)
        for plan in plans:
            _say(plan)


def _document(plan: Plan) -> dict[str, Any]:
    return {**plain(plan), "notes": list(plan.notes), "digests": dict(plan.digests)}


def _say(plan: Plan) -> None:
    nodes = sum(len(task.nodes) for task in plan.tasks)
    size = f"{count(nodes, 'node')} in {count(len(plan.tasks), 'task')}"
    click.secho(f"{plan.pipeline}: {size}", bold=True)
    for task in plan.tasks:
        _say_task(task)
    for note in plan.notes:
        click.secho(f"  note: {note}", fg="yellow")


def _say_task(task: Task) -> None:
    after = f"  after {', '.join(task.needs)}" if task.needs else ""
    click.echo(f"  {click.style(task.name, fg='cyan')}{after}")
    if task.reason:
        for node in task.nodes:
            click.echo(f"      {node.name}")
        click.echo(f"      because {task.reason}")
