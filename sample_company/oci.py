"""Oracle Cloud: copies of checkpoints, and a machine that restores one every Saturday.

Belongs here: rows of cost reports of one tenancy. A report never changes once it is
written; a correction is a row of a later one. Oracle writes a file every six hours,
the sample has two a month.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sample_company.files import csv_text, write_gzip
from sample_company.months import HOUR, MONTHS, OCTOBER, SEPTEMBER, Month, at
from sample_company.seeded import base32_id, between, money, plain

ISSUER = "Oracle"
INVOICES = {month: f"OCI-{7305 + 12 * place}" for place, month in enumerate(MONTHS)}
TENANCY = "ocid1.tenancy.oc1..aaaaaaaalumenloop"
HALF = 15
SATURDAY = 5
FIRST_FILE = 1_000_000_612_340
# Where the team stands is free-form; the other two are defined tags.
TAGS = ("tags/Oracle-Tags.CreatedBy", "tags/Ops\\backup-7f3a.purpose", "tags/team")
HEADER = (
    "lineItem/referenceNo",
    "lineItem/tenantId",
    "lineItem/intervalUsageStart",
    "lineItem/intervalUsageEnd",
    "product/service",
    "product/compartmentId",
    "product/compartmentName",
    "product/region",
    "product/availabilityDomain",
    "product/resourceId",
    "usage/billedQuantity",
    "usage/billedQuantityOverage",
    "cost/subscriptionId",
    "cost/productSku",
    "product/Description",
    "cost/unitPrice",
    "cost/unitPriceOverage",
    "cost/myCost",
    "cost/myCostOverage",
    "cost/currencyCode",
    "cost/billingUnitReadable",
    "cost/skuUnitDescription",
    "cost/overageFlag",
    "lineItem/isCorrection",
    "lineItem/backreferenceNo",
    *TAGS,
)
STORED, MACHINE, SENT = "B91628", "B95909", "B93455"
# sku -> what is the same on all of its rows
_SKUS: Mapping[str, Mapping[str, str]] = {
    STORED: {
        "product/service": "OBJECT_STORAGE",
        "product/Description": "Object Storage - Storage",
        "product/resourceId": f"ocid1.bucket.oc1.iad.{base32_id(20, 'oci', 'copies')}",
        "cost/unitPrice": "0.0255",
        "cost/billingUnitReadable": "ONE GiB MONTH STORAGE_SIZE",
        "cost/skuUnitDescription": "Gigabyte Storage Capacity Per Month",
        TAGS[1]: "copies",
    },
    MACHINE: {
        "product/service": "COMPUTE",
        "product/Description": "Compute - GPU - A10 - VM.GPU.A10.1",
        "product/availabilityDomain": "AD-1",
        "product/resourceId": f"ocid1.instance.oc1.iad.{base32_id(20, 'oci')}",
        "cost/unitPrice": "2",
        "cost/billingUnitReadable": "ONE HOURS GPU",
        "cost/skuUnitDescription": "GPU Per Hour",
        TAGS[1]: "restore-test",
    },
    SENT: {
        "product/service": "NETWORK",
        "product/Description": "Networking - Outbound Data Transfer",
        "cost/unitPrice": "0.0085",
        "cost/billingUnitReadable": "ONE GiB DATA_TRANSFERRED",
        "cost/skuUnitDescription": "Gigabyte Outbound Data Transfer Per Month",
    },
}
# The machine would not start in this hour; Oracle gave it back in October.
FAILED = at("09-12 08:00")
# October's first file had more gigabytes for this hour than its second one.
RESTATED = at("10-15 23:00")


@dataclass(frozen=True, slots=True)
class Line:
    """A row before it is written."""

    reference: str
    start: datetime
    sku: str
    quantity: Decimal
    corrects: str = ""

    @property
    def cost(self) -> Decimal:
        """What it costs."""
        return money(self.quantity * Decimal(_SKUS[self.sku]["cost/unitPrice"]))


def lines(month: Month) -> Iterator[Line]:
    """Give the rows of a month that count, in the order of time."""
    place = MONTHS.index(month)
    stored = Decimal(3200 + 1450 * place)
    for number, hour in enumerate(month.hours()):
        reference = f"{place + 41:04}{number:012}"
        held = money((stored + number * 2) / 744)
        yield Line(f"{reference}10", hour, STORED, held)
        if hour.weekday() == SATURDAY and 8 <= hour.hour < 12:
            sent = between("0.0000004", "0.00009", "oci", hour).quantize(
                Decimal("1E-9")
            )
            yield Line(f"{reference}20", hour, MACHINE, Decimal(1))
            yield Line(f"{reference}30", hour, SENT, sent)
            if hour == FAILED:
                given_back = Line(f"{reference}21", hour, MACHINE, Decimal(-1))
                yield replace(given_back, corrects=f"{reference}20")


def total(month: Month) -> Decimal:
    """Sum up what a month costs."""
    return sum((line.cost for line in lines(month)), Decimal(0))


def write_oci(out: Path) -> None:
    """Write two reports for each month; corrections wait for the next month's first."""
    late = [line for line in lines(SEPTEMBER) if line.corrects]
    for place, month in enumerate(MONTHS):
        counting = [line for line in lines(month) if not line.corrects]
        first = [line for line in counting if line.start.day <= HALF]
        second = [line for line in counting if line.start.day > HALF]
        if month == OCTOBER:
            second = [line for line in first if line.start == RESTATED] + second
            first = late + [_provisional(line) for line in first]
        for part, rows in enumerate((first, second)):
            name = f"{FIRST_FILE + 10 * place + part:016}.csv.gz"
            text = csv_text(HEADER, [_row(line) for line in rows])
            write_gzip(out / "reports" / "cost-csv" / name, text)


def _provisional(line: Line) -> Line:
    if line.start != RESTATED:
        return line
    return replace(line, quantity=line.quantity + 1)


def _row(line: Line) -> tuple[str, ...]:
    cells = {
        "lineItem/referenceNo": line.reference,
        "lineItem/tenantId": TENANCY,
        "lineItem/intervalUsageStart": f"{line.start:%Y-%m-%dT%H:%MZ}",
        "lineItem/intervalUsageEnd": f"{line.start + HOUR:%Y-%m-%dT%H:%M:%SZ}",
        "product/compartmentId": "ocid1.compartment.oc1..aaaaaaaacopies",
        "product/compartmentName": "disaster-recovery",
        "product/region": "us-ashburn-1",
        "usage/billedQuantity": plain(line.quantity),
        "cost/subscriptionId": "8841207",
        "cost/productSku": line.sku,
        "cost/myCost": _number(line.cost),
        "cost/currencyCode": "USD",
        "cost/overageFlag": "N",
        "lineItem/isCorrection": "true" if line.corrects else "false",
        "lineItem/backreferenceNo": line.corrects,
        TAGS[0]: "default/terraform",
        TAGS[2]: "platform",
    }
    cells |= _SKUS[line.sku]
    return tuple(cells.get(name, "") for name in HEADER)


def _number(value: Decimal) -> str:
    """Write small amounts with an exponent, as Oracle does."""
    if abs(value) >= Decimal("0.001") or not value:
        return plain(value)
    return f"{value.normalize():E}"
