"""Machines of Lumenloop's own: a GPU server in the office, kiosks in the shops.

Belongs here: what their owner writes into three files. What a day of them costs is not
in any of these; the accountant asks for what was paid in a month (``total``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.months import AUGUST, MONTHS, OCTOBER, Month
from sample_company.seeded import between, plain

ORGANISATION = "Lumenloop"
INVOICES = {month: f"LL-OPS-{month.period}" for month in MONTHS}
SERVER, TRIAL, KIOSKS = "office-gpu-1", "kiosk-trial", "kiosks"
MACHINES_HEADER = (
    "machine_id",
    "name",
    "kind",
    "count",
    "organisation",
    "site",
    "hardware",
    "gpu_model",
    "gpus",
    "vcpus",
    "memory_gib",
    "purchased_on",
    "purchase_price",
    "salvage_value",
    "life_months",
    "in_service_from",
    "retired_on",
    "currency",
    "labels",
)
POWER_HEADER = (
    "month",
    "machine_id",
    "site",
    "kwh",
    "watts",
    "hours",
    "pue",
    "tariff_per_kwh",
    "currency",
)
RUNNING_HEADER = (
    "month",
    "machine_id",
    "site",
    "component",
    "quantity",
    "unit",
    "unit_price",
    "amount",
    "currency",
    "description",
)
_KIOSK = {
    "kind": "edge_device",
    "organisation": ORGANISATION,
    "site": "shops",
    "hardware": "Orin NX 16GB",
    "gpu_model": "Orin NX",
    "gpus": "1",
    "vcpus": "8",
    "memory_gib": "16",
    "life_months": "24",
    "currency": "USD",
    "labels": '{"team": "stores", "env": "prod"}',
}
MACHINES: tuple[dict[str, str], ...] = (
    {
        "machine_id": SERVER,
        "name": "Office GPU server",
        "kind": "gpu_server",
        "organisation": ORGANISATION,
        "site": "office",
        "hardware": "GPU server 1x L40S",
        "gpu_model": "L40S",
        "gpus": "1",
        "vcpus": "32",
        "memory_gib": "256",
        "purchased_on": "2026-08-03",
        "purchase_price": "9200",
        "salvage_value": "920",
        "life_months": "36",
        "in_service_from": "2026-08-10",
        "currency": "USD",
        "labels": '{"team": "platform", "env": "prod"}',
    },
    _KIOSK
    | {
        "machine_id": TRIAL,
        "name": "Kiosks on trial",
        "count": "2",
        "purchased_on": "2026-08-05",
        "purchase_price": "702",
        "retired_on": "2026-10-12",
    },
    _KIOSK
    | {
        "machine_id": KIOSKS,
        "name": "Kiosks",
        "count": "12",
        "purchased_on": "2026-09-01",
        "purchase_price": "649.50",
        "salvage_value": "49.50",
    },
)


@dataclass(frozen=True, slots=True)
class Cost:
    """A row of the running costs: a quantity at a price, or an amount (price 1)."""

    machine: str
    site: str
    component: str
    quantity: Decimal
    unit: str = ""
    unit_price: Decimal = Decimal(1)
    description: str = ""


def _kwh(month: Month) -> Decimal:
    low, high = ("180", "210") if month is AUGUST else ("270", "320")
    return between(low, high, "onprem", month.period, "kwh").quantize(Decimal("0.1"))


def _power(month: Month) -> Iterator[dict[str, str]]:
    same = {"month": month.period, "tariff_per_kwh": "0.2134", "currency": "USD"}
    yield same | {"machine_id": SERVER, "kwh": plain(_kwh(month)), "pue": "1.25"}
    # Shops are open eleven hours a day; the trial ran from 5 August to 11 October.
    days = len([*month.days()])
    tried = {AUGUST: 27, OCTOBER: 11}.get(month, days)
    hours = {TRIAL: 11 * tried}
    if month is not AUGUST:
        hours[KIOSKS] = 11 * days
    for machine, count in hours.items():
        yield same | {"machine_id": machine, "watts": "18.5", "hours": str(count)}


def _running(month: Month) -> Iterator[Cost]:
    hours = between("1", "4", "onprem", month.period, "staff").quantize(Decimal("0.1"))
    sent = between("20", "45", "onprem", month.period, "sent").quantize(Decimal("0.01"))
    yield Cost(SERVER, "", "space", Decimal(4), "Rack Units", Decimal(28))
    yield Cost(SERVER, "", "staff", hours, "Hours", Decimal(65))
    yield Cost("", "office", "maintenance", Decimal("85.25"), description="Cooling")
    yield Cost("", "shops", "network", sent, "GB", Decimal("0.09"))
    if month is not AUGUST:
        words = "Rollout of a new model to the kiosks"
        yield Cost(KIOSKS, "", "update", Decimal(40), description=words)


def total(month: Month) -> Decimal:
    """Sum up what was paid in a month: purchases, power and running costs."""
    bought = sum(
        int(machine.get("count", "1")) * Decimal(machine["purchase_price"])
        for machine in MACHINES
        if machine["purchased_on"].startswith(month.period)
    )
    counts = {m["machine_id"]: int(m.get("count", "1")) for m in MACHINES}
    power = Decimal(0)
    for row in _power(month):
        kwh = Decimal(row.get("kwh", "0"))
        if "watts" in row:
            kwh = Decimal(row["watts"]) * int(row["hours"]) / 1000
            kwh *= counts[row["machine_id"]]
        power += kwh * Decimal(row.get("pue", "1")) * Decimal(row["tariff_per_kwh"])
    running = sum(cost.quantity * cost.unit_price for cost in _running(month))
    return bought + power + running


def write_onprem(out: Path) -> None:
    """Write the three files; they grow from month to month."""
    power = [row for month in MONTHS for row in _power(month)]
    costs = [_cost(month, cost) for month in MONTHS for cost in _running(month)]
    for name, header, rows in (
        ("machines", MACHINES_HEADER, MACHINES),
        ("power", POWER_HEADER, power),
        ("running_costs", RUNNING_HEADER, costs),
    ):
        cells = [[row.get(column, "") for column in header] for row in rows]
        write_text(out / f"{name}.csv", csv_text(header, cells))


def _cost(month: Month, cost: Cost) -> dict[str, str]:
    priced = {"amount": plain(cost.quantity)}
    if cost.unit:
        priced = {
            "quantity": plain(cost.quantity),
            "unit": cost.unit,
            "unit_price": plain(cost.unit_price),
        }
    return priced | {
        "month": month.period,
        "machine_id": cost.machine,
        "site": cost.site,
        "component": cost.component,
        "currency": "USD",
        "description": cost.description,
    }
