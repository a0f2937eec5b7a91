"""Set up what this repository needs and run its tools: see `make help`.

Needs Python's standard library alone; the tools stand in environments: see `scripts.environments`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

# As a program, this file has its own folder in the path, and as a module the one above.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import argo_checks, one_target
from scripts.environments import (
    AIRFLOW3,
    DEV,
    ENVS,
    KFP,
    OLDEST,
    PEERS,
    PREFECT,
    ROOT,
    TESTED,
    UV,
    Env,
    NoPythonError,
    quietly,
    say,
    set_up,
    set_up_containers,
    uv_environ,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Files in their order: those of engines come first, take longest, and mostly wait.
FILES_AT_ONCE = ("-n", "4", "--dist", "loadfile", "--no-loadscope-reorder")
# The engines of one file on several workers; else one of them would have to run them all.
TWO_TESTS_AT_ONCE = ("-n", "2", "--dist", "load", "--maxschedchunk", "1")


def run(tool: str, *args: str, env: dict[str, str] | None = None) -> bool:
    """Run a tool of the dev environment, show what it prints, and tell whether it succeeded."""
    say("$ " + " ".join([tool, *args]))
    bin_dir = DEV.path / "bin"
    environ = {**os.environ, "VIRTUAL_ENV": str(DEV.path), **(env or {})}
    environ["PATH"] = os.pathsep.join([str(bin_dir), *os.get_exec_path()])
    return subprocess.call([bin_dir / tool, *args], cwd=ROOT, env=environ) == 0


def finish(*succeeded: bool) -> None:
    if not all(succeeded):
        raise SystemExit(1)


def demo(args: Sequence[str]) -> None:
    """Compile the example and run it on Prefect, or with ENGINE=airflow on Airflow"""
    engine = args[0] if args else os.environ.get("ENGINE") or "prefect"
    needed = [env for env in (PREFECT, AIRFLOW3) if env.name.startswith(engine)]
    finish(run("python", "-m", "scripts.demo", engine, env=set_up(DEV, *needed)))


def test(args: Sequence[str]) -> None:
    """Everything that CI runs: lint, then all tests; TARGET=NAME for the tests of one alone"""
    if target := os.environ.get("TARGET"):
        finish(test_one(target, args))
        return
    set_up(DEV)
    with ThreadPoolExecutor(1) as beside:
        lint = beside.submit(check)
        env = set_up(*TESTED) | set_up_containers() | set_up_argo_models()
    finish(*lint.result(), run("pytest", *FILES_AT_ONCE, *args, env=env))


def test_one(target: str, args: Sequence[str]) -> bool:
    one_target.check(target)
    env = one_target.set_up_for(target)
    if target == "argo":
        env |= set_up_argo_models()
    return run("pytest", *FILES_AT_ONCE, f"--target={target}", *args, env=env)


def matrix(args: Sequence[str]) -> None:
    """Write docs/compliance.md, run its cases on each target, or TARGET, and show the page"""
    target = os.environ.get("TARGET")
    if target:
        one_target.check(target)
    env = one_target.set_up_for(target) if target else set_up(*TESTED) | set_up_containers()
    words = [f"--target={target}"] if target else ["-n", "2", "--dist", "load"]
    steps = (
        ("python", "scripts/docs.py"),
        ("pytest", "tests/compliance", *words, *args),
        ("python", "-m", "tests.compliance.page"),
    )
    finish(all(run(*step, env=env) for step in steps))


def set_up_argo_models() -> dict[str, str]:
    """Begin to bring Argo's own validation and schemas; return where they come to stand."""
    return argo_checks.start(ENVS / "argo")


def test_fast(args: Sequence[str]) -> None:
    """The tests that need no orchestrator"""
    finish(run("pytest", "-m", "not engine", *FILES_AT_ONCE, *args, env=set_up(DEV)))


def bench(_: Sequence[str]) -> None:
    """The benchmarks of docs/performance.md: ratios, measured side by side"""
    env = set_up(DEV, AIRFLOW3, KFP, PREFECT, PEERS)
    names = ["startup", "export_project", "snapshot_scaling", "dag_parse", "task_start"]
    names += ["all_targets", "many_pipelines", "targets", "whole_run", "warm_run", "artifact_lines"]
    finish(*[run("python", "-m", f"benchmarks.{name}", env=env) for name in names])


def soak(args: Sequence[str]) -> None:
    """Random pipelines and broken files for longer; SHIPWAY_SOAK_SEED=N for others"""
    env = set_up(*TESTED)
    more = {"SHIPWAY_SOAK_LOADS": "1000", "SHIPWAY_SOAK_RUNS": "500"}
    more["SHIPWAY_SOAK_ROUNDS"] = "20000"
    more["SHIPWAY_SOAK_SEED"] = os.environ.get("SHIPWAY_SOAK_SEED", str(int(time.time())))
    say(f"SHIPWAY_SOAK_SEED={more['SHIPWAY_SOAK_SEED']}")
    chosen = [f"tests/proof/test_{name}.py" for name in ("random_runs", "random_loads", "fuzz")]
    how = ("-v", "--durations=0", "--durations-min=1", *TWO_TESTS_AT_ONCE)
    finish(run("pytest", *how, *chosen, *args, env={**more, **os.environ, **env}))


def docs(_: Sequence[str]) -> None:
    """Build the documentation as a site, in .site/html; a dead link is an error"""
    set_up(DEV)
    finish(run("python", "-m", "scripts.docs_site"))


def lint(_: Sequence[str]) -> None:
    """ruff and mypy --strict; changes nothing"""
    set_up(DEV)
    finish(*check())


def check() -> list[bool]:
    return [run("ruff", "check"), run("ruff", "format", "--check"), run("mypy")]


def format_code(_: Sequence[str]) -> None:
    """Apply ruff's fixes and its format"""
    set_up(DEV)
    finish(run("ruff", "check", "--fix"), run("ruff", "format"))


def lock(args: Sequence[str]) -> None:
    """Write requirements/*.txt again; ARGS=--upgrade takes the newest"""
    set_up()
    for env in (*TESTED, PEERS):
        compile_requirements(env, args)


def compile_requirements(env: Env, args: Sequence[str]) -> None:
    target = f"requirements/{env.name}.txt"
    how = [f"requirements/{env.name}.in", "--output-file", target, "--custom-compile-command"]
    how += ["make lock", "--universal", "--python-version", f"3.{OLDEST}", "--no-emit-index-url"]
    how += ["--no-emit-find-links"] + env.shipway * ["pyproject.toml", "--extra", "kedro"]
    quietly(UV, "pip", "compile", *how, *args, env=uv_environ())
    for line in env.requirements.read_text().splitlines():
        if "://" in line or " @ " in line or line.startswith("-"):
            raise SystemExit(f"{target} must hold plain pins, but has: {line}")


def clean(_: Sequence[str]) -> None:
    """Remove the environments, caches and built packages"""
    for pattern in (
        ".envs",
        ".demo",
        ".site",
        "build",
        "dist",
        ".*_cache",
        ".hypothesis",
        "**/__pycache__",
    ):
        for path in list(ROOT.glob(pattern)):
            shutil.rmtree(path)


def show_help(_: Sequence[str]) -> None:
    """List the targets"""
    for name, command in COMMANDS.items():
        print(f"make {name:<10} {command.__doc__}")


COMMANDS: dict[str, Callable[[Sequence[str]], None]] = {
    "demo": demo,
    "test": test,
    "test-fast": test_fast,
    "matrix": matrix,
    "bench": bench,
    "soak": soak,
    "docs": docs,
    "lint": lint,
    "format": format_code,
    "lock": lock,
    "clean": clean,
    "help": show_help,
}


def main(argv: Sequence[str]) -> None:
    command = COMMANDS.get(argv[0]) if argv else show_help
    if command is None:
        raise SystemExit(f"no such command: {argv[0]} (one of: {', '.join(COMMANDS)})")
    try:
        command(argv[1:])
    except NoPythonError as reason:
        raise SystemExit(f"Shipway {reason}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main(sys.argv[1:])
