"""Cursor's usage events: the CSV of its dashboard, and the pages of its Admin API.

They are the same events, and a bill as well as usage. Belongs here: both as rows of the
same columns, each event once. Does not belong here: what an event costs
(``sources.cost.cursor``) and what it used (``sources.usage.cursor_usage``).
"""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Candidate, Delivery, Drop, ExportError, quoted
from pipelines.sources.formats.csv_cells import TYPES, Column, positions, scan, typed
from pipelines.sources.formats.logs import TYPES as TOOL_TYPES
from pipelines.sources.formats.months import DatedRows, months_of
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.pages import NO_PAGE, what_is_wrong
from pipelines.sources.formats.pulls import PULLED_AT, stamped
from pipelines.sources.formats.records import one_document

_TEXT, _COUNT, _AMOUNT = TYPES["text"], TOOL_TYPES["count"], TOOL_TYPES["amount"]
# Column -> what the CSV and the API call it.
_NAMES = {
    "event_time": ("date", "timestamp"),
    "person": ("user", "userEmail"),
    "kind": ("kind", "kind"),
    "model": ("model", "model"),
    "cache_write": ("input (w/ cache write)", "tokenUsage.cacheWriteTokens"),
    "uncached": ("input (w/o cache write)", "tokenUsage.inputTokens"),
    "cache_read": ("cache read", "tokenUsage.cacheReadTokens"),
    "output": ("output tokens", "tokenUsage.outputTokens"),
    # The CSV has dollars or a word, the API cents.
    "cost": ("cost", ""),
    "cost_to_you": ("cost to you", ""),
    "charged_cents": ("", "chargedCents"),
    "fee_cents": ("", "cursorTokenFee"),
    "is_chargeable": ("", "isChargeable"),
}
_TYPED = {
    "event_time": TYPES["time"],
    "cache_write": _COUNT,
    "uncached": _COUNT,
    "cache_read": _COUNT,
    "output": _COUNT,
    "cost": _AMOUNT,
    "cost_to_you": _AMOUNT,
    "charged_cents": _AMOUNT,
    "fee_cents": _AMOUNT,
    "is_chargeable": TOOL_TYPES["flag"],
}
COLUMNS = tuple(
    Column(name, _TYPED.get(name, _TEXT), required=name in ("event_time", "model"))
    for name in _NAMES
)
EXPECTED = (
    "CSV of Cursor's usage events (Date, Model, Input (w/o Cache Write), Cache Read, "
    '...) or JSON pages of its Admin API ("usageEvents")'
)
# A day's events of these are one row, of the bill as well as of usage.
SUMMED_BY = "cast(event_time as date), person, model, paid_by"
_EVENTS = re.compile(r'"usageEvents"\s*:')


def claims(candidate: Candidate) -> bool:
    """Claim usage events of Cursor."""
    if candidate.format == "json":
        return bool(_EVENTS.search(candidate.head))
    telling = {"date", "model", "input (w/o cache write)", "cache read"}
    return candidate.format == "csv" and positions(candidate.columns).keys() >= telling


def drops(source: str, candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give a drop per CSV, and one per pull of the API.

    Raises:
        ExportError: a file cannot be read, has a row without a time, or a page is
            missing.
    """
    pulled: dict[str, list[Candidate]] = defaultdict(list)
    for file in candidates:
        stamp = PULLED_AT.search(file.name)
        folder = file.name.rpartition("/")[0]
        if file.format == "json":
            pulled[file.name[: stamp.end()] if stamp else folder].append(file)
        else:
            yield stamped([file], _months(source, file))
    for files in pulled.values():
        _refuse_missing_pages(source, files)
        months = sorted({month for file in files for month in _months(source, file)})
        yield stamped(files, months, complete_by="last page")


def events(deliveries: Sequence[Delivery], period: str) -> str:
    """Give the events of a month, with ``left_out``: NULL where one counts.

    ``paid_by`` is 'included', 'on demand', 'own key' or 'nobody' (of a failed one);
    ``charged`` is dollars beyond what a plan includes, of an own key Cursor's fee for
    its tokens; ``worth`` is dollars with what is included. NULL where the file does not
    say.
    """
    files = " union all ".join(
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, {place} as file_order, * "
        f"from ({_scan(sniffed(path, name))})"
        for age, delivery in enumerate(deliveries)
        for place, (path, name) in enumerate(
            zip(delivery.files, delivery.names, strict=True)
        )
    )
    here = f"select * from ({files}) where {_month()} = {quoted(period)}"
    place = "age, delivery_id, file_name, file_order, asked_for, row_number"
    rows = typed(here, COLUMNS, {}, place)
    return text_beside(__package__, "cursor.sql").format(rows=rows)


def _month() -> str:
    return f"strftime({TYPES['time'].of('event_time')}, '%Y-%m')"


def _months(source: str, file: Candidate) -> tuple[str, ...]:
    dated = DatedRows(
        source=source,
        file=file.name,
        rows=_scan(file),
        month=_month(),
        cell="event_time",
        column="timestamp" if file.format == "json" else "date",
        expected=TYPES["time"].expected,
    )
    return months_of(dated, file)


def _scan(file: Candidate) -> str:
    """Give a SELECT of a file's events, every column as text.

    ``asked_for`` is the window that a page is of: windows of one pull share their edge.
    """
    if file.format == "json":
        return _page(file)
    # Headers such as 'Input (w/ Cache Write)' are no names of SQL.
    ours = {header: name for name, (header, _) in _NAMES.items() if header}
    headers = [header.strip().lower() for header in file.columns]
    named = tuple(ours.get(header, f"unread {header}") for header in headers)
    asked = [Column(name, _TEXT) for name in _NAMES]
    words = ", ".join(
        f"case when {_is_word(cell)} and {cell} != '-' then {cell} end"
        for cell in ("cost_to_you", "cost")
    )
    cells = scan(replace(file, columns=named), asked)
    return (
        "select row_number, '' as asked_for, * exclude (row_number) replace ("
        f"coalesce(kind, {words}) as kind, {_dollars('cost')} as cost, "
        f"{_dollars('cost_to_you')} as cost_to_you) from ({cells})"
    )


def _is_word(cell: str) -> str:
    return f"regexp_full_match({cell}, '[A-Za-z -]+')"


def _dollars(cell: str) -> str:
    """Give the SQL of a cost: '0.12', '-$1,234.56'; NULL of 'Included' or '-'."""
    thousands = r"-?\$?-?\d{1,3}(,\d{3})+(\.\d+)?"
    return (
        f"case when not {_is_word(cell)} then regexp_replace(case when "
        f"regexp_full_match({cell}, '{thousands}') then replace({cell}, ',', '') "
        f"else {cell} end, '^(-?)\\$', '\\1') end"
    )


def _page(file: Candidate) -> str:
    picked = ", ".join(
        f"nullif(event ->> '$.{there}', '') as {name}"
        if there
        else f"cast(null as varchar) as {name}"
        for name, (_, there) in _NAMES.items()
    )
    read = one_document(file, "{period: 'VARCHAR', usageEvents: 'JSON[]'}")
    moment = "cast(make_timestamp(try_cast(event_time as bigint) * 1000) as varchar)"
    return (
        "select row_number() over () as row_number, * replace (case when "
        f"regexp_full_match(event_time, '\\d+') then {moment} else event_time end "
        f"as event_time) from (select coalesce(period, '') as asked_for, {picked} "
        f"from (select period, unnest(usageEvents) as event from {read}))"
    )


def _refuse_missing_pages(source: str, files: Sequence[Candidate]) -> None:
    """Refuse a pull that lacks a page: each says its number, and how many there are.

    Raises:
        ExportError: a page is missing, or is none.
    """
    found: dict[str, set[int]] = defaultdict(set)
    expected: dict[str, int] = {}
    for file in files:
        try:
            body = json.loads(_bytes(file))
            paging = body.get("pagination") or {}
            window = json.dumps(body.get("period"), sort_keys=True)
            number = int(paging.get("currentPage") or 1)
            count = int(paging.get("numPages") or number)
            more = bool(paging.get("hasNextPage"))
        except NO_PAGE as error:
            raise ExportError(
                f"{source}: {file.name} is no page of usage events "
                f"({what_is_wrong(error)}); expected "
                '{"usageEvents": [...], "pagination": {...}}'
            ) from error
        found[window].add(number)
        pages = max(count, number + more, expected.get(window, 1))
        expected[window] = pages
    for window, numbers in found.items():
        missing = sorted(set(range(1, expected[window] + 1)) - numbers)
        if missing:
            raise ExportError(
                f"{source}: {files[0].name}: page {missing[0]} of "
                f"{expected[window]} is missing; copy it beside the others, or pull "
                "the pages again until hasNextPage is false",
                files=[file.name for file in files],
            )


def _bytes(file: Candidate) -> bytes:
    raw = file.path.read_bytes()
    return gzip.decompress(raw) if file.compression == "gzip" else raw
