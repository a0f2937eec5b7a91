"""Servers of this machine that keep what they are sent: e-mails, and messages of webhooks."""

from __future__ import annotations

import json
import socketserver
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Received(Generic[T]):
    """What has come so far, and the port at which it comes."""

    port: int
    items: list[T] = field(default_factory=list)

    def wait_for(self, number: int, seconds: float = 60) -> list[T]:
        """Return all items once there are as many; some senders take their time."""
        end = time.monotonic() + seconds
        while len(self.items) < number and time.monotonic() < end:
            time.sleep(0.1)
        return list(self.items)


class _Smtp(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a client needs that neither logs in nor encrypts."""

    def __init__(self, keep: Callable[[EmailMessage], None], *args: Any) -> None:
        self.keep = keep
        super().__init__(*args)

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline():
            word = line.split(b" ")[0].strip().upper()
            if word == b"DATA":
                self.say("354 go on")
                self.keep(self.message())
            if word == b"QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def message(self) -> EmailMessage:
        lines = iter(self.rfile.readline, b".\r\n")
        data = b"".join(line.removeprefix(b".") for line in lines)
        mail = message_from_bytes(data, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail


class _Http(BaseHTTPRequestHandler):
    def __init__(self, keep: Callable[[Any], None], *args: Any) -> None:
        self.keep = keep
        super().__init__(*args)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.keep((self.path, json.loads(body)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the output of a test free of requests."""


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def mailbox() -> Iterator[Received[EmailMessage]]:
    """Receive e-mails."""
    with _listening(_Smtp) as received:
        yield received


@contextmanager
def webhook() -> Iterator[Received[tuple[str, Any]]]:
    """Receive messages as JSON, each with its path."""
    with _listening(_Http) as received:
        yield received


@contextmanager
def _listening(handler: Any) -> Iterator[Received[Any]]:
    items: list[Any] = []
    with _Server(("127.0.0.1", 0), partial(handler, items.append)) as server:
        thread = Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        yield Received(server.server_address[1], items)
        server.shutdown()
        thread.join()
