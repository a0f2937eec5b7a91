"""Whatever a text is, Airflow's rendering makes it of what we write."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.sandbox import SandboxedEnvironment

from shipway_exporters.airflow.jinja_texts import rendering_of, untemplated

# As Airflow's own (`airflow.sdk.definitions._internal.templater`): sandboxed, without a cache.
AIRFLOW = SandboxedEnvironment(cache_size=0)
PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "{",
        "}",
        "\n",
        "\r",
        "\r\n",
        "\\",
        "'",
        '"',
        ".env",
        "ü",
        "😀",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=8).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_a_text_is_rendered_as_itself(text: str) -> None:
    if "\ud800" <= max(text, default="") <= "\udfff":
        return
    written = untemplated(text)
    assert AIRFLOW.from_string(written).render() == text
    assert rendering_of(written) == text
    assert not written.endswith((".sh", ".bash", ".env")), "Airflow would open such a file"


def test_a_plain_text_stays_as_it_is() -> None:
    for text in ('--nodes={"a": "x -> y"}', "s3://bucket/{year}", "$(HOME)", ""):
        assert untemplated(text) == text


def test_what_only_a_run_knows_has_no_rendering() -> None:
    assert rendering_of("--run-id={{ run_id }}") is None
