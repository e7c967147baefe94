"""The picture of what an alert is about, where there is one.

Belongs here: which chart an alert gets. Does not belong here: the chart's rows
(``charts/``), and how it is drawn (``pages``).
"""

from pathlib import Path

import duckdb

from pipelines.alerting.alerts import Alert
from pipelines.pages.pictures import SMALL, PictureError, find_chart, picture_of

CHARTS = Path(__file__).parent / "charts"
PAGE = "alerts"
# The chart of a kind of alert; other kinds are told in words alone.
CHART_OF = {
    "budget_threshold_passed": "budget",
    "budget_breach_projected": "budget",
    "budget_breached": "budget",
    "cost_surge": "cost",
    "cost_drop": "cost",
}


def picture_of_alert(database: Path, alert: Alert) -> bytes | None:
    """Draw what an alert is about as PNG; None for a kind that has no picture.

    Args:
        database: the DuckDB file of the version that has the alert.
        alert: of any kind.

    Raises:
        PictureError: there should be one, and it cannot be drawn.
    """
    if alert.alert_kind not in CHART_OF:
        return None
    page, chart = find_chart(PAGE, CHART_OF[alert.alert_kind], CHARTS)
    try:
        with duckdb.connect(str(database), read_only=True) as db:
            return picture_of(
                db,
                page,
                chart,
                filters={"alert": alert.alert_id},
                named=[f"owner {alert.owner_team}"],
                title=alert.title,
                width=SMALL,
            ).png()
    except duckdb.Error as error:
        raise PictureError(f"{database} cannot be read: {error}") from error
