"""A version with the fewest tables that a page needs, and one chart over it."""

import duckdb
import pytest

from pipelines.pages import folder, look
from pipelines.pages.definition import Page

# Search: 1 + 2 + 4 = 7 of rows a, b, c; Pay: 8. Tokens of c are unknown.
SPENT = """
create table spent as select * from (values
    ('2026-09', 'search', 'a', 3.5::decimal(38, 12), 10::bigint),
    ('2026-10', 'search', 'a', 1, 10),
    ('2026-10', 'search', 'b', 2, 20),
    ('2026-10', 'search', 'c', 4, null),
    ('2026-10', 'pay', 'a', 8, 40)
) as t (month, team, item, cost, tokens);
create table published_version as select
    '20261101T000000Z-b1' as version, timestamp '2026-11-01 06:30:00' as published_at,
    'b1' as build_id, '0.1.0' as code_version;
create table fct_reconciliation_monthly as select
    'acme' as source_name, 'proven' as verdict, 1 as charge_count,
    timestamp '2026-10-01' as billing_period_start
union all select 'acme', 'no invoice', 1, timestamp '2026-11-01';
"""


@pytest.fixture
def db():
    with duckdb.connect() as made:
        made.execute(SPENT)
        yield made


@pytest.fixture
def page():
    return Page(
        name="spending",
        title="Spending",
        question="What did we spend?",
        roles=["finance"],
        needs="A bill.",
        rows={
            "spent": (
                "select strftime(strptime(month, '%Y-%m'), '%Y-%m') as month, team, "
                "item, cost, tokens from spent"
            )
        },
        charts=[
            {
                "id": "teams",
                "question": "Who spends?",
                "rows": "spent",
                "kind": "ranked",
                "x": "team",
                "measure": {"sum": "cost"},
                "says": "By team.",
            },
            {
                "id": "rate",
                "question": "What does a token cost?",
                "rows": "spent",
                "kind": "tiles",
                "tiles": [
                    {"label": "Per 10 tokens", "sum": "cost", "of": "tokens", "per": 10}
                ],
                "says": "By tokens.",
            },
        ],
    )


@pytest.fixture
def only(monkeypatch):
    """Let there be one page alone."""

    def one(page):
        for module in (folder, look):
            monkeypatch.setattr(module, "pages", lambda: (page,))

    return one
