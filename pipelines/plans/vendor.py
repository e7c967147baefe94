"""A vendor that a user maps: plans/<vendor>/ as a Source.

What belongs here: recognising the vendor's files by their header, their periods and
scopes, and the FOCUS rows of a period. What does not: what plans mean (``compile``).

Plans say everything about a row but this: BillingPeriodStart and BillingPeriodEnd
are the month of ``period_column`` unless a plan maps them, and ListCost,
ContractedCost and EffectiveCost are BilledCost unless a plan maps them, since the
vendor's file then knows no other price. Nothing else is invented.
"""

import csv
import gzip
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    ExportError,
    Source,
    quoted,
)
from pipelines.plans.compile import compile_plans, outputs_of
from pipelines.plans.expressions import TEXT, Value, name, or_refuse, parsed, time
from pipelines.plans.folder import PlanFolder, SourceFile, read_folders
from pipelines.plans.language import PlanError
from pipelines.settings import Settings

logger = logging.getLogger(__name__)

ROW = "unitmill.row"
OTHER_COSTS = ("ContractedCost", "EffectiveCost", "ListCost")


def plan_sources(settings: Settings) -> list[Source]:
    """Build a source for every vendor that the user maps.

    Raises:
        PlanError: a folder of plans is wrong.
    """
    return [
        _source(folder, folder.about, settings)
        for folder in read_folders(settings)
        if isinstance(folder.about, SourceFile)
    ]


def _source(folder: PlanFolder, about: SourceFile, settings: Settings) -> Source:
    if "BilledCost" not in outputs_of(folder.plans):
        raise PlanError(f"{about.name}: no plan makes BilledCost; expected one")
    return Source(
        name=about.name,
        table="focus",
        description=about.description,
        expected=f"{about.format} with {', '.join(sorted(about.required))}",
        claims=partial(_claims, about),
        drops=partial(_drops, about, settings),
        select=partial(_select, folder, about),
        restates="period",
        version=folder.version,
    )


def _claims(about: SourceFile, candidate: Candidate) -> bool:
    if candidate.format != about.format:
        return False
    columns = candidate.columns
    if candidate.format == "json":
        columns = _first_keys(candidate.head)
    return about.required <= set(columns)


def _first_keys(head: str) -> tuple[str, ...]:
    """Give the names in a JSON file's first object, if the head has all of it."""
    start = head.find("{")
    try:
        first, _ = json.JSONDecoder().raw_decode(head, max(start, 0))
    except json.JSONDecodeError:
        return ()
    return tuple(first) if isinstance(first, dict) else ()


def _drops(
    about: SourceFile, settings: Settings, candidates: Sequence[Candidate]
) -> Iterable[Drop]:
    limits = {"memory_limit": settings.memory_limit}
    with duckdb.connect(config={"threads": settings.threads, **limits}) as db:
        for candidate in candidates:
            where = f"{about.name}: {candidate.name}"
            if candidate.compression == "zip":
                raise ExportError(f"{where}: is a zip archive; expected it unpacked")
            try:
                yield from _drops_of(about, db, candidate)
            except duckdb.Error as error:
                raise ExportError(f"{where}: {error}") from error


def _drops_of(
    about: SourceFile, db: duckdb.DuckDBPyConnection, candidate: Candidate
) -> Iterator[Drop]:
    """Give one drop per invoice scope of the file."""
    rows = _rows(about, db, candidate.path)
    types = _described(db, rows)
    delivered = _delivered_at(about, types)
    found = db.execute(
        f"select {_scope(about)}, list_sort(list(distinct period)), "
        f"max({delivered}), min({name(ROW)}) filter (where period is null) "
        f"from (select *, {_period(about, types)} as period from ({rows})) "
        "group by all order by all"
    ).fetchall()
    for scope, periods, made_at, bad_row in found:
        if bad_row is not None:
            raise ExportError(
                f"{about.name}: {candidate.name}: row {bad_row} has no "
                f"{about.period_column}; expected the billing period"
            )
        at = made_at.replace(tzinfo=UTC) if made_at else candidate.modified
        place = candidate.name.rpartition("/")[0] or "."
        yield Drop((candidate,), tuple(periods), scope or place, at)


def _rows(about: SourceFile, db: duckdb.DuckDBPyConnection, file: Path) -> str:
    """Give a file's rows and their numbers, text as it stands in the file."""
    path = quoted(file)
    number = f"row_number() over () as {name(ROW)}"
    if about.format == "parquet":
        return (
            f"select * exclude (file_row_number), file_row_number + 1 as {name(ROW)} "
            f"from read_parquet({path}, file_row_number = true)"
        )
    options = f"{path}, compression = '{'gzip' if _is_gzip(file) else 'none'}'"
    if about.format == "csv":
        # Stated, not detected: a guess could take a wide row for the header.
        stated = "auto_detect = false, header = true, quote = '\"', escape = '\"'"
        return (
            f"select *, {number} from read_csv({options}, {stated}, "
            f"delim = {quoted(about.delimiter)}, "
            f"columns = {_texts(_header(about, file))})"
        )
    keys = _described(db, f"select * from read_json({options}, sample_size = -1)")
    return f"select *, {number} from read_json({options}, columns = {_texts(keys)})"


def _texts(columns: Iterable[str]) -> str:
    """Give DuckDB's way to say that all columns are text."""
    return "{" + ", ".join(f"{quoted(each)}: '{TEXT}'" for each in columns) + "}"


def _header(about: SourceFile, file: Path) -> list[str]:
    """Read a CSV's header; names that are there twice get a number, as in DuckDB."""
    opened = gzip.open if _is_gzip(file) else open
    with opened(file, "rt", encoding="utf-8-sig", newline="") as lines:
        written = next(csv.reader(lines, delimiter=about.delimiter), [])
    header: dict[str, str] = {}
    for number, column in enumerate(written):
        unique, again = column or f"column{number}", 0
        while unique.lower() in header:
            again += 1
            unique = f"{column}_{again}"
        header[unique.lower()] = unique
    return list(header.values())


def _is_gzip(file: Path) -> bool:
    with file.open("rb") as start:
        return start.read(2) == b"\x1f\x8b"


def _described(db: duckdb.DuckDBPyConnection, select: str) -> dict[str, str]:
    rows = db.execute(f"describe {select}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _period(about: SourceFile, types: dict[str, str]) -> str:
    column = name(about.period_column)
    value = Value(column, types[about.period_column])
    if value.type == TEXT and about.period_format is None:
        month = rf"regexp_full_match({column}, '\d{{4}}-\d{{2}}')"
        value = Value(
            f"case when {month} then {column} || '-01' else {column} end", TEXT
        )
    wanted = about.period_format or "an ISO 8601 time or YYYY-MM"
    complaint = f"{about.name}/source.yaml: {about.period_column}: expected {wanted}"
    read = parsed(value, about.period_format, complaint)
    return f"strftime({read.sql}, '%Y-%m')"


def _scope(about: SourceFile) -> str:
    if not about.invoice_scope:
        return "''"
    texts = [f"cast({name(each)} as {TEXT})" for each in about.invoice_scope]
    return " || '/' || ".join(f"coalesce({text}, '(none)')" for text in texts)


def _delivered_at(about: SourceFile, types: dict[str, str]) -> str:
    column = about.delivered_at_column
    if column is None:
        return "cast(null as timestamp)"
    value = Value(name(column), types[column])
    complaint = f"{about.name}/source.yaml: {column}: expected an ISO 8601 time"
    return or_refuse(time(value), value, complaint)


def _select(
    folder: PlanFolder,
    about: SourceFile,
    context: Context,
    deliveries: Sequence[Delivery],
    period: str,
) -> str:
    """Give the FOCUS rows of a period; warn once of columns that the files lack."""
    missing: dict[str, None] = {}
    selects = []
    for delivery in deliveries:
        for file in delivery.files:
            relation = _rows(about, context.db, file)
            types = _described(context.db, relation)
            wanted = f"{_period(about, types)} = {quoted(period)}"
            if about.invoice_scope:
                wanted += f" and {_scope(about)} = {quoted(delivery.scope)}"
            compiled = compile_plans(
                folder.plans,
                f"select * from ({relation}) where {wanted}",
                types,
                keep=[ROW],
                missing_column=context.settings.plans.missing_column,
            )
            missing |= dict.fromkeys(compiled.missing)
            selects.append(
                _provenance(compiled.select, compiled.columns, delivery, period)
            )
    if missing:
        names = ", ".join(missing)
        logger.warning("%s %s: NULL, not in the files: %s", about.name, period, names)
    return "\nunion all by name\n".join(selects)


def _provenance(
    select: str, made: Sequence[str], delivery: Delivery, period: str
) -> str:
    """Add where a row came from, and what the plans leave to the vendor's file."""
    start = datetime.strptime(period, "%Y-%m").replace(tzinfo=UTC)
    added = {
        "x_DeliveryId": quoted(delivery.delivery_id),
        "x_SourceCost": "BilledCost",
        "x_SourceName": quoted(delivery.source),
        "x_SourceRowNumber": name(ROW),
        "x_SourceRowPart": "cast(1 as tinyint)",
        "BillingPeriodStart": f"timestamp '{start:%Y-%m-%d}'",
        "BillingPeriodEnd": f"timestamp '{start:%Y-%m-%d}' + interval 1 month",
    } | dict.fromkeys(OTHER_COSTS, "BilledCost")
    extra = [f"{sql} as {key}" for key, sql in added.items() if key not in made]
    return f"select * exclude ({name(ROW)}), {', '.join(extra)} from ({select})"
