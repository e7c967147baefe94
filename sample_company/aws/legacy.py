"""Legacy CUR: gzipped CSV with slash headers in the "keep previous reports" layout.

Belongs here: the format. Columns vary by month: a column that no line of the report
fills is left out, as AWS does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sample_company.aws.columns import columns
from sample_company.aws.line import Line, Value
from sample_company.aws.rows import Delivery, delivered
from sample_company.files import csv_text, write_gzip, write_json
from sample_company.seeded import hex_id, plain
from sample_company.story import PAYER

REPORT = "lumenloop-cur"
BUCKET = "lumenloop-billing"
PREFIX = "legacy"
_GROUPS = (
    "identity",
    "bill",
    "lineItem",
    "product",
    "pricing",
    "reservation",
    "savingsPlan",
    "splitLineItem",
    "resourceTags",
)
# Net columns need a setting that this report does not have; account names came later.
_NEVER = ("Net", "AccountName")


def _number(value: Decimal) -> str:
    if value and abs(value) < Decimal("0.001"):
        return str(value.normalize()).replace("E-0", "E-")
    return plain(value)


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _cell(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return _number(value) if isinstance(value, Decimal) else str(value)


def _product(details: Mapping[str, str]) -> dict[str, str]:
    named = {f"product/{_camel(key)}": text for key, text in details.items()}
    return {
        "product/ProductName" if name == "product/productName" else name: text
        for name, text in named.items()
    }


def _record(made: Line, names: Mapping[str, str]) -> dict[str, str]:
    record = {
        names[column]: _cell(value)
        for column, value in made.items()
        if names.get(column) and not any(part in names[column] for part in _NEVER)
    }
    for column, value in made.items():
        if isinstance(value, Mapping):
            record |= (
                _product(value)
                if column == "product"
                else {f"resourceTags/{tag}": text for tag, text in value.items()}
            )
    return {name: text for name, text in record.items() if text}


def _manifest(
    delivery: Delivery, header: Sequence[str], files: Sequence[str]
) -> dict[str, object]:
    month = delivery.month
    pattern = "%Y%m%dT%H%M%S.000Z"
    return {
        "assemblyId": delivery.batch,
        "account": PAYER,
        "columns": [
            {
                "category": name.split("/", 1)[0],
                "name": name.split("/", 1)[1],
                "type": _kind(name),
            }
            for name in header
        ],
        "charset": "UTF-8",
        "compression": "GZIP",
        "contentType": "text/csv",
        "reportId": hex_id(64, "report"),
        "reportName": REPORT,
        "billingPeriod": {
            "start": month.start.strftime(pattern),
            "end": month.end.strftime(pattern),
        },
        "bucket": BUCKET,
        "reportKeys": list(files),
        "additionalArtifactKeys": [],
    }


def _kind(name: str) -> str:
    if name.endswith("TimeInterval"):
        return "Interval"
    kinds = {column.legacy: column.kind for column in columns()}
    types = {"double": "BigDecimal", "timestamp": "DateTime", "bigint": "BigDecimal"}
    return types.get(kinds.get(name, "string"), "String")


def write_legacy(
    out: Path, delivery: Delivery, lines: Sequence[Line], parts: int
) -> None:
    """Write one assembly, and let the manifest of the month point at it."""
    names = {column.name: column.legacy for column in columns()}
    records = [_record(made, names) for made in delivered(delivery, lines)]
    filled = {name for record in records for name in record}
    known = [*names.values(), *sorted(filled - set(names.values()))]
    header = sorted(
        filled, key=lambda name: (_GROUPS.index(name.split("/")[0]), known.index(name))
    )
    span = f"{delivery.month.start:%Y%m%d}-{delivery.month.end:%Y%m%d}"
    folder = out / REPORT / span
    size = -(-len(records) // parts)
    files = []
    for part in range(parts):
        name = f"{REPORT}-{part + 1}.csv.gz"
        chunk = records[part * size : (part + 1) * size]
        rows = [[record.get(column, "") for column in header] for record in chunk]
        write_gzip(folder / delivery.batch / name, csv_text(header, rows))
        files.append(f"{PREFIX}/{REPORT}/{span}/{delivery.batch}/{name}")
    manifest = _manifest(delivery, header, files)
    for place in (folder / delivery.batch, folder):
        write_json(place / f"{REPORT}-Manifest.json", manifest, indent=1)
