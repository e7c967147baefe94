"""The user's own prices: contract_prices.csv, a price or a discount per meter and time.

A row states either ``price_per_1m_tokens`` or ``discount_percent`` of the list price;
``*`` as model, meter or tier means every one. ``valid_to`` is exclusive, blank: open.
"""

from collections.abc import Iterator, Sequence

import duckdb

from pipelines.focus.schema import MONEY
from pipelines.landing.source import (
    LOOK_INSIDE,
    Candidate,
    Context,
    Delivery,
    Drop,
    ExportError,
    Source,
    counted,
    file_list,
    quoted,
)

HEADER = (
    "provider_name",
    "model_id",
    "sku_meter",
    "processing_tier",
    "valid_from",
    "valid_to",
    "price_per_1m_tokens",
    "discount_percent",
    "billing_currency",
    "contract_id",
)
PERIODS = """
select distinct strftime(try_cast(valid_from as date), '%Y-%m'), any_value(valid_from)
from read_csv($file, header = true, all_varchar = true)
group by all order by all
"""


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with a contract's prices."""
    return {"contract_id", "price_per_1m_tokens"} <= set(candidate.columns)


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Take each file as a drop; a newer file replaces the months that it has again.

    Raises:
        ExportError: a column is missing, or a row has no first day.
    """
    for candidate in candidates:
        missing = [name for name in HEADER if name not in candidate.columns]
        if missing:
            raise ExportError(
                f"contract_prices: {candidate.name} lacks {', '.join(missing)}; "
                f"expected the header {','.join(HEADER)}"
            )
        try:
            with duckdb.connect(config=LOOK_INSIDE) as db:
                rows = db.execute(PERIODS, {"file": str(candidate.path)}).fetchall()
        except duckdb.Error as error:
            raise ExportError(f"contract_prices: {candidate.name}: {error}") from error
        wrong = [said for month, said in rows if month is None]
        if wrong:
            raise ExportError(
                f"contract_prices: {candidate.name}: valid_from {wrong[0]!r}; expected "
                "a day written YYYY-MM-DD"
            )
        periods = tuple(str(month) for month, _ in rows)
        yield Drop((candidate,), periods, "", candidate.modified)


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the prices that begin in a month."""
    price = _number("price_per_1m_tokens")
    discount = _number("discount_percent")
    one = "(price_per_1m_tokens is null) <> (discount_percent is null)"
    return f"""
        select
            provider_name, model_id, sku_meter, processing_tier,
            {_day("valid_from")} as valid_from,
            {_day("valid_to")} as valid_to,
            case when {one} then {price}
                else {_refusal("price_per_1m_tokens", "a price or a discount_percent")}
            end as price_per_1m_tokens,
            {discount} / 100 as discount_ratio,
            upper(billing_currency) as billing_currency,
            contract_id,
            'contract_prices' as source_name, delivery_id, source_row_number
        from ({_rows(deliveries, period)})
    """


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the prices that begin in a month; none is left out."""
    return counted(_rows(deliveries, period))


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    parts = [
        f"select *, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(delivery.names[0])} as file_name, "
        f"row_number() over () as source_row_number from "
        f"read_csv({file_list(delivery)}, header = true, all_varchar = true)"
        for delivery in deliveries
    ]
    return (
        f"select * from ({' union all by name '.join(parts)}) "
        f"where strftime(try_cast(valid_from as date), '%Y-%m') = {quoted(period)}"
    )


def _day(column: str) -> str:
    read = f"try_cast({column} as date)"
    refusal = _refusal(column, "a day written YYYY-MM-DD")
    good = f"{column} is null or {read} is not null"
    return f"case when {good} then {read} else {refusal} end"


def _number(column: str) -> str:
    read = f"try_cast({column} as {MONEY})"
    refusal = _refusal(column, "a number")
    return f"case when {column} is null or {read} >= 0 then {read} else {refusal} end"


def _refusal(column: str, expected: str) -> str:
    return (
        f"error(file_name || ', row ' || source_row_number || ': {column} is ' || "
        f"coalesce('''' || {column} || '''', 'empty') || ', expected {expected}')"
    )


SOURCE = Source(
    name="contract_prices",
    table="token_prices",
    description=(
        "What your contracts say a token costs: prices, or discounts off the list, "
        "with their first and last day."
    ),
    expected=f"a CSV with the header {','.join(HEADER)}",
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="period",
    is_list=True,
)
