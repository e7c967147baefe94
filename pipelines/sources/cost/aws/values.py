"""Give the columns of a report their types, and refuse what cannot be true.

Belongs here: text to numbers and times, empty text to NULL, tags to JSON, and the
words of a refusal: file, row, column. What a value means is in ``convert.sql``.
"""

from pipelines.focus.schema import MONEY
from pipelines.landing.source import quoted
from pipelines.sources.cost.aws import columns, tags
from pipelines.sources.cost.aws.reading import Read

SQL_TYPES = {"text": "VARCHAR", "number": MONEY, "time": "TIMESTAMP"}


def typed(read: Read, period: str, *, several: bool, net: bool) -> str:
    """Give the known columns their types; refuse what cannot be true."""
    picked = ["row_number"]
    for column in columns.known():
        if column.name == "line_item_unblended_cost":
            value = _checked_cost(read, period, net)
        elif column.type == "number":
            value = _number(read, column.name)
            if net and column.net_twin in read.headers:
                value = f"coalesce({_number(read, column.net_twin)}, {value})"
        elif column.type == "map":
            continue
        else:
            value = _plain(read, column, period)
        picked.append(f'{value} as "{column.name}"')
    picked.append(f"{tags.renamed(read)} as tags")
    picked.append(f"{tags.raw(read)} as raw_tags")
    product = "product" if "product" in read.types else "cast(null as varchar)"
    picked.append(f"{product} as product")
    where = f" where {_in_period(read, period)}" if several else ""
    texts = f"select *, {tags.text(read)} as tag_text from ({read.scan})"
    return f"select {', '.join(picked)} from ({texts}){where}"


def whole(read: Read, period: str, *, several: bool) -> str:
    """Give the rows of a period as they stand, for counting."""
    where = f" where {_in_period(read, period)}" if several else ""
    return f"select 1 from ({read.scan}){where}"


def _plain(read: Read, column: columns.Column, period: str) -> str:
    if column.name not in read.headers:
        return f"cast(null as {SQL_TYPES[column.type]})"
    got = read.types[column.name]
    if column.type == "time":
        return _time(read, column.name, period)
    if got != "VARCHAR":
        return f"cast({column.name} as varchar)"
    # Parquet writes '' for nothing; in CSV it is NULL already.
    return column.name if read.is_csv else f"nullif({column.name}, '')"


def _time(read: Read, name: str, period: str) -> str:
    if read.types[name] == "TIMESTAMP":
        return name
    parsed = f"try_cast({name} as timestamp)"
    if "billing_period" not in name:
        return parsed
    # Every row of a month says the same: compare the text, parse what differs.
    first = f"timestamp '{period}-01'"
    bound = f"{first} + interval 1 month" if "end_date" in name else first
    texts = ", ".join(
        f"strftime({bound}, '%Y-%m-%dT%H:%M:%S{rest}')" for rest in ("Z", ".000Z")
    )
    return f"case when {name} in ({texts}) then {bound} else {parsed} end"


def _number(read: Read, name: str) -> str:
    if name not in read.headers:
        return f"cast(null as {MONEY})"
    problem = _refusal(read, _not_a_number(read, name))
    given = f"{name} is not null"
    if read.types[name] == "VARCHAR":
        given = f"{name} <> ''"
    return f"case when n_{name} is null and {given} then {problem} else n_{name} end"


def _checked_cost(read: Read, period: str, net: bool) -> str:
    """Give the cost of a row whose place, time and currency are all there."""
    cost = "line_item_unblended_cost"
    refusals = {
        "n_line_item_unblended_cost is not null": _not_a_number(read, cost),
        "bill_payer_account_id <> ''": _empty(read, "bill_payer_account_id"),
        "line_item_line_item_type <> ''": _empty(read, "line_item_line_item_type"),
        _is_currency(): f"{quoted(read.headers['line_item_currency_code'])} || ' is '"
        " || coalesce('''' || line_item_currency_code || '''', 'empty') || "
        "', expected a currency code of ISO 4217'",
        f"({_in_period(read, period)})": _wrong_period(read, period),
    }
    for name in columns.CORE:
        if name.endswith("_date"):
            refusals[f"{_time(read, name, period)} is not null"] = _not_a_time(
                read, name
            )
    value = "n_line_item_unblended_cost"
    if net and "line_item_net_unblended_cost" in read.headers:
        value = f"coalesce({_number(read, 'line_item_net_unblended_cost')}, {value})"
    reasons = " ".join(
        f"when ({good}) is not true then {text}" for good, text in refusals.items()
    )
    problem = _refusal(read, f"case {reasons} end")
    return f"case when {' and '.join(refusals)} then {value} else {problem} end"


def _is_currency() -> str:
    code = "line_item_currency_code"
    common = ", ".join(quoted(c) for c in columns.COMMON_CURRENCIES)
    every = ", ".join(quoted(c) for c in columns.CURRENCIES.split())
    return (
        f"case when {code} in ({common}) then true "
        f"else list_contains([{every}], {code}) end"
    )


def _in_period(read: Read, period: str) -> str:
    start = _time(read, "bill_billing_period_start_date", period)
    first = f"timestamp '{period}-01'"
    return f"{start} >= {first} and {start} < {first} + interval 1 month"


def _wrong_period(read: Read, period: str) -> str:
    name = "bill_billing_period_start_date"
    return (
        f"{quoted(read.headers[name])} || ' is ' || coalesce(cast({name} as varchar), "
        f"'empty') || ', expected a day of {period}, the period of the delivery'"
    )


def _not_a_number(read: Read, name: str) -> str:
    return _shown(read, name, "a number")


def _not_a_time(read: Read, name: str) -> str:
    return _shown(read, name, "a time")


def _empty(read: Read, name: str) -> str:
    return _shown(read, name, "a value")


def _shown(read: Read, name: str, expected: str) -> str:
    return (
        f"{quoted(read.headers[name])} || ' is ' || coalesce('''' || "
        f"nullif(cast({name} as varchar), '') || '''', 'empty') || "
        f"', expected {expected}'"
    )


def _refusal(read: Read, complaint: str) -> str:
    """Stop at a row, naming file, row of the delivery and column."""
    names = ", ".join(quoted(name) for name in read.names)
    place = f"[{names}][file_index + 1] || ', row ' || row_number || ' of the delivery"
    return f"error({place}: ' || {complaint})"


def attribute(read: Read, key: str) -> str:
    """Read one key of CUR 2.0's ``product`` map."""
    got = read.types.get("product")
    if got is None:
        return "cast(null as varchar)"
    if got.startswith("MAP"):
        return f"nullif(product['{key}'], '')"
    return f"nullif(try_cast(product as json) ->> '$.{key}', '')"
