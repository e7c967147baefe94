"""Invoices equal the rows, and sources differ only where PLANTED.csv says so.

Both sides are computed from the raw files with prices that are written here again.
"""

from decimal import Decimal

import pytest

ROWS = """
    select 'aws' as source, period, issuer, invoice_id, sum(cost) as total
    from aws group by all
    union all
    select 'openai', period, 'OpenAI', null, sum("value") from costs group by all
    union all
    select 'ferrum', regexp_extract(filename, '2026-[0-9]+'), 'Ferrum', invoice_no,
        sum(cast(amount as decimal(38, 10)))
    from ferrum group by all
    union all
    select source, period, issuer, null, sum(cost) from coding group by all
    union all
    select 'azure', period, 'Microsoft', null, sum(cost) from azure group by all
    union all
    select 'azure_focus', period, 'Microsoft', invoice_id, sum(cost)
    from azure_focus group by all
    union all
    select 'gcp', period, 'Google Cloud', null, sum(cost) from gcp group by all
    union all
    select 'oci', period, 'Oracle', null, sum(cost) from oci group by all
    union all
    select 'databricks', period, 'Databricks', null, sum(cost)
    from databricks group by all
    union all
    select 'onprem', period, 'Lumenloop', null, sum(cost) from onprem group by all
    union all
    select 'openrouter', period, 'OpenRouter', invoice_id, sum(cost)
    from credits group by all
    union all
    select 'anthropic', period, 'Anthropic', null, sum(cost) from anthropic group by all
    union all
    select 'focus_export', period, 'Driftbase', invoice_id, sum(cost)
    from driftbase group by all
"""
BESIDE_ROWS = f"""
    with billed as ({ROWS})
    select ledger_source, billing_period, billed.total,
        cast(invoice_amount as decimal(38, 10))
            + coalesce(cast(credit_amount as decimal(38, 10)), 0) as asked,
        if(ledger_source = 'openai', cast(tax_amount as decimal(38, 10)), 0) as tax,
        asked - tax - billed.total as rounding
    from invoices
    left join billed
        on billed.source = ledger_source
        and billed.period = billing_period
        and billed.issuer = invoice_issuer_name
        and coalesce(billed.invoice_id, invoices.invoice_id) = invoices.invoice_id
    where exchange_rate is null
"""


def planted(db, cause):
    return [
        tuple(row)
        for row in db.execute(
            "select ledger_source, billing_period, cast(amount as decimal(38, 10)) "
            "from planted where cause = $cause order by all",
            {"cause": cause},
        ).fetchall()
    ]


def test_invoices_equal_their_rows_to_the_cent(db):
    invoices = db.execute(BESIDE_ROWS).fetchall()
    assert len(invoices) == 45
    for *_, total, asked, tax, _ in invoices:
        assert asked == total.quantize(Decimal("0.01")) + tax
    unbilled = db.execute("select * from aws where coalesce(invoice_id, '') = ''")
    assert unbilled.fetchall() == []


def test_planted_rounding_is_what_the_invoices_show(db):
    found = db.execute(
        f"select ledger_source, billing_period, cast(rounding as decimal(38, 10)) "
        f"from ({BESIDE_ROWS}) where rounding <> 0 order by all"
    ).fetchall()
    assert planted(db, "rounding") == found


def test_planted_tax_is_what_the_invoices_show(db):
    found = db.execute(
        f"select ledger_source, billing_period, cast(tax as decimal(38, 10)), total "
        f"from ({BESIDE_ROWS}) where ledger_source = 'openai' order by all"
    ).fetchall()
    assert planted(db, "tax") == [row[:3] for row in found]
    for *_, tax, total in found:
        share = total.quantize(Decimal("0.01")) * Decimal("0.0825")
        assert tax == share.quantize(Decimal("0.01"))


def test_planted_credit_is_what_an_invoice_names_and_no_row_carries(db):
    found = db.execute(
        "select ledger_source, billing_period, -cast(credit_amount as decimal(38, 10)) "
        "from invoices where credit_amount is not null"
    ).fetchall()
    assert planted(db, "credit") == found == [("oci", "2026-10", Decimal(-20))]


def test_planted_fx_is_what_the_stated_rate_makes_of_the_invoice_in_euros(db):
    """609.40 EUR are 705.324074... USD at 0.864; the rows are 705.077386."""
    [(amount, currency, rate)] = db.execute(
        "select invoice_amount, invoice_currency, exchange_rate from invoices "
        "where exchange_rate is not null"
    ).fetchall()
    [(rows,)] = db.execute(
        "select sum(cost) from driftbase where period = '2026-10'"
    ).fetchall()
    [(*place, planted_fx)] = planted(db, "fx")
    assert (currency, Decimal(str(rate))) == ("EUR", Decimal("0.864"))
    assert place == ["focus_export", "2026-10"]
    exact = Decimal(str(amount)) / Decimal("0.864") - rows
    assert planted_fx == exact.quantize(Decimal("1E-10"))
    # Nobody can count 705.08 dollars from 609.40 euros at a rate of three decimals.
    assert rows == Decimal("705.077386")
    assert (rows * Decimal("0.8643")).quantize(Decimal("0.01")) == Decimal("609.40")


PRICES = """
    values
        ('gpt-4o-2024-08-06', 'input', 2.5),
        ('gpt-4o-2024-08-06', 'cached input', 1.25),
        ('gpt-4o-2024-08-06', 'output', 10), ('gpt-4o-mini-2024-07-18', 'input', 0.15),
        ('gpt-4o-mini-2024-07-18', 'cached input', 0.075),
        ('gpt-4o-mini-2024-07-18', 'output', 0.6),
        ('text-embedding-3-small', 'input', 0.02)
"""
BILLED = f"""
    with prices (model, class, per_million) as ({PRICES})
    select costs.*, model, "value" as amount,
        quantity * cast(per_million as decimal(10, 4))
            / if(contains(line_item, ', batch,'), 2, 1) / 1000000 as at_list
    from costs
    inner join prices
        on split_part(line_item, ', ', 1) = prices.model
        and split_part(line_item, ', ', -1) = prices.class
"""
METERED = f"""
    with prices (model, class, per_million) as ({PRICES}), counted as (
        select *, false as embedding from completions
        union all by name
        select * replace (0 as input_cached_tokens, 0 as output_tokens,
            false as batch), true as embedding from embeddings
    ), classes as (
        select *, unnest(['input', 'cached input', 'output']) as class,
            unnest([input_tokens - input_cached_tokens, input_cached_tokens,
                output_tokens]) as tokens
        from counted
    )
    select period, day, project_id, classes.model,
        tokens * cast(per_million as decimal(10, 4)) / if(batch, 2, 1) / 1000000
            as at_list
    from classes
    inner join prices using (model, class)
"""


def rounded(rows):
    return [
        (period, Decimal(str(amount)).quantize(Decimal("1E-8")))
        for period, amount in rows
    ]


def expected(db, cause):
    return [
        (period, amount.quantize(Decimal("1E-8")))
        for source, period, amount in planted(db, cause)
        if source == "openai"
    ]


def test_planted_unmetered_caller_is_what_no_usage_pull_knows(db):
    found = db.execute(
        f"""
        select period, sum(amount) from ({BILLED})
        where project_id not in (select project_id from ({METERED}))
        group by all order by all
        """
    ).fetchall()
    assert [period for period, _ in found] == ["2026-09", "2026-10"]
    assert rounded(found) == expected(db, "unmetered_caller")


def test_planted_price_drift_is_what_metered_callers_pay_above_list(db):
    found = db.execute(
        f"""
        select period, sum(amount - at_list), min(day), any_value(model)
        from ({BILLED})
        where project_id in (select project_id from ({METERED}))
            and abs(amount - at_list) > 1e-9
        group by all order by all
        """
    ).fetchall()
    assert [str(row[2])[:10] for row in found] == ["2026-10-15"]
    assert rounded(row[:2] for row in found) == expected(db, "price_drift")


def test_planted_batch_is_what_a_batch_is_metered_above_its_bill(db):
    """A batch costs half, so metered as standard it costs its bill once more."""
    found = db.execute(
        f"""
        select '2026-10', -sum(at_list) / 2 from ({METERED})
        where day = date '2026-10-08' and project_id = 'proj_search'
            and model = 'gpt-4o-mini-2024-07-18'
        """
    ).fetchall()
    assert rounded(found) == expected(db, "batch")


def test_planted_late_usage_is_what_a_month_is_billed_too_little(db):
    found = db.execute(
        f"""
        with sides as (
            select period, day, project_id, at_list from ({BILLED})
            union all
            select period, day, project_id, -at_list from ({METERED})
        )
        select period, sum(at_list) from sides
        where project_id in (select project_id from ({METERED}))
            and day != date '2026-10-08'  -- its batch was metered as standard
        group by period, day, project_id
        having abs(sum(at_list)) > 1e-9
        order by all
        """
    ).fetchall()
    assert rounded(found) == expected(db, "late_usage")
    assert sum(amount for _, amount in rounded(found)) == 0


def test_the_chatbot_costs_five_times_its_plan_in_october(db):
    found = db.execute(
        """
        select period, sum("value") from costs
        where project_id = 'proj_marketing_chatbot' group by all order by all
        """
    ).fetchall()
    assert [round(float(amount) / 100) for _, amount in found] == pytest.approx(
        [20, 22, 102], abs=3
    )
