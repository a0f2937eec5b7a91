"""The API over HTTP, on 127.0.0.1."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml

from .answers import Stream, answer
from .cluster import Cluster
from .objects import Refused


class Server(ThreadingHTTPServer):
    """Serves a cluster at a free port."""

    daemon_threads = True

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cluster = cluster

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Show what went wrong, but for a client that goes away in the middle."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        """Print nothing about a request."""

    def _answer(self) -> None:
        try:
            result = answer(self.server.cluster, self.command, self.path, self._body())
        except Refused as refusal:
            self._send(refusal.code, json.dumps(refusal.status), "application/json")
            return
        if isinstance(result, Stream):
            self._stream(result.type, result.parts)
        elif isinstance(result, list):
            self._send(200, "".join(result), "text/plain")
        else:
            code = 201 if self.command == "POST" else 200
            self._send(code, json.dumps(result), "application/json")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - as http.server calls

    def _body(self) -> object:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if not text:
            return None
        is_yaml = "yaml" in self.headers.get("Content-Type", "")
        return yaml.safe_load(text) if is_yaml else json.loads(text)

    def _send(self, code: int, text: str, kind: str) -> None:
        data = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, kind: str, parts: Iterable[str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in parts:
            self._chunk(part.encode())
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()
