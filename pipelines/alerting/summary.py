"""A team's week as a message: figures with their trend, two charts, alerts.

Belongs here: words, layout and pictures of the weekly summary. Does not belong here: a
figure (``weekly``), and sending it (``summaries``).
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from urllib.parse import quote

import duckdb
from apprise.plugins.email import NotifyEmail
from jinja2 import Environment, FileSystemLoader, Template

from pipelines.alerting.alerts import AlertError, Severity
from pipelines.alerting.channels import Message, attachments
from pipelines.alerting.weekly import DAYS, Trend, Week, week_of
from pipelines.pages.look import look_at
from pipelines.pages.pictures import PictureError, find_chart, picture_of

WIDTH = 560
CHARTS = {"trend.png": ("my-team", "trend"), "projects.png": ("my-team", "projects")}
HEADS = ("", "seven days", "seven before", "change")
NOBODY = "nobody@example.com"


def summary_of(
    database: Path, team: str, pages_address: str = "", *, with_pictures: bool = True
) -> tuple[Message, str]:
    """Write a team's week.

    Args:
        database: the DuckDB file of a published version.
        team: its name in ``fct_showback_daily``.
        pages_address: where readers open the pages; '' where nobody serves them.
        with_pictures: whether the two charts are drawn.

    Returns:
        The message, and why it lacks a picture or ''.

    Raises:
        AlertError: no day is closed, or the version cannot be asked.
    """
    try:
        with duckdb.connect(str(database), read_only=True) as db:
            week = week_of(db, team)
            look = look_at(db)
            pictures, lacking = _pictures(db, team) if with_pictures else ({}, "")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise AlertError(f"{database} cannot be asked: {reason}") from error
    about = f"version {look.about['version']}"
    if look.not_reconciled:
        about += f"; not reconciled: {', '.join(look.not_reconciled)}"
    parts = _parts(week, about, pages_address)
    alts = {name: f"{CHARTS[name][1]} of {team}" for name in pictures}
    html = _template().render(
        **parts,
        heads=HEADS,
        source="cid:",
        pictures=alts.items(),
        lacking=[lacking] if lacking else [],
    )
    severity: Severity = "warning" if week.alerts else "info"
    text = _text(parts, lacking)
    return Message(str(parts["title"]), text, severity, html, pictures), lacking


def as_html(message: Message) -> str:
    """Give a message as one HTML document, whose pictures lie in it."""
    html = message.html
    for name, picture in message.pictures.items():
        data = f"data:image/png;base64,{b64encode(picture).decode()}"
        html = html.replace(f'src="cid:{name}"', f'src="{data}"')
    return f'<!doctype html>\n<html lang="en"><meta charset="utf-8">\n{html}</html>\n'


def as_mail(message: Message) -> str:
    """Give a message as a mail, as apprise builds it, that a mail program opens."""
    mails = NotifyEmail.prepare_emails(
        message.title,
        message.html,
        ("Unitmill", NOBODY),
        [(False, NOBODY)],
        attach=attachments(message),
        headers={"X-Unsent": "1"},
        inline=True,
    )
    return str(next(iter(mails)).body)


def _pictures(
    db: duckdb.DuckDBPyConnection, team: str
) -> tuple[Mapping[str, bytes], str]:
    drawn = {}
    reasons = []
    for name, (page, chart) in CHARTS.items():
        try:
            found = picture_of(
                db, *find_chart(page, chart), filters={"team": team}, width=WIDTH
            )
            drawn[name] = found.png()
        except PictureError as error:
            reasons.append(str(error))
    return drawn, "; ".join(dict.fromkeys(reasons))


def _parts(week: Week, about: str, pages_address: str) -> dict[str, object]:
    """Give what both forms of the message say."""
    first = week.day - timedelta(days=DAYS - 1)
    spend = _amount(week.spend.now, week.currency)
    change = f", {_change(week.spend)}" if week.spend.percent is not None else ""
    rows = [replace(week.spend, name="spend"), *week.projects]
    address = pages_address.rstrip("/")
    return {
        "title": f"{week.team}: {spend} in the week to {week.day}{change}",
        "about": f"EffectiveCost of {first} to {week.day} by charge date; {about}",
        "figures": [_line(trend, week.currency) for trend in rows],
        "month": _month(week),
        "budgets": [
            (
                budget.name,
                _amount(budget.spent, budget.currency),
                _amount(budget.amount, budget.currency),
                _amount(budget.projected, budget.currency),
                budget.status.replace("_", " "),
            )
            for budget in week.budgets
        ],
        "alerts": [f"{a.alert_date} {a.severity}: {a.message}" for a in week.alerts],
        "unowned": _unowned(week),
        "how": (
            "All charts and the rows behind each number:"
            if address
            else "All charts and the rows behind each number: unitmill pages"
        ),
        "link": f"{address}/#my-team?team={quote(week.team)}" if address else "",
    }


def _month(week: Week) -> str:
    before = week.day.replace(day=1) - timedelta(days=1)
    return (
        f"{week.day:%B} to day {week.day.day}: "
        f"{_amount(week.month.now, week.currency)}; {before:%B} to the same day: "
        f"{_amount(week.month.before, week.currency)} ({_change(week.month)})."
    )


def _unowned(week: Week) -> str:
    if week.unowned.now is None:
        return "All money of the company's week has an owner."
    change = _change(week.unowned)
    return (
        f"Without an owner in the whole company: "
        f"{_amount(week.unowned.now, week.currency)} ({change} on the "
        "week before)."
    )


def _line(trend: Trend, currency: str) -> tuple[str, str, str, str]:
    return (
        trend.name,
        _amount(trend.now, currency),
        _amount(trend.before, currency),
        _change(trend),
    )


def _amount(amount: Decimal | None, currency: str) -> str:
    return "none" if amount is None else f"{amount:,.2f} {currency}".strip()


def _change(trend: Trend) -> str:
    if trend.percent is not None:
        return f"{trend.percent:+,.1f} %"
    return "new" if trend.before is None and trend.now is not None else "no comparison"


def _text(parts: Mapping[str, object], lacking: str) -> str:
    """Lay the same words out for channels of plain text."""
    figures, budgets, alerts = parts["figures"], parts["budgets"], parts["alerts"]
    assert isinstance(figures, list)
    assert isinstance(budgets, list)
    assert isinstance(alerts, list)
    lines = [str(parts["about"]), ""]
    lines += [f"{name}: {now} (before {was}, {by})" for name, now, was, by in figures]
    lines += [str(parts["month"])]
    if budgets:
        lines += ["", "Budgets:"]
        lines += [
            f"- {name}: {spent} of {of}, projected {ends}, {status}"
            for name, spent, of, ends, status in budgets
        ]
    lines += ["", "Alerts of the week:", *(f"- {one}" for one in alerts or ["none"])]
    lines += ["", str(parts["unowned"]), f"{parts['how']} {parts['link']}".strip()]
    return "\n".join([*lines, *([lacking] if lacking else [])])


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True).get_template("summary.html")
