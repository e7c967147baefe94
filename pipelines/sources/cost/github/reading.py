"""Recognize GitHub's reports, and give their rows the same columns with types.

Belongs here: which files are claimed, which of them are one pull, and the words of a
refusal: file, row, column. Does not belong here: which of two reports of a day counts
(``counting.sql``), and what a row means (``convert.sql``).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Candidate, Delivery, Drop, quoted
from pipelines.sources.formats.csv_cells import (
    TYPES,
    Column,
    positions,
    refuse_missing,
    scan,
    typed,
)
from pipelines.sources.formats.logs import TYPES as TOOL_TYPES
from pipelines.sources.formats.months import DatedRows, months_of
from pipelines.sources.formats.pulls import PULLED_AT, stamped
from pipelines.sources.formats.records import one_document

_TEXT, _AMOUNT = TYPES["text"], TOOL_TYPES["amount"]
COLUMNS = (
    Column("date", TYPES["time"], required=True),
    Column("product", _TEXT, required=True),
    Column("sku", _TEXT, required=True),
    Column("quantity", _AMOUNT, required=True),
    Column("unit_type", _TEXT, required=True),
    Column("applied_cost_per_quantity", _AMOUNT),
    Column("gross_amount", _AMOUNT, required=True),
    Column("discount_amount", _AMOUNT),
    Column("net_amount", _AMOUNT, required=True),
    Column("organization", _TEXT),
    Column("repository", _TEXT),
    Column("cost_center_name", _TEXT),
    Column("username", _TEXT),
    Column("workflow_path", _TEXT),
)
# What older reports call a column.
_OLDER = {"date": "usage_at", "workflow_path": "workflow_name"}
# What the API calls it.
_ITEM = {
    "applied_cost_per_quantity": "pricePerUnit",
    "unit_type": "unitType",
    "gross_amount": "grossAmount",
    "discount_amount": "discountAmount",
    "net_amount": "netAmount",
    "organization": "organizationName",
    "repository": "repositoryName",
}
_DETAILS = {"username", "workflow_path", "workflow_name"}
_ITEMS = re.compile(r'"usageItems"\s*:')
_DATED = re.compile(r'"date"\s*:\s*"')


def claims(candidate: Candidate) -> bool:
    """Claim metered usage reports and pages of usage items that have days."""
    if candidate.format == "json":
        head = candidate.head
        empty = re.search(r'"usageItems"\s*:\s*\[\s*\]', head)
        dated = _DATED.search(head) and '"timePeriod"' not in head
        return bool(_ITEMS.search(head) and (dated or empty))
    found = positions(candidate.columns).keys()
    telling = {"product", "sku", "unit_type", "gross_amount", "net_amount"}
    # With models it is the AI usage report.
    return candidate.format == "csv" and found >= telling and "model" not in found


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give a drop per report, and one per pull of the API: a time-stamped folder.

    Raises:
        ExportError: a file lacks a column, cannot be read, or has a row without a day.
    """
    pulled: dict[str, list[Candidate]] = defaultdict(list)
    for file in candidates:
        stamp = PULLED_AT.search(file.name)
        in_pull = file.format == "json" and stamp
        pulled[file.name[: stamp.end()] if in_pull and stamp else file.name].append(
            file
        )
    for files in pulled.values():
        months = sorted({month for file in files for month in _months(file)})
        yield stamped(files, months)


def rows(deliveries: Sequence[Delivery], period: str) -> str:
    """Give the typed rows of a month, with ``age`` (higher is newer) and ``detail``.

    ``detail`` is 2 of a detailed report, 1 of a summarized one, 0 of the API.
    """
    # Older names of columns stand elsewhere.
    files = " union all by name ".join(
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, {place} as file_order, {_detail(file)} "
        f"as detail, * from ({_scan(file)})"
        for age, delivery in enumerate(deliveries)
        for place, (path, name) in enumerate(
            zip(delivery.files, delivery.names, strict=True)
        )
        for file in [sniffed(path, name)]
    )
    here = f"select * from ({files}) where {_month()} = {quoted(period)}"
    place = "age, delivery_id, file_name, file_order, detail, row_number"
    return typed(here, COLUMNS, {}, place)


def _month() -> str:
    return f"strftime({TYPES['time'].of('date')}, '%Y-%m')"


def _detail(file: Candidate) -> int:
    if file.format == "json":
        return 0
    return 2 if positions(file.columns).keys() & _DETAILS else 1


def _months(file: Candidate) -> tuple[str, ...]:
    if file.format == "csv":
        old = "date" not in positions(file.columns)
        needed = [
            Column(_OLDER[c.name], c.type, required=True)
            if old and c.name == "date"
            else c
            for c in COLUMNS
        ]
        refuse_missing("github", file, needed)
    dated = DatedRows(
        source="github",
        file=file.name,
        rows=_scan(file),
        month=_month(),
        cell="date",
        column="date",
        expected=TYPES["time"].expected,
    )
    return months_of(dated, file)


def _scan(file: Candidate) -> str:
    """Give a SELECT of a file's rows: ``row_number``, and the columns as text."""
    if file.format == "json":
        return _items(file)
    found = positions(file.columns)
    names = {
        c.name: _OLDER[c.name]
        for c in COLUMNS
        if c.name in _OLDER and c.name not in found
    }
    asked = [Column(names.get(c.name, c.name), c.type) for c in COLUMNS]
    renamed = ", ".join(f"{old} as {new}" for new, old in names.items())
    inner = scan(file, asked)
    if not names:
        return inner
    old = ", ".join(names.values())
    return f"select * exclude ({old}), {renamed} from ({inner})"


def _items(file: Candidate) -> str:
    picked = ", ".join(
        f"nullif(item ->> '$.{_ITEM.get(c.name, c.name)}', '') as {c.name}"
        for c in COLUMNS
    )
    read = one_document(file, "{usageItems: 'JSON[]'}")
    return (
        f"select row_number() over () as row_number, {picked} "
        f"from (select unnest(usageItems) as item from {read})"
    )
