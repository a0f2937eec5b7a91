"""Command lines that hold a password."""

from __future__ import annotations

from collections.abc import Iterator

from shipway.secrecy.patterns import compiled

# No value that begins with a dash: that is the next option. Lengths are bounded, so that
# no text makes the search quadratic.
_FLAG = (
    r"(?:^|(?<=[\s\"'`]))-{1,2}([A-Za-z][\w.-]{1,60})\s+(?!-)"
    r"(\{\{[^{}]{0,200}\}\}|\"[^\"]{1,1024}|'[^']{1,1024}|[^\s\"'`]{1,1024})"
)
# Up to the end of this command: a pipe, a semicolon or an ampersand begins another.
_BEFORE = r"\b[^\n|;&]{0,300}?\s"
_USER = r"[\"']?[^\s:\"'/-][^\s:\"'/]{0,127}:"
_OF_COMMANDS = {
    "curl|wget|https?|xh": rf"(?:-u|--(?:proxy-)?user|-U|-a|--auth)\s*{_USER}",
    "sshpass": r"-p\s*",
    r"(?:docker|podman|helm registry|skopeo|oras|az)\s+login": r"-p\s+",
    r"mongo\w{0,10}|cqlsh|twine": r"-p\s+",
    r"mysql\w{0,10}|mariadb(?:-\w{1,10})?": r"-p",
    "redis-cli": r"-a\s+",
    r"ldap\w{1,10}": r"-w\s+",
    "sqlcmd|bcp": r"-P\s*",
    "smbclient": r"-U\s*[^\s%]{1,128}%",
    "openssl": r"-pass(?:in|out)?\s+pass:",
}
"""What stands before the password, by command; an option of two letters means another elsewhere.

Source: the manual page of each.
"""

_PASSWORD = r"[\"']?([^\s\"']{1,1024})"


def flags(text: str) -> Iterator[tuple[str, str]]:
    """Return the options of a command line and their values: `--password hunter2`."""
    yield from compiled(_FLAG).findall(text)


def command_passwords(text: str) -> Iterator[str]:
    """Return what commands are told by short options: `curl -u user:hunter2`."""
    for commands, option in _OF_COMMANDS.items():
        pattern = compiled(rf"\b(?:{commands}){_BEFORE}{option}{_PASSWORD}")
        yield from pattern.findall(text)
