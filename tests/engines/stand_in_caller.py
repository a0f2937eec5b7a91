"""What stands in for a Python calls this: see `stand_in.py`. It imports as little as it can."""

import json
import os
import socket
import sys


def main() -> None:
    """Have a task run elsewhere; whatever else is called, is called."""
    address, *words = sys.argv[1:]
    if words[:2] != ["-m", "shipway.runtime"]:
        os.execv(sys.executable, [sys.executable, *words])
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        request = {
            "words": ["shipway.runtime", *words[2:]],
            "env": dict(os.environ),
            "folder": os.getcwd(),  # noqa: PTH109 - an import of `pathlib` takes longer than the rest
        }
        text = json.dumps(request).encode()
        socket.send_fds(server, [len(text).to_bytes(8, "big")], [0, 1, 2])
        server.sendall(text)
        code = int(server.recv(16))
    if code < 0:
        os.kill(os.getpid(), -code)
    sys.exit(code)


main()
