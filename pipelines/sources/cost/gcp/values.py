"""Give the columns of an export their types, and refuse what cannot be true.

Belongs here: text to numbers, times and months, and the words of a refusal: file, row,
column. What a value means is in ``convert.sql``.
"""

from collections.abc import Mapping

from pipelines.focus.schema import MONEY
from pipelines.landing.source import quoted
from pipelines.sources.cost.gcp import columns
from pipelines.sources.cost.gcp.columns import Column
from pipelines.sources.formats.blanks import without_blanks

# '202608'; scripts that flatten rows make '2026-08' or '202608.0' of it.
MONTH = r"^\s*(20\d\d)-?(0[1-9]|1[0-2])(\.0+)?\s*$"
CURRENCY = "[A-Z]{3}"
EXPECTED = {
    "number": "a number",
    "time": "a time",
    "month": "a month like 202608",
    "currency": "a currency code of ISO 4217",
}


def month(expression: str = "invoice_month") -> str:
    """Give the SQL of an invoice month as '2026-08'; NULL where it is none."""
    return (
        f"case when regexp_matches({expression}, '{MONTH}') "
        f"then regexp_replace({expression}, '{MONTH}', '\\1-\\2') end"
    )


def time(expression: str) -> str:
    """Give the SQL of a time in UTC; NULL where it is none."""
    return f"cast(try_cast({expression} as timestamptz) as timestamp)"


def meters(rows: str, period: str) -> str:
    """Give the names and units of the meters that rows of one month have."""
    return (
        f"select {without_blanks('sku_description')} as sku_description, "
        f"{without_blanks('usage_unit')} as usage_unit from ({rows}) "
        f"where {month()} = {quoted(period)}"
    )


def typed(scan: str, name: str, period: str, more: Mapping[str, str]) -> str:
    """Give the rows of one month with their types; a bad value stops the query.

    A value is read in one step and judged in the next: in one, it would be read twice.
    """
    read = ["row_number"]
    read += [f"{_read(c)} as {c.name}" for c in columns.plain()]
    read += [f"source.{c.name} as said_{c.name}" for c in columns.plain()]
    picked = [f"{value} as {column}" for column, value in more.items()]
    picked.append("row_number")
    picked += [f"{_judged(c, name)} as {c.name}" for c in columns.plain()]
    picked += [f"{_list(c, name)} as {c.name}" for c in columns.lists()]
    for column in columns.lists():
        read += [f"source.{column.name}", f"source.unreadable_{column.name}"]
    raw = [f"source.unreadable_{c.name}" for c in columns.lists() if not _is_money(c)]
    picked.append(f"nullif(concat_ws('; ', {', '.join(raw)}), '') as raw_tags")
    return (
        f"select {', '.join(picked)} from (select {', '.join(read)} from ({scan}) "
        f"as source) as source where source.invoice_month = {quoted(period)}"
    )


def _read(column: Column) -> str:
    cell = without_blanks(f"source.{column.name}")
    coded = f"case when regexp_full_match({cell}, '{CURRENCY}') then {cell} end"
    return {
        "number": f"try_cast({cell} as {MONEY})",
        "time": time(cell),
        "month": month(cell),
        "currency": coded,
    }.get(column.type, cell)


def _judged(column: Column, file: str) -> str:
    if column.type == "text" and not column.required:
        return f"source.{column.name}"
    good, said = f"source.{column.name} is not null", f"source.said_{column.name}"
    if not column.required:
        good = f"({good} or nullif(trim({said}), '') is null)"
    expected = EXPECTED.get(column.type, "a value")
    problem = refusal(file, column.path, said, expected)
    return f"case when {good} then source.{column.name} else {problem} end"


def _list(column: Column, file: str) -> str:
    if not _is_money(column):
        return f"source.{column.name}"
    cell = f"source.unreadable_{column.name}"
    expected = f"a list of {' and '.join(column.fields)}"
    problem = refusal(file, column.path, cell, expected)
    whens = [f"when {cell} is not null then {problem}"]
    amounts = f"list_transform(source.{column.name}, lambda c: c.amount)"
    bad = f"list_filter({amounts}, lambda a: try_cast(a as {MONEY}) is null)"
    problem = refusal(file, f"{column.path}.amount", f"{bad}[1]", "a number")
    whens.append(f"when len({bad}) > 0 then {problem}")
    return f"case {' '.join(whens)} else source.{column.name} end"


def _is_money(column: Column) -> bool:
    """Return whether a list changes the bill; of labels a row can do without."""
    return "amount" in column.fields


def refusal(file: str, path: str, cell: str, expected: str) -> str:
    """Give the SQL that stops at a row, naming file, row and column."""
    return (
        f"error({quoted(file + ', row ')} || source.row_number || ': {path} is ' || "
        f"coalesce('''' || nullif(trim({cell}), '') || '''', 'empty') || "
        f"', expected {expected}')"
    )
