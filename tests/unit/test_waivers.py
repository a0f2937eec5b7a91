"""Settings that are given up by name, and exporters that say nothing of one."""

from __future__ import annotations

import pytest

from shipway.compiler import settings_for
from shipway.errors import InternalError, SettingsError, UnsupportedError, UsageError
from shipway.settings.source import SettingsSource
from shipway.targets import registry
from shipway.targets.capabilities import CAPABILITIES, Support, support_table
from tests.unit.planner.build_ir import plan, said
from tests.unit.supported_settings import (
    EVERYTHING,
    OF,
    checked,
)


@pytest.mark.parametrize("waiver", ["resources.cpu", "resources"])
def test_a_waiver_gives_a_setting_up_and_says_where_it_was(waiver: str) -> None:
    losses = checked(plan(OF, EVERYTHING), waiver, resources__cpu="")
    assert losses == ("resources.cpu (pipelines.__default__.resources.cpu)",)


def test_a_waiver_covers_nothing_else() -> None:
    with pytest.raises(UnsupportedError) as error:
        checked(plan(OF, EVERYTHING), "resources.cpu", resources__cpu="", resources__memory="")
    assert len(error.value.findings) == 1


def test_a_waiver_of_no_setting_is_wrong_usage() -> None:
    with pytest.raises(UsageError) as error:
        checked(plan(OF, EVERYTHING), "imag", "image")
    assert "There is no setting `imag`" in said(error.value)
    assert "Did you mean `image`?" in said(error.value)


def test_a_waiver_of_what_the_target_can_express_loses_nothing() -> None:
    assert checked(plan(OF, EVERYTHING), "image") == ()


def test_a_target_that_says_nothing_of_a_setting_is_refused_as_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exporter = registry.find("airflow")
    silent = {k: v for k, v in exporter.capabilities.items() if k != "run_with"}
    monkeypatch.setattr(type(exporter), "capabilities", silent)
    with pytest.raises(InternalError, match="differing: run_with"):
        registry.find("airflow")


def test_an_exporter_that_lacks_an_attribute_is_refused_as_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(type(registry.find("airflow")), "versions")
    with pytest.raises(InternalError, match="it has no versions"):
        registry.find("airflow")


def test_a_table_of_support_has_the_order_of_the_capabilities_and_each_at_its_best() -> None:
    table = support_table(
        native={"owner": "n"}, emulated={"env": "e"}, unsupported={"image": "i"}, otherwise="o"
    )
    assert list(table) == list(CAPABILITIES)
    assert {table[name] for name in ("owner", "env", "image", "labels")} == {
        Support("native", "n"),
        Support("emulated", "e"),
        Support("unsupported", "i"),
        Support("unsupported", "o"),
    }
    assert list(support_table(native={"owner": ""}, unsupported={"image": ""})) == [
        "image",
        "owner",
    ]


@pytest.mark.parametrize("waiver", [{"retries": 1}, ["retries"], 1])
def test_a_waiver_that_is_no_name_is_a_mistake_of_the_settings(waiver: object) -> None:
    values = {"targets": {"airflow": {"allow_lossy": [waiver]}}}
    with pytest.raises(SettingsError, match="is not among the choices"):
        settings_for(SettingsSource(values=values), [registry.find("airflow")])
