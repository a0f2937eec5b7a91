"""Mistakes in a file, each with what sees it: our rules, Argo's own code, and npm's schemas.

Neither Argo nor its schemas see all: what they take, and a run then fails at or passes over, is
what our rules are for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Objects = list[Any]


@dataclass(frozen=True)
class Mistake:
    """A change to the objects of a file.

    Args:
        seen_by: which of `rules`, `argo` and `schemas` see it.
    """

    make: Callable[[Objects], object]
    seen_by: str


def template(objects: Objects, name: str = "kedro") -> dict[str, Any]:
    """Return a template by its name."""
    items = objects[0]["spec"]["templates"]
    return next(item for item in items if item["name"] == name)


def tasks(objects: Objects) -> list[dict[str, Any]]:
    """Return the tasks of the DAG."""
    of_main: list[dict[str, Any]] = template(objects, "main")["dag"]["tasks"]
    return of_main


def container(objects: Objects) -> dict[str, Any]:
    """Return the container that most tasks share."""
    result: dict[str, Any] = template(objects)["container"]
    return result


def spec(objects: Objects, index: int = 0) -> dict[str, Any]:
    """Return the spec of an object."""
    result: dict[str, Any] = objects[index]["spec"]
    return result


def _put(place: dict[str, Any], **values: Any) -> None:
    place.update(values)


def _argument(objects: Objects, index: int = 0) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = tasks(objects)[index]["arguments"]["parameters"]
    return result


MISTAKES: Mapping[str, Mistake] = {
    "an unknown key of a container": Mistake(
        lambda o: _put(container(o), comand=["x"]), "rules argo"
    ),
    "an unknown key of the spec": Mistake(lambda o: _put(spec(o), activeDeadline=5), "rules argo"),
    "an unknown key of a task": Mistake(lambda o: _put(tasks(o)[1], needs="a"), "rules argo"),
    "the schedule of Argo 3.5": Mistake(
        lambda o: _put(spec(o, 1), schedule=spec(o, 1).pop("schedules")[0]), "rules argo schemas"
    ),
    "the mutex of Argo 3.5": Mistake(
        lambda o: _put(spec(o), synchronization={"mutex": {"name": "shop"}}), "rules argo"
    ),
    "a parameter that is a number": Mistake(
        lambda o: _put(spec(o)["arguments"]["parameters"][0], value=3), "rules schemas"
    ),
    "a variable that is a number": Mistake(
        lambda o: _put(container(o)["env"][0], value=1), "rules schemas"
    ),
    "a list where a text is": Mistake(
        lambda o: _put(container(o), image=["shop:1"]), "rules argo schemas"
    ),
    "a deadline that is a mapping": Mistake(
        lambda o: _put(template(o), activeDeadlineSeconds={"a": 1}), "rules argo schemas"
    ),
    "an API version of another day": Mistake(
        lambda o: _put(o[0], apiVersion="argoproj.io/v1"), "rules schemas"
    ),
    "a needed task that is not there": Mistake(
        lambda o: _put(tasks(o)[1], depends="absent"), "rules argo"
    ),
    "tasks that wait for each other": Mistake(
        lambda o: _put(tasks(o)[0], depends=tasks(o)[2]["name"]), "rules argo"
    ),
    "a task that waits for itself": Mistake(
        lambda o: _put(tasks(o)[0], depends=tasks(o)[0]["name"]), "rules argo"
    ),
    "a template that is not there": Mistake(
        lambda o: _put(tasks(o)[0], template="kedor"), "rules argo"
    ),
    "no such entrypoint": Mistake(lambda o: _put(spec(o), entrypoint="mian"), "rules argo"),
    "no such exit": Mistake(lambda o: _put(spec(o), onExit="exit"), "rules argo"),
    "two tasks of one name": Mistake(
        lambda o: _put(tasks(o)[1], name=tasks(o)[0]["name"]), "rules argo"
    ),
    "two templates of one name": Mistake(
        lambda o: spec(o)["templates"].append(template(o)), "rules argo"
    ),
    "a task with an underscore": Mistake(
        lambda o: spec(o)["templates"][0]["dag"]["tasks"][2].update(name="c_c"),
        "rules argo schemas",
    ),
    "a task that begins with a digit": Mistake(
        lambda o: _put(tasks(o)[0], name="1a"), "rules argo"
    ),
    "a task of 129 characters": Mistake(
        lambda o: _put(tasks(o)[-1], name="t" * 129), "rules argo schemas"
    ),
    "a parameter with a dot": Mistake(
        lambda o: spec(o)["arguments"]["parameters"].append({"name": "a.b", "value": ""}),
        "rules argo schemas",
    ),
    "a parameter twice": Mistake(
        lambda o: spec(o)["arguments"]["parameters"].append(
            dict(spec(o)["arguments"]["parameters"][0])
        ),
        "rules argo",
    ),
    "an input that is not given": Mistake(lambda o: _argument(o).pop(0), "rules argo"),
    "an argument that is no input": Mistake(
        lambda o: _argument(o).append({"name": "more", "value": ""}), "rules"
    ),
    "an argument without a value": Mistake(lambda o: _argument(o)[0].pop("value"), "rules argo"),
    "a parameter that is not there": Mistake(
        lambda o: container(o)["args"].append("{{workflow.parameters.absent}}"), "rules argo"
    ),
    "the same in an expression": Mistake(
        lambda o: container(o)["args"].append("{{=toJson(workflow.parameters.absent)}}"), "rules"
    ),
    "an input that is not there": Mistake(
        lambda o: container(o)["args"].append("{{inputs.parameters.absent}}"), "rules argo"
    ),
    "a placeholder without an end": Mistake(
        lambda o: container(o)["args"].append("{{workflow.uid"), "rules argo"
    ),
    "the status before the end": Mistake(
        lambda o: container(o)["args"].append("{{workflow.status}}"), "rules"
    ),
    "an hour that no day has": Mistake(
        lambda o: _put(spec(o, 1), schedules=["0 25 * * *"]), "rules argo"
    ),
    "a schedule with seconds": Mistake(
        lambda o: _put(spec(o, 1), schedules=["0 0 6 * * *"]), "rules argo schemas"
    ),
    "a Sunday that is 7": Mistake(
        lambda o: _put(spec(o, 1), schedules=["0 6 * * 7"]), "rules argo"
    ),
    "no schedule": Mistake(lambda o: _put(spec(o, 1), schedules=[]), "rules argo schemas"),
    "a zone that is none": Mistake(
        lambda o: _put(spec(o, 1), timezone="Europe/Pariss"), "rules argo"
    ),
    "an unknown policy": Mistake(
        lambda o: _put(spec(o, 1), concurrencyPolicy="Never"), "rules argo schemas"
    ),
    "a schedule of another template": Mistake(
        lambda o: spec(o, 1)["workflowSpec"]["workflowTemplateRef"].update(name="other"),
        "rules argo",
    ),
    "a scheduled value for nothing": Mistake(
        lambda o: spec(o, 1)["workflowSpec"]["arguments"]["parameters"].append(
            {"name": "absent", "value": ""}
        ),
        "rules",
    ),
    "a CronWorkflow of 58 characters": Mistake(
        lambda o: o[1]["metadata"].update(name="e" * 58), "rules argo"
    ),
    "a template of 64 characters": Mistake(
        lambda o: (
            o[0]["metadata"].update(name="e" * 64),
            spec(o, 1)["workflowSpec"]["workflowTemplateRef"].update(name="e" * 64),
        ),
        "rules argo",
    ),
    "a name with an underscore": Mistake(
        lambda o: (
            o[0]["metadata"].update(name="the_shop"),
            spec(o, 1)["workflowSpec"]["workflowTemplateRef"].update(name="the_shop"),
        ),
        "rules",
    ),
    "a label with a blank": Mistake(
        lambda o: o[0]["metadata"].update(labels={"team": "the shop"}), "rules"
    ),
    "a label of pods with a blank": Mistake(
        lambda o: template(o)["metadata"].update(labels={"a b": "c"}), "rules"
    ),
    "a quantity that is none": Mistake(
        lambda o: container(o)["resources"]["limits"].update(memory="64Megs"), "rules argo schemas"
    ),
    "more than the limit": Mistake(
        lambda o: container(o)["resources"]["requests"].update(memory="9Gi"), "rules"
    ),
    "a mount without a volume": Mistake(lambda o: template(o).pop("volumes"), "rules"),
    "a volume twice": Mistake(
        lambda o: template(o)["volumes"].append(template(o)["volumes"][0]), "rules"
    ),
    "a mount twice": Mistake(
        lambda o: container(o)["volumeMounts"].append(container(o)["volumeMounts"][0]), "rules argo"
    ),
    "a variable twice": Mistake(
        lambda o: container(o)["env"].append({"name": "B", "value": "2"}), "rules"
    ),
    "a secret with a capital": Mistake(
        lambda o: container(o)["env"][-1]["valueFrom"]["secretKeyRef"].update(name="Warehouse"),
        "rules",
    ),
    "no image": Mistake(lambda o: _put(container(o), image=""), "rules argo"),
    "no command": Mistake(lambda o: container(o).pop("command"), "rules"),
    "a pause with a blank": Mistake(
        lambda o: template(o)["retryStrategy"]["backoff"].update(duration="60 s"), "rules"
    ),
    "an unknown retry policy": Mistake(
        lambda o: template(o)["retryStrategy"].update(retryPolicy="Allways"), "rules argo schemas"
    ),
    "a retry policy that leaves lost pods out": Mistake(
        lambda o: template(o)["retryStrategy"].update(retryPolicy="OnFailure"), "rules"
    ),
    "an unknown pod collection": Mistake(
        lambda o: _put(spec(o), podGC={"strategy": "OnPodSucess"}), "rules argo schemas"
    ),
    "a template of two kinds": Mistake(
        lambda o: _put(template(o), dag={"tasks": []}), "rules argo schemas"
    ),
    "a template that nothing runs": Mistake(
        lambda o: spec(o)["templates"].append({**template(o), "name": "spare"}), "rules"
    ),
    "a toleration with a value too many": Mistake(
        lambda o: template(o)["tolerations"][0].update(value="x"), "rules"
    ),
    "a limit of runs that is not there": Mistake(lambda o: o.pop(), "rules"),
    "a limit of runs that is no number": Mistake(
        lambda o: o[2]["data"].update(runs="two"), "rules"
    ),
    "no template at all": Mistake(lambda o: o.pop(0), "rules argo"),
}
