"""The alerts of a published version, as its mart ``fct_alerts`` has them."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

Severity = Literal["info", "warning", "critical"]
RECENT = """
select
    alert_id, alert_kind, severity, scope_value, owner_team, channel, message,
    details_mart, alert_date
from fct_alerts
where as_of_date - alert_date <= $max_age_days
order by alert_date, alert_kind, alert_id
"""


class AlertError(Exception):
    """Alerts cannot be read or sent; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One row of ``fct_alerts``; see there."""

    alert_id: str
    alert_kind: str
    severity: Severity
    scope_value: str
    owner_team: str
    channel: str
    message: str
    details_mart: str
    alert_date: date

    @property
    def title(self) -> str:
        """Kind and scope, as a mail's subject: 'Budget breached: marketing'."""
        words = self.alert_kind.replace("_", " ").capitalize()
        return f"{words}: {self.scope_value}"

    @property
    def body(self) -> str:
        """What happened, who owns it, and where to look."""
        return (
            f"{self.message}\n\n"
            f"Severity: {self.severity}. Owner: {self.owner_team}. "
            f"Look at: {self.details_mart}."
        )


def recent_alerts(database: Path, max_age_days: int) -> list[Alert]:
    """Give the alerts of the newest days of the data, oldest first.

    Args:
        database: the DuckDB file of a published version.
        max_age_days: how long before the newest closed day an alert may have begun.

    Raises:
        AlertError: the version is older than the mart.
    """
    with duckdb.connect(str(database), read_only=True) as db:
        try:
            rows = db.execute(RECENT, {"max_age_days": max_age_days}).fetchall()
        except duckdb.CatalogException as error:
            raise AlertError(
                f"{database} has no fct_alerts; expected a version of this release"
            ) from error
    return [Alert(*row) for row in rows]
