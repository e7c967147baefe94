"""Azure: what the platform team rents there, in actual and in amortized cost details.

Belongs here: an enterprise agreement's rows of both cost types, and the run folders
that an export writes. The second subscription exports FOCUS: ``focus``.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sample_company.azure.row import (
    ENROLLMENT,
    SUBSCRIPTION,
    Charge,
    Row,
    columns,
    row_of,
)
from sample_company.azure.run import Run, write_run
from sample_company.files import csv_text
from sample_company.months import AUGUST, DAY, OCTOBER, SEPTEMBER, Month, at
from sample_company.seeded import between, plain

ISSUER = "Microsoft"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-Platform-AI"
ORDER = "2f0c9b7e-64d3-4c18-8f5a-d1a6e3b95c70"
RESERVATION = "83e7a4d1-1b5c-4e0f-9d62-7c4b0a9f2e18"
BENEFIT = "/".join(
    (
        "/providers/Microsoft.Capacity",
        f"reservationOrders/{ORDER}",
        f"reservations/{RESERVATION}",
    )
)
SIZE = "Standard_NC24ads_A100_v4"
INVOICES = {AUGUST: "E0400Q7XK1", SEPTEMBER: "E0400RB4M9", OCTOBER: "E0400RG2T6"}
# An hour of the machine at list price, and of its reservation for one year.
LIST_HOUR, RESERVED_HOUR = Decimal("3.673"), Decimal("2.3874")
# Meter, dollars per thousand tokens, and tokens per prompt token.
MODEL_METERS = (
    ("gpt 4o 1120 Inp glbl", "0.0025", "1"),
    ("gpt 4o 1120 cached Inp glbl", "0.00125", "0.6"),
    ("gpt 4o 1120 Outp glbl", "0.01", "0.15"),
)
PROMPTS = {AUGUST: "14000", SEPTEMBER: "17500", OCTOBER: "21000"}
# Days on which nothing ran on the machine, and those on which a second one helped.
IDLE = {AUGUST: (15, 16, 22, 23), SEPTEMBER: (5, 6, 12, 13), OCTOBER: (3, 4)}
BURST = {AUGUST: (19, 20), SEPTEMBER: (24,), OCTOBER: (13, 14, 15)}

EARLY = at("10-20 00:00")
RUNS = (
    Run(AUGUST, at("09-04 03:10")),
    Run(SEPTEMBER, at("10-04 03:12")),
    Run(OCTOBER, at("10-20 03:05"), EARLY),
    Run(OCTOBER, at("11-04 03:08")),
)


def rows(month: Month, cost_type: str, until: datetime | None = None) -> list[Row]:
    """Give the rows of one cost type of a month, up to a day that is not in it."""
    made = [row_of(charge, month) for charge in _charges(month, cost_type)]
    if until is None:
        return made
    return [row for row in made if row["Date"] < f"{until:%m/%d/%Y}"]


def hours_up(month: Month, day: datetime) -> int:
    """Give the hours of a day in which the reserved machine is up, from midnight."""
    return 0 if day.day in IDLE[month] else 24 - day.day % 3


def total(month: Month) -> Decimal:
    """Give what the invoice asks: the actual costs of a month."""
    costs = (Decimal(row["CostInBillingCurrency"]) for row in rows(month, "actual"))
    return sum(costs, Decimal(0))


def write_azure(out: Path) -> None:
    """Write every run of the two exports."""
    for run in RUNS:
        for cost_type, kind in (
            ("actual", "ActualCost"),
            ("amortized", "AmortizedCost"),
        ):
            made = rows(run.month, cost_type, run.until)
            text = csv_text(columns(), [[row[c] for c in columns()] for row in made])
            write_run(
                out,
                run,
                name=f"lumenloop-{cost_type}",
                scope=f"/providers/Microsoft.Billing/billingAccounts/{ENROLLMENT}",
                kind=(kind, "2024-08-01"),
                parts=((text, len(made)),),
            )


def _charges(month: Month, cost_type: str) -> Iterator[Charge]:
    if cost_type == "actual":
        hours = 24 * (month.end - month.start).days
        yield _reserved(month.start + 4 * DAY, hours, "Purchase", RESERVED_HOUR)
    for day in month.days():
        yield from _model(month, day)
        used = hours_up(month, day)
        if used:
            yield _machine(day, used, cost_type)
        if cost_type == "amortized" and used < 24:
            yield _reserved(day, 24 - used, "UnusedReservation", RESERVED_HOUR)
        if day.day in BURST[month]:
            yield _burst(day)
        yield _disk(day)
        yield _blobs(day)
    yield _marketplace(month.start + 9 * DAY)


def thousands_of(month: Month, day: datetime) -> tuple[Decimal, Decimal, Decimal]:
    """Give the thousands of tokens of a day: uncached, cached, output."""
    share = between("0.7", "1.3", "azure", day)
    uncached, cached, output = (
        (Decimal(PROMPTS[month]) * share * Decimal(ratio)).quantize(Decimal("0.001"))
        for _, _, ratio in MODEL_METERS
    )
    return uncached, cached, output


def _model(month: Month, day: datetime) -> Iterator[Charge]:
    used = thousands_of(month, day)
    for (name, price, _), thousands in zip(MODEL_METERS, used, strict=True):
        yield Charge(
            day,
            f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/lumenloop-aoai",
            "Microsoft.CognitiveServices",
            ("Cognitive Services", "Azure OpenAI", f"{name} Tokens"),
            "1K",
            thousands,
            Decimal(price),
            thousands * Decimal(price),
        )


def _info(name: str) -> str:
    return (
        f'{{"UsageType":"ComputeHR","ServiceType":"{SIZE}","VMName":"{name}",'
        '"VCPUs":24,"RINormalizationRatio":1.0}'
    )


def _machine(day: datetime, used: int, cost_type: str) -> Charge:
    """Give the hours of the reserved machine; they cost where they are amortized."""
    hours = Decimal(used)
    return Charge(
        day,
        f"{GROUP}/providers/Microsoft.Compute/virtualMachines/plt-a100-1".upper(),
        "Microsoft.Compute",
        ("Virtual Machines", "NCads A100 v4 Series", "NC24ads A100 v4"),
        "1 Hour",
        hours,
        LIST_HOUR,
        hours * RESERVED_HOUR if cost_type == "amortized" else Decimal(0),
        (*_committed(), ("AdditionalInfo", _info("plt-a100-1"))),
    )


def _burst(day: datetime) -> Charge:
    hours = Decimal(6)
    return Charge(
        day,
        f"{GROUP}/providers/Microsoft.Compute/virtualMachines/plt-a100-2",
        "Microsoft.Compute",
        ("Virtual Machines", "NCads A100 v4 Series", "NC24ads A100 v4"),
        "1 Hour",
        hours,
        LIST_HOUR,
        hours * LIST_HOUR,
        (("AdditionalInfo", _info("plt-a100-2")),),
    )


def _reserved(day: datetime, hours: int, kind: str, price: Decimal) -> Charge:
    """Give a month's payment for the reservation, or what nobody used of a day."""
    quantity = Decimal(1) if kind == "Purchase" else Decimal(hours)
    cost = hours * price
    return Charge(
        day,
        BENEFIT,
        "Microsoft.Capacity",
        ("Virtual Machines", "NCads A100 v4 Series", "NC24ads A100 v4"),
        "1 Hour",
        quantity,
        cost if kind == "Purchase" else price,
        cost,
        (
            *_committed(),
            ("ChargeType", kind),
            ("Frequency", "Recurring" if kind == "Purchase" else "UsageBased"),
        ),
    )


def _committed() -> tuple[tuple[str, str], ...]:
    return (
        ("PricingModel", "Reservation"),
        ("benefitId", BENEFIT),
        ("benefitName", "a100-one-year"),
        ("ReservationId", RESERVATION),
        ("ReservationName", "a100-one-year"),
        ("Term", "12"),
        ("EffectivePrice", plain(RESERVED_HOUR)),
    )


def _disk(day: datetime) -> Charge:
    share, price = Decimal("0.032258"), Decimal("122.88")
    return Charge(
        day,
        f"{GROUP}/providers/Microsoft.Compute/disks/plt-a100-1-data",
        "Microsoft.Compute",
        ("Storage", "Premium SSD Managed Disks", "P30 LRS Disk"),
        "1/Month",
        share,
        price,
        share * price,
    )


def _blobs(day: datetime) -> Charge:
    blocks = between("30", "90", "blobs", day).quantize(Decimal("0.0001"))
    price = Decimal("0.05")
    return Charge(
        day,
        f"{GROUP}/providers/Microsoft.Storage/storageAccounts/lumenplatform",
        "Microsoft.Storage",
        ("Storage", "Tiered Block Blob", "Hot LRS Write Operations"),
        "10K",
        blocks,
        price,
        blocks * price,
    )


def _marketplace(day: datetime) -> Charge:
    cost = Decimal(149)
    more = (
        ("ChargeType", "Purchase"),
        ("Frequency", "Recurring"),
        ("PublisherType", "Marketplace"),
        ("PublisherName", "Palegrove Labs"),
        ("PlanName", "team"),
    )
    meter = ("SaaS", "Prompt Notebook", "Prompt Notebook team")
    return Charge(day, "", "Microsoft.SaaS", meter, "1", Decimal(1), cost, cost, more)
