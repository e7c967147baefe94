"""What a build and `status` say of rows: none is lost without a word."""

import duckdb

from pipelines.cli.terminal import row_count_line


def test_rows_of_all_sources_add_up_in_one_line():
    """Copies, superseded deliveries and samples of calls are not counted again."""
    with duckdb.connect() as db:
        db.execute("create schema marts")
        db.execute(
            """
            create table marts.deliveries as
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
