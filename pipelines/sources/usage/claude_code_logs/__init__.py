"""Claude Code's own logs: tokens per day, user, project and model. No text is read.

Belongs here: which line of a message counts, and whose tokens it has. Does not belong
here: Anthropic's analytics of the same calls (``sources.usage.claude_code``), and
money: a log is no bill.
"""

import re
from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source, quoted
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.session_logs import PROJECT, drops, lines
from pipelines.sources.formats.summed import tally_of_sums

# Of a message no more than this, so that no answer gets anywhere.
KEYS = {
    "type": "VARCHAR",
    "timestamp": "VARCHAR",
    "requestId": "VARCHAR",
    "cwd": "VARCHAR",
    "message": 'STRUCT(id VARCHAR, model VARCHAR, "usage" JSON)',
}
_SESSION = re.compile(r'"sessionId"\s*:')
_LINE = re.compile(r'"(parentUuid|isSidechain)"\s*:')
_SUMMARY = re.compile(r'^\s*\{\s*"type"\s*:\s*"summary".*"leafUuid"', re.DOTALL)
_DAY = "cast(called_at as date), person, project, model, tier, provider"


def claims(candidate: Candidate) -> bool:
    """Claim the log of a session."""
    head = candidate.head
    is_session = _SESSION.search(head) and _LINE.search(head)
    return candidate.format == "json" and bool(is_session or _SUMMARY.search(head))


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the usage rows of a month: a day's messages of a project in one."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(messages=_messages(deliveries, period))


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the lines of answers of a month; of a day, one stands for all."""
    return tally_of_sums(_messages(deliveries, period), _DAY, "day")


def _messages(deliveries: Sequence[Delivery], period: str) -> str:
    sql = text_beside(__package__, "messages.sql")
    return sql.format(
        lines=lines(deliveries, KEYS), project=PROJECT, period=quoted(period)
    )


SOURCE = Source(
    name="claude_code_logs",
    table="model_usage",
    description=(
        "What Claude Code's own logs say that it used: tokens per day, user, project "
        "and model. No prompt or answer is read, and it carries no money."
    ),
    expected='JSON lines of a Claude Code session ("sessionId", "parentUuid", ...)',
    claims=claims,
    drops=partial(drops, "claude_code_logs", KEYS),
    select=select,
    tally=tally,
    restates="rows",
)
