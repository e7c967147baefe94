"""The month that ran to five times its plan is told before its middle."""

from datetime import date

import duckdb
import pytest

from pipelines.publishing.versions import current

TOLD = """
select alert_kind, alert_date
from fct_alerts
where
    scope_value in ('marketing-chatbot', 'proj_marketing_chatbot')
    and alert_date >= '2026-10-05'
order by alert_date, alert_kind
"""
CAUSE = "driven by more use of OpenAI API in account proj_marketing_chatbot"


@pytest.mark.slow
def test_the_surge_is_told_on_its_first_day_and_the_breach_on_the_eleventh(
    sample_settings,
):
    """The surge begins on the 8th; 2,000 USD are passed three days later."""
    database = current(sample_settings).database

    with duckdb.connect(str(database), read_only=True) as db:
        told = db.execute(TOLD).fetchall()
        [(message,)] = db.execute(
            "select message from fct_alerts where alert_kind = 'budget_breached' "
            "and alert_date = '2026-10-11'"
        ).fetchall()

    assert told == [
        ("cost_surge", date(2026, 10, 8)),
        ("budget_threshold_passed", date(2026, 10, 9)),
        ("budget_threshold_passed", date(2026, 10, 10)),
        ("budget_breached", date(2026, 10, 11)),
    ]
    assert CAUSE in message
