"""A vendor that is mapped by plans: plans/<vendor>/ as a Source.

Belongs here: recognizing the vendor's files by their header, their periods and scopes,
and the FOCUS rows of a period. Does not belong here: what plans mean (``compile``).

Plans say everything about a row but this: BillingPeriodStart and BillingPeriodEnd
are the month of ``period_column`` unless a plan maps them, and ListCost,
ContractedCost and EffectiveCost are BilledCost unless a plan maps them, since the
vendor's file then knows no other price. Nothing else is invented.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

import duckdb

from pipelines.landing.candidates import first_object
from pipelines.landing.faults import message_of
from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    ExportError,
    Source,
    counted,
    quoted,
)
from pipelines.settings import Settings
from pipelines.sources.plans import queries
from pipelines.sources.plans.compile import compile_plans, outputs_of
from pipelines.sources.plans.expressions import name
from pipelines.sources.plans.folder import PlanFolder, SourceFile, read_folders
from pipelines.sources.plans.language import PlanError
from pipelines.sources.plans.reading import (
    FOLDER,
    ROW,
    delivered_at,
    described,
    folder_of,
    next_page,
    period_of,
    report_of,
    rows_of_file,
    rows_of_period,
    scope_of,
)

logger = logging.getLogger(__name__)

OTHER_COSTS = ("ContractedCost", "EffectiveCost", "ListCost")


def plan_sources(settings: Settings) -> list[Source]:
    """Build a source for every vendor that is mapped by plans.

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
        drops=partial(_drops, folder, about, settings),
        select=partial(_select, folder, about),
        tally=partial(_tally, folder, about),
        restates="period",
        uses=("plans.missing_column",),
        version=folder.version,
    )


def _claims(about: SourceFile, candidate: Candidate) -> bool:
    if candidate.format != about.format:
        return False
    columns = set(candidate.columns)
    if candidate.format == "json":
        if _is_empty(about, candidate):
            return True
        columns = _names(about, candidate.head)
    return about.required <= columns and columns.isdisjoint(about.without)


def _is_empty(about: SourceFile, candidate: Candidate) -> bool:
    """Return whether a file is an answer without rows, as of a month without use."""
    listed = rf'\s*\{{.*"{re.escape(about.rows)}"\s*:\s*\[\s*\]'
    return bool(about.rows and re.match(listed, candidate.head, re.DOTALL))


def _names(about: SourceFile, head: str) -> set[str]:
    """Give the columns of a JSON file's first row; none if its rows are not there."""
    if not about.rows:
        return set(first_object(head))
    before, _, rows = head.partition(f'"{about.rows}"')
    if not before.lstrip().startswith("{"):
        return set()
    first = first_object(rows)
    nested = {key: value for key, value in first.items() if isinstance(value, dict)}
    return {*first, *(f"{key}.{one}" for key, value in nested.items() for one in value)}


def _drops(
    folder: PlanFolder,
    about: SourceFile,
    settings: Settings,
    candidates: Sequence[Candidate],
) -> Iterable[Drop]:
    if FOLDER in {plan.column for plan in folder.plans}:
        _refuse_without_folder(about, candidates)
    limits = {"memory_limit": settings.memory_limit}
    with duckdb.connect(config={"threads": settings.threads, **limits}) as db:
        for candidate in candidates:
            try:
                _refuse_page(about, db, candidate)
                yield from _drops_of(about, db, candidate)
            except duckdb.Error as error:
                raise ExportError(message_of(about.name, candidate, error)) from error


def _refuse_page(
    about: SourceFile, db: duckdb.DuckDBPyConnection, candidate: Candidate
) -> None:
    """Refuse a file that says that another page follows."""
    if about.more and (token := next_page(about, db, candidate)):
        raise ExportError(
            f"{about.name}: {candidate.name}: {about.more} is {token!r}, so this is a "
            f"page and not all; expected one file with the {about.rows} of all pages",
            files=[candidate.name],
        )


def _refuse_without_folder(about: SourceFile, candidates: Sequence[Candidate]) -> None:
    for candidate in candidates:
        if not folder_of(candidate.name):
            raise ExportError(
                f"{about.name}: {candidate.name} lies in no folder, and says no "
                "account; expected it in a folder that has the account's name",
                files=[candidate.name],
            )


def _drops_of(
    about: SourceFile, db: duckdb.DuckDBPyConnection, candidate: Candidate
) -> Iterator[Drop]:
    """Give one drop per invoice scope of the file; of no rows, one without a period."""
    if about.format == "json" and _is_empty(about, candidate):
        place = candidate.name.rpartition("/")[0] or "."
        yield Drop((candidate,), (), place, candidate.modified)
        return
    rows = rows_of_file(about, db, candidate)
    types = described(db, rows)
    found = db.execute(
        f"select {scope_of(about)}, {report_of(about)}, "
        f"list_sort(list(distinct period)), max({delivered_at(about, types)}), "
        f"min({name(ROW)}) filter (where period is null) "
        f"from (select *, {period_of(about, types)} as period from ({rows})) "
        "group by all order by all"
    ).fetchall()
    for scope, report, periods, made_at, bad_row in found:
        if bad_row is not None:
            raise ExportError(
                f"{about.name}: {candidate.name}: row {bad_row} has no "
                f"{about.period_column}; expected the billing period"
            )
        at = made_at.replace(tzinfo=UTC) if made_at else candidate.modified
        place = candidate.name.rpartition("/")[0] or "."
        # What an invoice scope names needs no other name.
        parts = filter(None, (scope or place, "" if scope else report))
        yield Drop((candidate,), tuple(periods), "/".join(parts), at)


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
            rows, types = rows_of_period(about, context, delivery, file, period)
            compiled = compile_plans(
                folder.plans,
                rows,
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


def _tally(
    folder: PlanFolder,
    about: SourceFile,
    context: Context,
    deliveries: Sequence[Delivery],
    period: str,
) -> str:
    """Count the rows of a period, those apart that the plans' own WHERE takes out."""
    rows = " union all ".join(
        f"select {quoted(delivery.delivery_id)} as delivery_id "
        f"from ({rows_of_period(about, context, delivery, file, period)[0]})"
        for delivery in deliveries
        for file in delivery.files
    )
    if not any(queries.has_filter(plan) for plan in folder.plans):
        return counted(rows)
    made = _select(folder, about, context, deliveries, period)
    kept = counted(f"select x_DeliveryId as delivery_id from ({made})")
    return f"""
        with kept as ({kept})
        from kept
        union all
        select delivery_id, 'taken out by a WHERE of the plans', rows.row_count -
            coalesce(kept.row_count, 0)
        from ({counted(rows)}) as rows left join kept using (delivery_id)
    """


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
