"""Anthropic's pages, which its cost report and its usage report share.

Both have buckets from ``starting_at`` to ``ending_at`` (RFC 3339) and nothing that
names the report, so a page is recognized by the fields of its results. One whose
buckets are all empty counts as one of the cost report, where it adds nothing.
"""

import re
from datetime import datetime

from pipelines.landing.source import Candidate
from pipelines.sources.formats.pages import Envelope

BUCKET = re.compile(r'"starting_at"\s*:\s*"')
COSTS = re.compile(r'"amount"\s*:\s*"')
USAGE = re.compile(r'"uncached_input_tokens"\s*:\s*\d')

ENVELOPE = Envelope(
    vendor="anthropic",
    api="cost or usage report",
    start="starting_at",
    end="ending_at",
    time_type="VARCHAR",
    time="timezone('UTC', cast({value} as timestamptz))",
    kind="'messages'",
    owner="workspace_id",
    project="result ->> '$.workspace_id'",
    parse=datetime.fromisoformat,
    expected='{"data": [{"starting_at": ..., "ending_at": ..., "results": [...]}]}',
)


def report_of(candidate: Candidate) -> str:
    """Return which report a page is of: 'cost', 'usage', or '' for no page at all."""
    if candidate.format != "json" or not BUCKET.search(candidate.head):
        return ""
    if USAGE.search(candidate.head):
        return "usage"
    return "cost" if COSTS.search(candidate.head) or _is_empty(candidate) else ""


def _is_empty(candidate: Candidate) -> bool:
    return not re.search(r'"results"\s*:\s*\[\s*\{', candidate.head)
