"""Codex's own logs: tokens per day, user, project and model. No text is read.

Belongs here: which line counts, and which model and project it is of. Does not belong
here: money; a log is no bill.
"""

import re
from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source, quoted
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.session_logs import PROJECT, drops, lines
from pipelines.sources.formats.summed import tally_of_sums

# Of a payload no more than this, so that no prompt gets anywhere.
KEYS = {
    "type": "VARCHAR",
    "timestamp": "VARCHAR",
    "payload": 'STRUCT("type" VARCHAR, cwd VARCHAR, model VARCHAR, info JSON)',
}
_LINE = re.compile(r'"type"\s*:\s*"(session_meta|turn_context)"')
_PAYLOAD = re.compile(r'"payload"\s*:')
_DAY = "cast(called_at as date), person, project, model"


def claims(candidate: Candidate) -> bool:
    """Claim the log of a session, which begins with what the session is."""
    head = candidate.head
    return candidate.format == "json" and bool(
        _LINE.search(head) and _PAYLOAD.search(head)
    )


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the usage rows of a month: a day's calls of a project in one."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(calls=_calls(deliveries, period))


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the lines with tokens of a month; of a day, one stands for all."""
    return tally_of_sums(_calls(deliveries, period), _DAY, "day")


def _calls(deliveries: Sequence[Delivery], period: str) -> str:
    sql = text_beside(__package__, "calls.sql")
    return sql.format(
        lines=lines(deliveries, KEYS), project=PROJECT, period=quoted(period)
    )


SOURCE = Source(
    name="codex_logs",
    table="model_usage",
    description=(
        "What Codex's own logs say that it used: tokens per day, user, project and "
        "model. No prompt or answer is read, and it carries no money."
    ),
    expected='JSON lines of a Codex session ("session_meta", "payload", ...)',
    claims=claims,
    drops=partial(drops, "codex_logs", KEYS),
    select=select,
    tally=tally,
    restates="rows",
)
