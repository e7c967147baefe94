"""What a build's numbers depend on is known by its content; changes are named."""

from importlib.metadata import version

import pytest

from pipelines.publishing import fingerprint
from pipelines.publishing.fingerprint import changed, few_changed, inputs_of_build
from pipelines.settings import CurrencySettings, PublishingSettings

RATES = "date,from_currency,to_currency,rate\n2026-08-01,EUR,USD,{}\n"


@pytest.fixture
def rates(settings, tmp_path):
    """Give settings with the owner's own rates, and the file of them."""
    file = tmp_path / "rates.csv"
    file.write_text(RATES.format("1.10"))
    chosen = CurrencySettings(reporting="USD", rates=str(file))
    return settings.model_copy(update={"currency": chosen}), file


def test_a_corrected_rate_in_the_same_file_is_a_change(rates):
    settings, file = rates
    before = inputs_of_build(settings)
    file.write_text(RATES.format("1.11"))

    assert changed(before, inputs_of_build(settings)) == ["exchange rates"]


def test_a_file_of_rates_that_is_gone_is_a_change(rates):
    settings, file = rates
    before = inputs_of_build(settings)
    file.unlink()

    assert changed(before, inputs_of_build(settings)) == ["exchange rates"]


def test_another_release_of_a_package_with_prices_is_a_change(settings, monkeypatch):
    before = inputs_of_build(settings)
    newer = {"genai-prices": "99.0"}
    monkeypatch.setattr(
        fingerprint, "version", lambda name: newer.get(name) or version(name)
    )

    assert changed(before, inputs_of_build(settings)) == ["packages"]


def test_other_code_is_a_change_unless_it_only_reads_what_is_published(
    settings, monkeypatch, tmp_path
):
    for name in ("forecasting", "cli"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "models.py").write_text("1")
    monkeypatch.setattr(fingerprint, "_CODE", tmp_path)
    fingerprint._code.cache_clear()
    before = inputs_of_build(settings)

    (tmp_path / "cli" / "models.py").write_text("2")
    fingerprint._code.cache_clear()
    assert changed(before, inputs_of_build(settings)) == []

    (tmp_path / "forecasting" / "models.py").write_text("2")
    fingerprint._code.cache_clear()
    assert changed(before, inputs_of_build(settings)) == ["code"]
    fingerprint._code.cache_clear()


def test_how_many_versions_are_kept_changes_no_number(settings):
    fewer = settings.model_copy(
        update={"publishing": PublishingSettings(keep_versions=3), "threads": 1}
    )

    assert changed(inputs_of_build(settings), inputs_of_build(fewer)) == []


def test_parts_that_came_and_went_are_named_and_the_rest_is_counted():
    before = {"a": "1", "b": "1", "c": "1", "e": "1"}
    now = {"b": "2", "c": "1", "d": "1", "e": "2"}

    assert changed(before, now) == ["a", "b", "d", "e"]
    assert few_changed(before, now) == "a, b, d and 1 more"
    assert few_changed(now, now) == ""


def test_a_version_of_an_older_form_is_made_again():
    assert few_changed("one hash", {"a": "1"}) == (
        "everything, which an older Unitmill made"
    )
