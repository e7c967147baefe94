"""What a build and `status` say of rows: none is lost without a word."""

import duckdb

from pipelines.cli.terminal import RECONCILIATION, row_count_line


def test_rows_of_all_sources_add_up_in_one_line():
    """Copies, superseded deliveries and samples of calls are not counted again."""
    with duckdb.connect() as db:
        db.execute(
            """
            create table deliveries as
            from (values
                ('aws', 'a-1', 'current', 'focus', 1200, 1200, 0, 148),
                ('aws', 'a-0', 'superseded', 'focus', 700, 0, 700, 0),
                ('openai', 'o-1', 'current', 'focus', 100, 90, 10, 0),
                ('litellm', 'l-1', 'current', 'model_usage', 50, 20, 30, 0),
                ('litellm', 'l-2', 'current', 'model_requests', 50, 50, 0, 0)
            ) as d(
                source_name, delivery_id, status, table_name, read_row_count,
                row_count, excluded_row_count, added_row_count
            )
            """
        )

        assert row_count_line(db) == (
            "Rows: 1,350 delivered = 1,310 in the ledger + 40 left out, each for a "
            "reason; 148 more were calculated from them (unitmill status)"
        )


def test_a_month_without_an_invoice_differs_from_it_by_nothing_known():
    """Not by 0: that is what a month says whose invoice came and is equal."""
    with duckdb.connect() as db:
        db.execute(
            """
            create table fct_reconciliation_monthly as
            from (values
                (date '2026-08-01', 'aws', 'USD', 12.5, 12.5, 12.5, 0, 0, 0, 0, 0,
                 null, 'proven'),
                (date '2026-08-01', 'openai', 'USD', null, 3.25, 3.25, 0, 0, 0, 0, 0,
                 null, 'no invoice')
            ) as m(
                billing_period_start, source_name, billing_currency, invoice_amount,
                ledger_billed_cost, marts_billed_cost, tax_difference,
                credit_difference, fx_difference, unexplained_difference,
                metered_token_count, metered_token_ratio, verdict
            )
            """
        )
        aws, openai = db.execute(RECONCILIATION).fetchall()

    assert aws[3:10] == (12.5, 12.5, 12.5, 0, 0, 0, 0)
    assert openai[3:10] == (None, 3.25, 3.25, None, None, None, None)
