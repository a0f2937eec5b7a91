"""Mistakes made in the module that the example is exported to: a text, and another in its place."""

from __future__ import annotations

from pathlib import Path

GOLDEN = (
    Path(__file__).resolve().parents[2] / "golden" / "__default__" / "flyte" / "energy_workflow.py"
)
REPORT = (
    'run=run, reporting_title=reporting_title).with_overrides(\n        node_name="write-report"'
)
TASK = "retries=2,"
CONCURRENCY = "concurrency=ConcurrencyPolicy(max_concurrency=1),"
MAIL = "Email(phases=[WorkflowExecutionPhase.FAILED, WorkflowExecutionPhase.TIMED_OUT]"
MISTAKES: dict[str, tuple[str, str]] = {
    "a cycle": (
        "    score_forecasts_node >> write_report_node\n",
        "    write_report_node >> forecast_demand_node\n",
    ),
    "an edge to nothing": ("score_forecasts_node >> write_report", "score_node >> write_report"),
    "a name of a node twice": ('node_name="write-report"', 'node_name="score-forecasts"'),
    "a name of a node in capitals": ('node_name="write-report"', 'node_name="Write-Report"'),
    "a name of a node with a sign": ('node_name="write-report"', 'node_name="write_report"'),
    "a long name of a node": ('node_name="write-report"', f'node_name="{"w" * 63}"'),
    "Flyte's own name of a node": ('node_name="write-report"', 'node_name="end-node"'),
    "a task that no node runs": (
        "score_forecasts_node = score_forecasts(",
        "score_forecasts_node = write_report(",
    ),
    "a task that is not there": (
        "plot_forecasts_node = plot_forecasts(",
        "plot_forecasts_node = plot(",
    ),
    "an input too few": ("        evaluation_baseline=evaluation_baseline,\n", ""),
    "an input too many": (
        "        evaluation_baseline=evaluation_baseline,\n",
        "        evaluation_baseline=evaluation_baseline,\n        more=evaluation_baseline,\n",
    ),
    "an input of another type": (
        "        evaluation_baseline=evaluation_baseline,\n",
        "        evaluation_baseline=3,\n",
    ),
    "an input that nothing gives": ('"model.folds": model_folds', '"model.folds": folds'),
    "an input without a default": (
        'split_holdout_days: int = DEFAULTS["split.holdout_days"],',
        "split_holdout_days: int = 3,",
    ),
    "a parameter that is not there": (
        'model_folds: int = DEFAULTS["model.folds"],',
        'model_folds: int = DEFAULTS["model.fold"],',
    ),
    "a cron of six fields": ('schedule="0 6 * * *"', 'schedule="0 0 6 * * *"'),
    "an hour that no day has": ('schedule="0 6 * * *"', 'schedule="0 25 * * *"'),
    "Sunday as 7": ('schedule="0 6 * * *"', 'schedule="0 6 * * 7"'),
    "no runs at all": (CONCURRENCY, "concurrency=ConcurrencyPolicy(max_concurrency=0),"),
    "no tasks at once": (CONCURRENCY, f"{CONCURRENCY}\n    max_parallelism=-1,"),
    "an e-mail to nobody": (
        CONCURRENCY,
        f"{CONCURRENCY}\n    notifications=[{MAIL}, recipients_email=[])],",
    ),
    "an e-mail about no phase": (
        CONCURRENCY,
        f'{CONCURRENCY}\n    notifications=[Email(phases=[], recipients_email=["a@b.example"])],',
    ),
    "another launch plan": ("name=energy.name,", 'name="energy_daily",'),
    "an argument of the launch plan": (CONCURRENCY, f"{CONCURRENCY}\n    overwrite_cache=True,"),
    "a label with a blank": ('Labels({"team": "forecasting"})', 'Labels({"team": "a b"})'),
    "retries below none": (TASK, "retries=-1,"),
    "retries as text": (TASK, 'retries="1",'),
    "no time": ("timedelta(minutes=75)", "timedelta(minutes=-75)"),
    "an argument of a task": (TASK, f"{TASK} cache=True,"),
    "an unknown argument of a task": (TASK, f"{TASK} retry_delay=3,"),
    "no image": ("@task(container_image=IMAGE, retries=2, pod", "@task(retries=2, pod"),
    "a quantity that is none": (TASK, TASK + ' requests=Resources(mem="1Gigs"),'),
    "more than the limit": (
        TASK,
        TASK + ' requests=Resources(cpu="5"), limits=Resources(cpu="1"),',
    ),
    "a secret without a name": (
        TASK,
        TASK + ' secret_requests=[Secret(group="", key="k", env_var="A", '
        "mount_requirement=Secret.MountType.ENV_VAR)],",
    ),
    "a secret for a variable in small letters": (
        TASK,
        TASK + ' secret_requests=[Secret(group="g", key="k", env_var="a", '
        "mount_requirement=Secret.MountType.ENV_VAR)],",
    ),
    "a secret as a file": (
        TASK,
        TASK + ' secret_requests=[Secret(group="g", key="k", env_var="A", '
        "mount_requirement=Secret.MountType.FILE)],",
    ),
    "a mount of nothing": ('k8s.V1VolumeMount(name="claim-', 'k8s.V1VolumeMount(name="a-claim-'),
    "a relative mount": ('mount_path="/app/data"', 'mount_path="app:data"'),
    "a claim by another name": ('claim_name="energy-data"', 'claim="energy-data"'),
    "a field that no pod has": (
        "        volumes=[\n",
        "        host_network=True,\n        volumes=[\n",
    ),
    "another container": ('name="primary"', 'name="main"'),
    "no such pod template": (
        "retries=2, timeout=timedelta(minutes=75), pod_template=POD",
        "retries=2, pod_template=P",
    ),
}
"""Each is a text of the golden file, and what stands in its place."""
BY_FLYTEKIT = frozenset(
    {
        *("a cycle", "an edge to nothing", "a task that no node runs", "a task that is not there"),
        *("an input too few", "an input too many", "an input of another type"),
        *("an input that nothing gives", "a parameter that is not there", "no such pod template"),
        *("an hour that no day has", "an e-mail about no phase", "a claim by another name"),
        *("retries below none", "retries as text", "an argument of a task"),
        *("an unknown argument of a task", "a secret for a variable in small letters"),
    }
)
"""What flytekit refuses as well, when it loads the module, makes its messages or calls a task."""


def with_mistake(text: str, mistake: str) -> str:
    """Return the module with a mistake, and with what it then has to import."""
    before, after = MISTAKES[mistake]
    assert before in text, mistake
    names = [name for name in ("Resources", "Secret", "Email") if f"{name}(" in after]
    imports = "".join(f"    {name},\n" for name in names)
    text = text.replace(before, after, 1).replace(
        "    current_context,\n", f"{imports}    current_context,\n"
    )
    if "Email" in names:
        line = "from flytekit.models.core.execution import WorkflowExecutionPhase\n"
        text = text.replace(
            "from flytekit.models.documentation", f"{line}from flytekit.models.documentation"
        )
    return text
