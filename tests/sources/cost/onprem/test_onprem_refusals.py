"""On-premises: what cannot be true is refused, naming file, row and column."""

import re

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.sources.cost.onprem import SOURCE

NUMBER = "a number of 0 or more with at most six decimals, such as 1234.5"
KWH = "either kwh, or watts and hours"
AMOUNT = "either an amount, or quantity, unit and unit_price"
OWNER = "a machine_id or a site, and not both"


@pytest.fixture
def refused(fill, convert):
    """Fill in good files, but for one row; give what is said against August."""

    def said(name, **cells):
        for file in ("machines", "power", "running_costs"):
            fill(file, *([{}, cells] if file == name else [{}]))
        with pytest.raises(ExportError) as caught:
            convert(SOURCE, "2026-08", "*")
        return str(caught.value)

    return said


@pytest.mark.parametrize(
    ("column", "value", "wanted"),
    [
        ("purchase_price", "-9200", NUMBER),
        ("purchase_price", "9.200,00", NUMBER),
        ("purchase_price", "9200.1234567", NUMBER),
        ("purchase_price", "", NUMBER),
        ("salvage_value", "9200.010000", "at most purchase_price"),
        ("life_months", "0", "a whole number of 1 or more"),
        ("life_months", "-36", "a whole number of 1 or more"),
        ("life_months", "36.5", "a whole number of 1 or more"),
        ("count", "0", "a whole number of 1 or more"),
        ("gpus", "two", "a whole number of 0 or more"),
        ("in_service_from", "2026-07-31", "a date not before purchased_on"),
        ("in_service_from", "2026-02-30", "a date like 2026-08-13"),
        ("retired_on", "2026-08-01", "a date after in_service_from"),
        ("currency", "US", "a currency code of ISO 4217, such as USD"),
        ("currency", "Dollar", "a currency code of ISO 4217, such as USD"),
        ("currency", "EUR", "one currency for an organisation"),
        ("kind", "toaster", "one of gpu_server, server, workstation"),
        ("labels", "team=x", "a flat JSON object"),
        ("labels", '{"a": {"b": 1}}', "a flat JSON object"),
        ("organisation", "", "a value"),
    ],
)
def test_a_machine_that_cannot_be(refused, column, value, wanted):
    said = refused("machines", **{"machine_id": "gpu-2"} | {column: value})

    shown = f"'{value}'" if value else "empty"
    assert f"onprem/machines.csv, row 2: {column} is {shown}, expected {wanted}" in said


def test_a_machine_id_that_comes_twice(refused):
    wanted = "row 2: machine_id is 'gpu-1', expected an id that no other machine has"

    assert f"onprem/machines.csv, {wanted}" in refused("machines")


@pytest.mark.parametrize(
    ("cells", "column", "wanted"),
    [
        (
            {"machine_id": "gpu-9"},
            "machine_id",
            "'gpu-9', expected one of the",
        ),
        ({"machine_id": "", "site": "moon"}, "site", "'moon', expected one of the"),
        ({"machine_id": ""}, "machine_id", f"empty, expected {OWNER}"),
        ({"site": "office"}, "machine_id", f"'gpu-1', expected {OWNER}"),
        ({"kwh": "-1"}, "kwh", f"'-1', expected {NUMBER}"),
        ({"kwh": ""}, "kwh", f"empty, expected {KWH}"),
        ({"kwh": "", "watts": "300"}, "kwh", f"empty, expected {KWH}"),
        ({"watts": "300", "hours": "5"}, "kwh", f"'100.000000', expected {KWH}"),
        ({"pue": "0.9"}, "pue", "'0.9', expected a number of 1 or more"),
        ({"tariff_per_kwh": ""}, "tariff_per_kwh", f"empty, expected {NUMBER}"),
        ({"currency": "EUR"}, "currency", "'EUR', expected that of the machines, USD"),
    ],
)
def test_power_that_cannot_be(refused, cells, column, wanted):
    assert f"onprem/power.csv, row 2: {column} is {wanted}" in refused("power", **cells)


@pytest.mark.parametrize(
    ("cells", "column", "wanted"),
    [
        ({"component": "power"}, "component", "'power', expected one of space, staff"),
        ({"component": "purchase"}, "component", "'purchase', expected one of space"),
        ({"amount": "-5"}, "amount", f"'-5', expected {NUMBER}"),
        ({"amount": ""}, "amount", f"empty, expected {AMOUNT}"),
        ({"quantity": "8"}, "amount", f"'62.000000', expected {AMOUNT}"),
        (
            {"machine_id": "gpu-9"},
            "machine_id",
            "'gpu-9', expected one of the",
        ),
        ({"currency": "EUR"}, "currency", "'EUR', expected that of the machines, USD"),
    ],
)
def test_a_running_cost_that_cannot_be(refused, cells, column, wanted):
    said = refused("running_costs", **cells)

    assert f"onprem/running_costs.csv, row 2: {column} is {wanted}" in said


def test_a_cost_of_a_machine_that_is_not_in_service(fill, convert):
    fill("machines", {"in_service_from": "2026-09-01"})
    fill("power", {})

    with pytest.raises(ExportError, match=r"power.csv, row 1: machine_id is 'gpu-1', "):
        convert(SOURCE, "2026-08", "*")


def test_a_site_of_two_organisations_has_no_owner(fill, convert):
    fill("machines", {}, {"machine_id": "gpu-2", "organisation": "Slag"})
    fill("running_costs", {"machine_id": "", "site": "office"})

    with pytest.raises(ExportError, match=r"row 1: site is 'office', expected one"):
        convert(SOURCE, "2026-08", "*")


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("machines", {"purchased_on": "1.8.2026"}, "row 1: purchased_on is '1.8.2026'"),
        ("power", {"month": "2026-13"}, "row 1: month is '2026-13', expected a month"),
        ("power", {"month": ""}, "row 1: month is empty, expected a month like"),
    ],
)
def test_a_row_without_a_month_is_refused_on_arrival(
    fill, settings, name, cells, reason
):
    fill(name, cells)

    [refusal] = scan(settings, [SOURCE]).refusals

    assert f"onprem/{name}.csv, {reason}" in refusal.reason


def test_a_file_without_a_needed_column_is_refused_on_arrival(fill, put, settings):
    text = fill("machines", {}).read_text()
    put("onprem/machines.csv", text.replace("salvage_value", "rest"))
    assert scan(settings, [SOURCE]).refusals == ()
    put("onprem/machines.csv", text.replace("organisation", "owner"))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "machines.csv: without organisation; expected the columns" in refusal.reason


def test_a_file_of_a_header_alone_is_refused(put, fill, settings):
    header = fill("power", {}).read_text().splitlines()[0]
    put("onprem/power.csv", header + "\n")

    [refusal] = scan(settings, [SOURCE]).refusals

    assert re.search(r"onprem/power.csv: no rows", refusal.reason)


def test_a_newer_file_may_not_lose_a_machine(fill, put, settings):
    new = fill("machines", {}, hour=2)
    old = new.read_text().replace("gpu-1", "gpu-0")
    put("onprem/old-machines.csv", old, hour=1)

    [refusal] = scan(settings, [SOURCE]).refusals

    wanted = "machines.csv: lacks machine 'gpu-0' of onprem/old-machines.csv"
    assert wanted in refusal.reason
