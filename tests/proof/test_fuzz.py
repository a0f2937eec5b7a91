"""Thousands of broken inputs: a clean error, or a result, and nothing else."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from shipway.cli import main
from shipway.compiler import Selection, compile_all, settings_for
from shipway.errors import InternalError, ShipwayError
from shipway.readers.snapshot import load
from shipway.settings.source import SettingsSource, read_files
from shipway.targets.registry import every
from tests.projects import EXAMPLE, copy_example
from tests.targets import settings_of_all

ROUNDS = int(os.environ.get("SHIPWAY_SOAK_ROUNDS", "2000"))
SEED = int(os.environ.get("SHIPWAY_SOAK_SEED", "0"))
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1e308,
    "",
    "x" * 300,
    "{{ x }}",
    "\0",
    "Größe\n\u2028",
    [],
    [[[]]],
    {},
    {"": None},
    {"a": {"a": {"a": 1}}},
    "yes",
    "../../etc/passwd",
    "${oc.env:HOME}",
)
YAML_TEXTS = (
    "a: &a [*a]\n",
    "!!python/object/apply:os.system ['true']\n",
    "defaults: {retries: 1\n",
    "defaults:\n\tretries: 1\n",
    "defaults: {retries: 1, retries: 2}\n",
    "? [a, b]\n: c\n",
    "1: 2\n",
    "- defaults\n",
    "defaults: !!binary aGk=\n",
    "defaults: 2026-01-31\n",
    "\ufeffdefaults: {}\n",
    "---\n---\n",
    "defaults: {<<: {retries: 1}}\n",
    "%YAML 9.9\n---\na: b\n",
    "defaults: {timeout: .inf}\n",
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The example's own."""
    project = copy_example(tmp_path_factory.mktemp("fuzz") / "energy")
    process = project.run("python", "-m", "shipway", "snapshot")
    assert process.returncode == 0, process.stderr
    return process.stdout


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and position of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*place, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*place, key))


def mutate(document: Any, chance: random.Random) -> None:
    """Delete, replace, rename or double something, somewhere."""
    *parents, last = chance.choice(list(places(document)))
    level = document
    for part in parents:
        level = level[part]
    what = chance.randrange(4)
    if what == 0:
        del level[last]
    elif what == 1 or (what == 2 and isinstance(level, list)):
        level[last] = deepcopy(chance.choice(JUNK))
    elif isinstance(level, dict):
        level[f"{last}{'s' if what == 2 else chance.choice('xyz')}"] = deepcopy(level[last])
    else:
        level.append(deepcopy(level[last]))


def spoil(text: str, chance: random.Random) -> bytes:
    """Cut a text short, or put any bytes into it."""
    data = bytearray(text.encode())
    place = chance.randrange(len(data))
    if chance.random() < 0.5:
        return bytes(data[:place])
    data[place : place + chance.randrange(8)] = chance.randbytes(chance.randrange(1, 6))
    return bytes(data)


def is_clean(action: Callable[[], object], said: str) -> bool:
    """Run it; whether it gave a clean error, which it may, and no bug of ours, which it may not."""
    try:
        action()
    except InternalError as error:
        raise AssertionError(f"{said}: {error.findings}") from error
    except ShipwayError as error:
        return all(f.what and "Traceback" not in f.what for f in error.findings)
    except Exception as error:
        raise AssertionError(f"{said}: {type(error).__name__}: {error}") from error
    return False


def export_all(path: Path) -> None:
    """Read a snapshot and compile it for every target."""
    project = load(path)
    for exporter in every():
        settings = settings_for(SettingsSource(values=settings_of_all()), [exporter])
        list(compile_all(project, settings, exporter, Selection(all_pipelines=True)))


def test_broken_snapshots(snapshot: str, tmp_path: Path) -> None:
    path, refusal = tmp_path / "snapshot.json", 0
    for seed in range(SEED, SEED + ROUNDS):
        chance = random.Random(seed)
        if seed % 4:
            document = json.loads(snapshot)
            for _ in range(chance.randint(1, 3)):
                mutate(document, chance)
            path.write_text(json.dumps(document), encoding="utf-8")
        else:
            path.write_bytes(spoil(snapshot, chance))
        action = partial(export_all if seed % 8 == 1 else load, path)
        refusal += is_clean(action, f"{seed=}")
    assert ROUNDS / 4 < refusal < ROUNDS, "the control: some are none the worse"


def test_broken_settings(tmp_path: Path) -> None:
    content = (EXAMPLE / "conf" / "base" / "deploy.yml").read_text(encoding="utf-8")
    path, refusal = tmp_path / "deploy.yml", 0
    for seed in range(SEED, SEED + ROUNDS):
        chance = random.Random(seed)
        if seed % 4:
            document = yaml.safe_load(content)
            for _ in range(chance.randint(1, 3)):
                mutate(document, chance)
            path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        else:
            path.write_bytes(spoil(content, chance))
        refusal += is_clean(lambda: settings_for(read_files([path]), list(every())), f"{seed=}")
    assert ROUNDS / 4 < refusal < ROUNDS


@pytest.mark.parametrize("text", YAML_TEXTS)
def test_yaml_that_is_none_of_ours(text: str, tmp_path: Path) -> None:
    path = tmp_path / "deploy.yml"
    path.write_text(text, encoding="utf-8")
    is_clean(lambda: settings_for(read_files([path]), list(every())), text)


def test_a_million_laughs_do_not_hang(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    path = tmp_path / "deploy.yml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert is_clean(lambda: settings_for(read_files([path]), list(every())), "laughs")


def test_the_command_line_says_it_cleanly(snapshot: str, tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    codes = set()
    for seed in range(30):
        path.write_bytes(spoil(snapshot, random.Random(seed)))
        words = ["export", "airflow", "--snapshot", str(path), "-o", str(tmp_path / "out")]
        process = CliRunner().invoke(main, words)
        assert "Traceback" not in process.output, seed
        assert process.exit_code in (0, 2, 3, 4, 5), (seed, process.output)
        codes.add(process.exit_code)
    assert 3 in codes
