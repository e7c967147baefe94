"""Rows of fct_alerts, as tests publish them."""

from datetime import date

COLUMNS = (
    "alert_id, alert_kind, severity, scope_value, owner_team, channel, message, "
    "details_mart, alert_date, as_of_date"
)
OVER = (
    "a1", "budget_breached", "critical", "marketing-chatbot", "marketing", "marketing",
    "Chatbot: 2,195.33 of 2,000.00 USD was spent.", "fct_budget_status_daily",
    date(2026, 10, 11), date(2026, 10, 31),
)  # fmt: skip
SURGE = (
    "b2", "cost_surge", "warning", "proj_search", "search", "default",
    "API cost 90.00 USD, expected 10.00.", "fct_cost_anomalies",
    date(2026, 10, 30), date(2026, 10, 31),
)  # fmt: skip
OLD = ("c3", *SURGE[1:8], date(2026, 9, 29), date(2026, 10, 31))
