"""Secrets that are known by their form, each with where its maker describes it.

A form is searched only in a text that holds one of its `signs`, so that a text of megabytes costs
no more than finding them. Lengths are lower bounds: makers change theirs without a word.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shipway.secrecy.patterns import compiled
from shipway.secrecy.webhooks import webhook_spans


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a kind of secret looks.

    Args:
        signs: texts of which it holds one at least.
        pattern: what it looks like; no letter or digit stands before it.
        source: where its maker says so.
    """

    signs: tuple[str, ...]
    pattern: str
    source: str

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Return where in a text such secrets stand."""
        # Looking for a plain text costs far less than for a pattern, and most texts have none.
        if any(sign in text for sign in self.signs):
            for match in compiled(rf"(?<![A-Za-z0-9])(?:{self.pattern})").finditer(text):
                yield match.span()


def _with_prefix(prefixes: str, rest: str, source: str) -> Form:
    signs = tuple(prefixes.split())
    pattern = f"(?:{'|'.join(map(re.escape, signs))}){rest}"
    return Form(signs=signs, pattern=pattern, source=source)


_OPAQUE = r"(?=[\w-]*\d)[\w-]"
"""Letters of a token that holds a digit, as words do not."""

TOKENS = (
    _with_prefix(
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"\w{16,}",
        "GitHub Docs, About authentication to GitHub, GitHub's token formats",
    ),
    _with_prefix(
        "glpat- gldt- glrt- glptt- glcbt- glsoat- glft- glimt- glagent- gloas- GR1348941",
        r"[\w.-]{16,}",
        "GitLab Docs, Token overview, Token prefixes",
    ),
    _with_prefix(
        "AKIA ASIA ABIA ACCA",
        r"[A-Z0-9]{16}(?![A-Za-z0-9])",
        "AWS IAM User Guide, IAM identifiers, Understanding unique ID prefixes",
    ),
    Form(
        signs=("eyJ",),
        pattern=r"eyJ[\w-]{6,}\.[\w-]{4,}\.[\w-]*(?:\.[\w-]+\.[\w-]+)?",
        source="RFC 7519, section 3 (JWT); RFC 7516, section 3 (JWE)",
    ),
    _with_prefix(
        "xoxb- xoxa- xoxp- xoxr- xoxs- xoxe- xoxe. xoxc- xoxd- xapp-",
        r"[\w.%-]{10,}",
        "Slack API docs, Tokens, Token types",
    ),
    Form(
        signs=("sk-",),
        pattern=r"sk-(?:[A-Za-z0-9_]{1,12}-){0,4}(?:(?=[A-Za-z]*\d)[A-Za-z0-9]{16,}|[A-Za-z0-9]{24,})"
        r"[\w-]*",
        source="OpenAI API reference, Authentication; Anthropic API, Getting started (`sk-ant-`); "
        "OpenRouter, Authentication (`sk-or-`); Langfuse, API keys (`sk-lf-`)",
    ),
    _with_prefix(
        "sk_live_ sk_test_ rk_live_ rk_test_ whsec_",
        r"[A-Za-z0-9+/=]{10,}",
        "Stripe docs, API keys, Key types; Webhooks, Verify webhook signatures (`whsec_`)",
    ),
    _with_prefix("AIza", r"[\w-]{30,}", "Google Cloud docs, Manage API keys"),
    _with_prefix(
        "ya29. GOCSPX- 1//0",
        r"[\w-]{20,}",
        "Google Identity docs, Using OAuth 2.0, Token size; client secrets in the console",
    ),
    _with_prefix("npm_", r"[A-Za-z0-9]{30,}", "npm Docs, About access tokens"),
    _with_prefix("pypi-AgE", r"[\w-]{20,}", "PyPI, Help, How can I use API tokens"),
    _with_prefix("rubygems_ cio", r"[0-9a-f]{32,}", "RubyGems Guides, API; crates.io, API tokens"),
    _with_prefix("dckr_pat_ dckr_oat_", r"[\w-]{16,}", "Docker Docs, Personal access tokens"),
    _with_prefix("hf_ api_org_", r"[A-Za-z0-9]{30,}", "Hugging Face docs, User access tokens"),
    _with_prefix(
        "dapi dkea dose", r"[0-9a-f]{32}(?:-\d)?", "Databricks docs, Authenticate with tokens"
    ),
    _with_prefix("SG.", r"[\w-]{16,}\.[\w-]{16,}", "Twilio SendGrid docs, API keys"),
    Form(
        signs=("SK",),
        pattern=r"SK[0-9a-f]{32}(?![0-9a-f])",
        source="Twilio docs, API keys overview",
    ),
    Form(
        signs=("-us",),
        pattern=r"[0-9a-f]{32}-us\d{1,2}",
        source="Mailchimp Marketing API, Fundamentals, Data center",
    ),
    Form(signs=("key-",), pattern=r"key-[0-9a-f]{32}", source="Mailgun docs, API keys"),
    Form(
        signs=(":AA",),
        pattern=r"(?:bot)?\d{6,12}:AA[\w-]{30,}",
        source="Telegram Bot API, Authorizing your bot",
    ),
    Form(
        signs=(".",),
        pattern=r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}",
        source="Discord developer docs, Reference, Authentication",
    ),
    _with_prefix("hvs. hvb. hvr.", r"[\w-]{20,}", "HashiCorp Vault docs, Tokens, Token prefixes"),
    Form(
        signs=(".atlasv1.",),
        pattern=r"\w{14}\.atlasv1\.[\w-]{40,}",
        source="HCP Terraform docs, API tokens",
    ),
    _with_prefix("dop_v1_ doo_v1_ dor_v1_", r"[0-9a-f]{40,}", "DigitalOcean docs, API tokens"),
    _with_prefix(
        "shpat_ shpss_ shpca_ shppa_ shptka_", r"[0-9A-Fa-f]{32}", "Shopify docs, Access tokens"
    ),
    _with_prefix("sq0atp- sq0csp- sq0idp-", r"[\w-]{20,}", "Square docs, Access tokens"),
    _with_prefix("NRAK- NRRA- NRII-", r"[\w-]{20,}", "New Relic docs, API keys"),
    _with_prefix("glsa_ glc_", r"[A-Za-z0-9_+/=]{20,}", "Grafana docs, Service accounts, Tokens"),
    _with_prefix("ATATT3 ATCTT3 ATBB", r"[\w=-]{20,}", "Atlassian support, API tokens"),
    _with_prefix("lin_api_ lin_oauth_", r"\w{30,}", "Linear docs, API and webhooks"),
    _with_prefix("sntrys_ sntryu_", r"[\w+/=.-]{20,}", "Sentry docs, Auth tokens"),
    _with_prefix("PMAK-", r"[0-9a-f-]{40,}", "Postman docs, API keys"),
    _with_prefix("ntn_ secret_", _OPAQUE + "{40,}", "Notion docs, Authorization"),
    _with_prefix("figd_ figo_", r"[\w-]{30,}", "Figma docs, Personal access tokens"),
    _with_prefix(
        "gsk_ xai- nvapi- pplx- tvly-",
        _OPAQUE + "{20,}",
        "Groq, xAI, NVIDIA, Perplexity, Tavily: API keys",
    ),
    _with_prefix(
        "r8_ jina_ fw_ pcsk_", _OPAQUE + "{24,}", "Replicate, Jina, Fireworks, Pinecone: API keys"
    ),
    _with_prefix("lsv2_pt_ lsv2_sk_ ls__", r"\w{20,}", "LangSmith docs, Create an API key"),
    _with_prefix(
        "sbp_ sb_secret_ pscale_tkn_ pscale_pw_ dp.pt. dp.st.",
        _OPAQUE + "{20,}",
        "Supabase, PlanetScale, Doppler docs: tokens",
    ),
    _with_prefix(
        "CFPAT- phx_ PRIVATE-AGE AGE-SECRET-KEY-1",
        r"[\w-]{20,}",
        "Contentful, PostHog: personal tokens; age, README (`AGE-SECRET-KEY-1`)",
    ),
    Form(
        signs=("pat-",),
        pattern=r"pat-(?:na|eu|ap)\d-[0-9a-f-]{36}",
        source="HubSpot docs, Private apps",
    ),
    Form(
        signs=("EAA",), pattern=r"EAA[A-Za-z0-9]{60,}", source="Meta, Facebook Login, Access tokens"
    ),
    Form(
        signs=("LTAI",),
        pattern=r"LTAI[A-Za-z0-9]{12,}",
        source="Alibaba Cloud docs, AccessKey pair",
    ),
    Form(
        signs=("Q~",),
        pattern=r"[\w~.-]{3}[78]Q~[\w~.-]{30,}",
        source="Microsoft Security Utilities, SEC101/156 (Entra client secrets)",
    ),
    Form(
        signs=("AZDO",),
        pattern=r"[A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4}",
        source="Azure DevOps docs, Personal access tokens, Format",
    ),
    Form(
        signs=("PRIVATE KEY", "PuTTY-User-Key-File"),
        pattern=r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY|PuTTY-User-Key-File",
        source="RFC 7468, sections 10 and 11; RFC 4880, section 6.2; PuTTY manual, appendix C",
    ),
    Form(
        signs=("gAAAA",),
        pattern=r"gAAAA[\w-]{60,}=*",
        source="Fernet Spec, Fernet Format (a token: base64 of the version 0x80 and of a time)",
    ),
)

# Capitals, small letters and a digit: paths and words of 43 letters seldom have all three.
_MIXTURE = r"(?=[\w+/-]{0,86}[A-Z])(?=[\w+/-]{0,86}[a-z])(?=[\w+/-]{0,86}\d)"
KEYS = Form(
    signs=("=",),
    pattern=rf"(?<![\w+/=-]){_MIXTURE}(?:[\w+/-]{{43}}=|[\w+/-]{{86}}==)(?![\w+/=-])"
    rf"|(?<![\w+=-]){_MIXTURE}(?:[\w+-]{{43}}=|[\w+-]{{86}}==)(?![\w+=-])",
    source="Fernet Spec, Key Format (32 bytes in base64); Azure docs, keys of a storage account "
    "and of a service bus (64 and 32 bytes)",
)
"""Keys without a mark of their own: SHA-256 and SHA-512 in base64 look alike."""


_SHORT, _GRAM = 500, 3


def holds_token(text: str, is_digest: bool = False) -> bool:
    """Tell whether a text holds a secret by its form alone.

    Args:
        text: any.
        is_digest: whether its name says that it is a checksum.
    """
    return next(token_spans(text, is_digest), None) is not None


def token_spans(text: str, is_digest: bool = False) -> Iterator[tuple[int, int]]:
    """Return where in a text such secrets stand."""
    for form in _candidates(text):
        yield from form.spans(text)
    # A checksum in base64 has the form of a key, so its name decides.
    if not is_digest:
        yield from KEYS.spans(text)
    yield from webhook_spans(text)


def _candidates(text: str) -> Iterable[Form]:
    """Return the forms to look for; of a short text, those whose signs begin as a part of it."""
    if len(text) > _SHORT:
        return TOKENS
    grams = {text[start : start + _GRAM] for start in range(len(text) - _GRAM + 1)}
    by_gram = _by_gram()
    return [
        *by_gram[""],
        *(form for gram in sorted(grams & by_gram.keys()) for form in by_gram[gram]),
    ]


@functools.cache
def _by_gram() -> dict[str, list[Form]]:
    """Return the forms by the first letters of their signs, those of shorter ones under ``."""
    forms: dict[str, list[Form]] = {"": []}
    for form in TOKENS:
        for gram in {sign[:_GRAM] if len(sign) >= _GRAM else "" for sign in form.signs}:
            forms.setdefault(gram, []).append(form)
    return forms


def is_basic(text: str) -> bool:
    """Tell whether a text is `user:password` in base64. Source: RFC 7617, section 2."""
    try:
        # Padding may be missing, and Python ignores more of it than there need be.
        user, colon, password = base64.b64decode(text + "===").decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return bool(colon and password and (user + password).isprintable())
