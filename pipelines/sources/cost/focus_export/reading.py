"""Read a FOCUS file as text, and its dates and amounts exactly.

FOCUS wants ISO dates and plain numbers. Spreadsheets make ``4/1/25`` and ``$10,000.00``
of them; both are read where they can mean one thing only, and refused otherwise.
"""

from pathlib import Path

import duckdb

from pipelines.focus.schema import ledger_types
from pipelines.landing.candidates import sniffed
from pipelines.landing.source import LOOK_INSIDE, Candidate, quoted
from pipelines.sources.cost.focus_export.names import focus_names
from pipelines.sources.formats.billing_months import month_start
from pipelines.sources.formats.blanks import may_have_blanks
from pipelines.sources.formats.csv_files import by_name, unique
from pipelines.sources.formats.tag_cells import object_of

PERIOD_START = "BillingPeriodStart"
PERIOD_END = "BillingPeriodEnd"
NUMBER = r"-?\$?-?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?([eE][-+]?\d+)?"
PLAIN = r"-?\d+(\.\d+)?"
TAGS = '[{"key": "VARCHAR", "value": "VARCHAR"}]'
SLASHES = r"(\d{1,2})/(\d{1,2})/(\d{2,4})"


def relation(given: Candidate | Path) -> str:
    """Give the FROM clause of a file; every column of CSV and JSON is text."""
    file = sniffed(given)
    if file.format == "parquet":
        return f"read_parquet({quoted(file.path)})"
    if file.format == "json":
        return _json(file)
    return by_name(file, _number_places(file))


def _number_places(file: Candidate) -> list[int]:
    """Give the places of the columns that the ledger keeps as numbers."""
    types = ledger_types()
    named = focus_names(unique(file.columns))
    kinds = [types.get(named.get(header, ""), "") for header in unique(file.columns)]
    return [place for place, kind in enumerate(kinds) if kind.startswith("DECIMAL")]


def _json(file: Candidate) -> str:
    """Read objects, one a line or in an array, as BigQuery exports a view."""
    options = f"{quoted(file.path)}, compression = '{file.compression or 'none'}'"
    with duckdb.connect(config=LOOK_INSIDE) as db:
        found = db.execute(
            f"describe from read_json({options}, sample_size = -1)"
        ).fetchall()
    shape = ", ".join(f"{quoted(row[0])}: 'VARCHAR'" for row in found)
    return f"read_json({options}, columns = {{{shape}}})"


def columns(db: duckdb.DuckDBPyConnection, path: Path) -> dict[str, tuple[str, str]]:
    """Map ledger columns to the file's column and its type."""
    rows = db.execute(f"describe from {relation(path)}").fetchall()
    types = {str(row[0]): str(row[1]) for row in rows}
    found = {
        name: (header, types[header]) for header, name in focus_names(types).items()
    }
    if PERIOD_START not in found:
        raise duckdb.InvalidInputException(
            f"no column {PERIOD_START} among {', '.join(types)}"
        )
    return found


def facts_query(db: duckdb.DuckDBPyConnection, path: Path) -> str:
    """Give the SELECT of what a file bills, a row per billing period.

    Its columns: period, lists of issuers, billing accounts and sub accounts, and the
    first and last start of a charge.
    """
    found = columns(db, path)
    is_month_first = month_first(db, path, found[PERIOD_START][0])

    def moment(name: str) -> str:
        # A cell that is no time is refused when its row is converted.
        read = timestamp(found[name][0], is_month_first) if name in found else "null"
        return f"cast({read} as timestamp)"

    def cell(*names: str) -> str:
        texts = [plain_text(*found[name]) for name in names if name in found]
        return f"coalesce({', '.join([*texts, 'null'])})"

    place = f"{quoted(path.name + ', row ')} || focus_row"
    start = timestamp(found[PERIOD_START][0], is_month_first, place)
    # A line of totals has no time at all; a charge without a month would be lost.
    if "ChargePeriodStart" in found:
        start = (
            f"coalesce({start}, case when {plain_text(*found['ChargePeriodStart'])} "
            f"is not null then error({place} || ', column {PERIOD_START}: is empty; "
            "expected a time such as 2026-08-01T00:00:00Z') end)"
        )
    rows = f"select *, row_number() over () as focus_row from {relation(path)}"
    return (
        f"select strftime({month_start('period_start', 'period_end')}, '%Y-%m'), "
        "list(distinct issuer), list(distinct account), list(distinct sub_account), "
        "min(started), max(started) "
        f"from (select {start} as period_start, {moment(PERIOD_END)} as period_end, "
        f"{moment('ChargePeriodStart')} as started, "
        f"{cell('InvoiceIssuerName', 'ServiceProviderName', 'HostProviderName')} "
        f"as issuer, {cell('BillingAccountId')} as account, "
        f"{cell('SubAccountId')} as sub_account from ({rows}) "
        ") where period_start is not null group by 1 order by 1"
    )


def month_first(db: duckdb.DuckDBPyConnection, path: Path, header: str) -> bool | None:
    """Decide for the file how dates with slashes are meant; None where it has none.

    A billing period starts on the first of a month, so the part of it that is always 1
    is the day.
    """
    row = db.execute(
        f"select bool_and(regexp_extract(cast(\"{header}\" as varchar), '{SLASHES}', 2)"
        f" = '1'), bool_and(regexp_extract(cast(\"{header}\" as varchar), "
        f"'{SLASHES}', 1) = '1'), count(*) from {relation(path)} "
        f"where regexp_matches(cast(\"{header}\" as varchar), '^{SLASHES}')"
    ).fetchone()
    second_is_day, first_is_day, count = row or (None, None, 0)
    if not count:
        return None
    if second_is_day == first_is_day:
        raise duckdb.InvalidInputException(
            f"column {header}: dates with slashes can mean two days; expected ISO dates"
        )
    return bool(second_is_day)


def timestamp(header: str, is_month_first: bool | None, place: str = "") -> str:
    """Give SQL that reads a date: ISO, or with slashes as the file means them.

    Args:
        header: the column.
        is_month_first: how the file means dates with slashes.
        place: SQL of file and row, where one that is none stops the query; '' makes
            it NULL.
    """
    cell = f'cast("{header}" as varchar)'
    if place:
        text = f"trim({cell})"
        return (
            f"coalesce({_time(cell, is_month_first)}, case when {text} is null "
            f"or upper({text}) in ('', 'NULL') then null "
            f"else coalesce({_time(text, is_month_first)}, "
            f"error({place} || ', column {header}: ' || "
            f"{text} || ' is no time; expected one such as 2026-08-01T00:00:00Z')) end)"
        )
    return _time(f"trim({cell})", is_month_first)


def _time(text: str, is_month_first: bool | None) -> str:
    """Give SQL that reads a text as a time; NULL where it is none."""
    iso = f"timezone('UTC', try_cast({text} as timestamptz))"
    if is_month_first is None:
        return iso
    short, long = (
        ("%m/%d/%y", "%m/%d/%Y") if is_month_first else ("%d/%m/%y", "%d/%m/%Y")
    )
    return (
        f"case when contains({text}, '/') then coalesce(try_strptime({text}, "
        f"'{short}'), try_strptime({text}, '{long}')) else {iso} end"
    )


def number(header: str, place: str) -> str:
    """Give SQL that reads an amount exactly, or stops at the row that is none."""
    cell = f'cast("{header}" as varchar)'
    text = f"trim({cell})"
    read = f"replace(replace({text}, ',', ''), '$', '')"
    # Nearly every cell is plain; the others cost a second look.
    return (
        f"coalesce(case when regexp_full_match({cell}, '{PLAIN}') "
        f"then try_cast({cell} as decimal(38, 12)) end, "
        f"case when {text} is null or upper({text}) in ('', 'NULL') then null "
        f"else coalesce(case when regexp_full_match({text}, '{NUMBER}') "
        f"then try_cast({read} as decimal(38, 12)) end, error({place} || "
        f"', column {header}: ' || {text} || ' is no number; expected 1234.56')) end)"
    )


def plain_text(header: str, kind: str = "VARCHAR") -> str:
    """Give SQL that reads a text; blanks and the word NULL are unknown."""
    if kind.endswith("[]") or kind.startswith(("MAP", "STRUCT")):
        return f'cast(to_json("{header}") as varchar)'
    cell = f'cast("{header}" as varchar)'
    text = f"trim({cell})"
    return (
        f"case when {may_have_blanks(cell)} or strlen({cell}) = {len('NULL')} "
        f"then case when upper({text}) in ('', 'NULL') then null else {text} end "
        f"else {cell} end"
    )


def raw_json(header: str, kind: str) -> str:
    """Give SQL of a text that is no JSON object, as it came; NULL where it is one."""
    if kind.endswith("[]") or kind.startswith(("MAP", "STRUCT")):
        return "cast(null as varchar)"
    text = plain_text(header)
    said = f"trim({text}) not in ('{{}}', '[]', 'null')"
    return (
        f"case when ({_is_object(text)}) is not true and {said} "
        f"and ({json_object(header, kind)}) is null then {text} end"
    )


def _is_object(text: str) -> str:
    """Give the condition of a text that is a JSON object as it stands."""
    return f"json_type(try_cast({text} as json)) = 'OBJECT'"


def json_object(header: str, kind: str) -> str:
    """Give SQL that reads a JSON object, from text or from a Parquet map."""
    if kind.startswith(("MAP", "STRUCT")) and not kind.endswith("[]"):
        return f'to_json("{header}")'
    is_list = kind.endswith("[]")
    cell = f'to_json("{header}")' if is_list else object_of(plain_text(header))
    # BigQuery keeps tags as a list of keys and values; a key's first value counts.
    tags = (
        f"list_filter(from_json(made, {quoted(TAGS)}), lambda tag: tag.key is not null)"
    )
    keys = f"list_transform({tags}, lambda tag: tag.key)"
    first = (
        f"list_filter({tags}, lambda tag, place: "
        f"list_position({keys}, tag.key) = place)"
    )
    pairs = (
        f"list_transform({first}, lambda tag: {{'key': tag.key, 'value': tag.value}})"
    )
    listed = f"to_json(map_from_entries({pairs}))"
    made = (
        f"list_transform([{cell}], lambda made: nullif(case when json_type(made) = "
        f"'ARRAY' then {listed} else made end, json('{{}}')))[1]"
    )
    if is_list:
        return made
    text = plain_text(header)
    plain = f"nullif(cast({text} as json), json('{{}}'))"
    return f"case when {_is_object(text)} then {plain} else {made} end"
