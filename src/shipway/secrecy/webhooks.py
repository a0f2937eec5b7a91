"""Webhooks: URLs whose path is the secret.

Sources: Slack, Sending messages using incoming webhooks (`hooks.slack.com/services/…`); Discord,
Webhook resource (`/api/webhooks/ID/TOKEN`); Microsoft Teams, Create incoming webhooks
(`webhook.office.com/webhookb2/…`); Zapier, IFTTT, Feishu and Mattermost write them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shipway.secrecy.patterns import compiled

_URL = r"(?i:https?)://([^\s/\"'<>]{1,253})(/[^\s\"'<>]{1,2000})"
_HOOK = r"(?i:[a-z0-9]{0,12}[-_]?hooks?(?:b2|-test)?)"
_HOST = r"(?i:hooks?\.|maker\.ifttt\.com)"
_OPAQUE = r"(?=[\w-]*\d)[\w-]{16,}"
# Such hosts have pages about webhooks as well, with shorter paths.
_LEAST_SEGMENTS = 3


def webhook_spans(text: str) -> Iterator[tuple[int, int]]:
    """Return where in a text URLs stand that whoever has them may call."""
    if "http" not in text.lower():
        return
    for url in compiled(_URL).finditer(text):
        if _is_webhook([url[1], *url[2].split("/")[1:]]):
            yield url.span()


def _is_webhook(segments: list[str]) -> bool:
    """Judge a URL cut at its slashes; one in the query of another counts, too."""
    if len(_after(segments, compiled(_HOST).match)) >= _LEAST_SEGMENTS:
        return True
    return any(map(compiled(_OPAQUE).match, _after(segments, compiled(_HOOK).fullmatch)))


def _after(segments: list[str], is_meant: Callable[[str], object]) -> list[str]:
    """Return what follows the first segment that is meant."""
    index = next(
        (index for index, segment in enumerate(segments) if is_meant(segment)), len(segments)
    )
    return segments[index + 1 :]
