"""Worlds to export in: what a child process finds when it starts."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

CLOCK = """
import datetime
import time

real = time.time
FROZEN = {frozen}
time.time = lambda: 1e9 if FROZEN else real() - 86400


class Past(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)


datetime.datetime = Past
"""
NO_NETWORK = """
import sys


def cut(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"):
        raise OSError(f"no network in this world: {event}")


sys.addaudithook(cut)
"""
FILES = {
    "past": CLOCK.format(frozen=False),
    "frozen": CLOCK.format(frozen=True),
    "offline": NO_NETWORK,
}


@dataclass(frozen=True)
class World:
    """Environment variables, code that runs as Python starts, and a folder of one's own.

    Args:
        code: by its name in `FILES`.
        local: what `conf/local` holds, which git ignores, by file; `None` where it is absent.
    """

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    code: str = ""
    local: dict[str, str] | None = field(default_factory=dict)

    def environ(self, folder: Path) -> dict[str, str]:
        """The variables; the code goes to a folder below `folder`."""
        if not self.code:
            return self.variables
        place = folder / self.code
        place.mkdir(parents=True, exist_ok=True)
        (place / "sitecustomize.py").write_text(FILES[self.code], encoding="utf-8")
        return {**self.variables, "PYTHONPATH": str(place)}


CANARIES = {"BUCKET": "canary-bucket", "REGION": "canary-region", "TODAY": "canary-day"}
"""Values of the variables that the configuration reads."""
HELD = {
    "parameters.yml": "year: 1999\nb: {c: canary-local}\nown: ${oc.env:REGION}\n",
    "catalog.yml": "n1: {type: text.TextDataset, filepath: data/canary-local/n1.txt}\n",
    "globals.yml": "folder: canary-local\n",
    "deploy.yml": "defaults: {retries: 7, env: {A: canary-local}}\n",
    "credentials.yml": "mine: {password: canary-local}\n",
}
"""A person's own values."""
WORLDS = (
    World("plain"),
    World("variables of a laptop", CANARIES),
    World("other variables", {**CANARIES, "BUCKET": "canary-other", "KEDRO_ENV": "prod"}),
    World("another environment alone", {"KEDRO_ENV": "nowhere"}),
    World("own values", CANARIES, local=HELD),
    World("own values tomorrow", {"TODAY": "canary-tomorrow"}, "past", local=HELD),
    World("a clone without the folder", CANARIES, local=None),
    World("yesterday", {"TZ": "Asia/Kolkata", "LANG": "C"}, "past"),
    World("one moment for ever", {"TZ": "America/St_Johns"}, "frozen"),
    World("no network", {"LANG": "C.UTF-8"}, "offline"),
    World("another locale", {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8"}),
    World("somebody else", {"USER": "somebody", "LOGNAME": "somebody", "HOME": "/nonexistent"}),
    *(World(f"hash seed {seed}", {"PYTHONHASHSEED": str(seed)}) for seed in range(20)),
)


def bound() -> list[str]:
    """What makes root, who may write anywhere, heed permissions like anybody else."""
    loss = "-dac_override,-dac_read_search,-fowner"
    return _setpriv(f"--bounding-set={loss}", f"--inh-caps={loss}")


def as_nobody() -> list[str]:
    """What makes a process of root's one of another user, who may read all that root may."""
    rest = "+dac_read_search"
    identity = ("--reuid=65534", "--regid=65534", "--clear-groups")
    return _setpriv(*identity, f"--inh-caps={rest}", f"--ambient-caps={rest}")


def _setpriv(*options: str) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, *options] if setpriv and os.geteuid() == 0 else []
