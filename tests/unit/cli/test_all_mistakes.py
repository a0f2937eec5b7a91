"""One call tells all that is wrong: no mistake hides another."""

from __future__ import annotations

import json

from tests.projects import KedroProject

EVERYTHING = """
defaults:
  retires: 1
  resources: {cpu: 1}
pipelines:
  __default__:
    nodes: {frist: {retries: 2}}
    tags: {elt: {retries: 2}}
    parameters: [siez]
    groups: {both: [first, secnd]}
  scorin: {retries: 2}
"""
FOUND = ["`retires`", "`frist`", "`elt`", "`siez`", "`secnd`", "`scorin`", "`resources.cpu`"]


def _messages(project: KedroProject, *args: str) -> list[str]:
    output = project.shipway(*args, "--format", "json")
    assert output.exit_code, output.output
    rows = json.loads(output.stdout)["findings"]
    return [f"{row['where']}: {row['what']} {row['remedy']}" for row in rows]


def test_no_step_hides_what_a_later_one_finds(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", EVERYTHING)
    messages = _messages(project, "export", "airflow")
    for name in FOUND:
        assert [name in message for message in messages].count(True) == 1, (name, messages)
    assert len(messages) == len(FOUND)


def test_a_plan_tells_them_too(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", EVERYTHING)
    messages = _messages(project, "plan")
    assert len(messages) == len(FOUND) - 1  # without a target, nothing is too much


def test_an_unknown_option_of_a_target_hides_no_wrong_node(project: KedroProject) -> None:
    project.write(
        "conf/base/deploy.yml",
        """
        defaults: {image: "a:1"}
        targets: {airflow: {exectuor: kubernetes}}
        pipelines: {__default__: {nodes: {frist: {retries: 2}}, parameters: [siez]}}
        """,
    )
    messages = "\n".join(_messages(project, "export", "airflow"))
    assert "Did you mean `executor`?" in messages
    assert "Did you mean `first`?" in messages
    assert "Did you mean `size`?" in messages
    # With that option an image would be no mistake.
    assert "cannot express" not in messages


def test_an_unknown_target_hides_no_other_mistake(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", "defaults: {retires: 1}\n")
    messages = "\n".join(_messages(project, "export", "airflwo", "prefect"))
    assert "Did you mean `airflow`?" in messages
    assert "Did you mean `retries`?" in messages


def test_every_target_tells_what_it_cannot_express(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", "defaults: {image: 'a:1', pool: x}\n")
    messages = "\n".join(_messages(project, "export", "all"))
    assert "`pool`" in messages
    project.write("conf/base/deploy.yml", "defaults: {image: 'a:1'}\n")
    messages = "\n".join(_messages(project, "export", "all", "--all"))
    assert "Airflow cannot express `image`" in messages
    assert "Prefect cannot express `image`" in messages
    assert "third" in messages  # the broken pipeline, which no target can have


def test_a_broken_catalog_hides_neither_another_entry_nor_the_settings(
    project: KedroProject,
) -> None:
    project.write(
        "conf/base/catalog.yml",
        """
        raw: {type: text.TextDatset, filepath: data/raw.txt}
        mid: {filepath: data/mid.txt}
        end: {type: text.TextDataset, filepath: data/end.txt}
        """,
    )
    project.write("conf/base/deploy.yml", "defaults: {retires: 1}\n")
    project.write("conf/base/parameters.yml", "size: ${nothing}\n")
    messages = "\n".join(_messages(project, "export", "airflow"))
    assert "TextDatset" in messages
    assert "`mid` has no `type`" in messages
    assert "Did you mean `retries`?" in messages
    assert "nothing" in messages


def test_both_a_refused_setting_and_a_lost_file_are_told(project: KedroProject) -> None:
    project.write("conf/base/deploy.yml", "defaults: {image: 'a:1', concurrency: {tasks: 2}}\n")
    messages = "\n".join(_messages(project, "export", "kubeflow"))
    assert "cannot express `concurrency.tasks`" in messages
    assert "local file" in messages


def test_no_wrong_option_hides_another(project: KedroProject) -> None:
    wrong = ("airflw", "--group-by", "nam", "--allow-lossy", "imga", "--env", "prd")
    messages = "\n".join(_messages(project, "export", *wrong))
    for word in ("`airflw`", "`nam`", "`imga`", "`prd`"):
        assert messages.count(word) >= 1, (word, messages)


def test_a_pipeline_at_the_top_is_not_left_out_in_silence(project: KedroProject) -> None:
    """Kedro's loader drops what begins with `_`, and so it would `__default__`."""
    project.write("conf/base/deploy.yml", "__default__: {retries: 3}\n_anchors: {any: thing}\n")
    (message,) = _messages(project, "export", "airflow")
    assert "conf/base/deploy.yml:1: __default__: The pipeline `__default__` stands at the top" in (
        message
    )
    assert "`pipelines: {__default__: …}`" in message


def test_a_yaml_error_says_what_the_parser_expected(project: KedroProject) -> None:
    project.write("conf/base/catalog.yml", '"{n}": {type: x.Y, filepath: data/{n}.pkl}\n')
    (message,) = _messages(project, "export", "airflow")
    assert "did not find expected `,` or `}`" in message


def test_a_loss_that_the_settings_accept_is_no_mistake_beside_another(
    project: KedroProject,
) -> None:
    text = 'defaults: {image: "a:1", retires: 1}\ntargets: {airflow: {allow_lossy: [image]}}\n'
    project.write("conf/base/deploy.yml", text)
    (message,) = _messages(project, "export", "airflow")
    assert "`retires`" in message
