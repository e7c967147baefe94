"""OpenAI's pages, which its Costs API and its Usage API share."""

import re
from datetime import UTC, datetime

from pipelines.landing.source import Candidate
from pipelines.sources.formats.pages import Envelope

PAGE = re.compile(r'"object"\s*:\s*"page"')
RESULT = re.compile(r'"object"\s*:\s*"organization\.(costs|usage)\.?(\w*)\.result"')

ENVELOPE = Envelope(
    vendor="openai",
    api="Costs or Usage API",
    start="start_time",
    end="end_time",
    time_type="BIGINT",
    time="make_timestamp({value} * 1000000)",
    kind="result ->> '$.object'",
    owner="project_id",
    project="result ->> '$.project_id'",
    parse=lambda seconds: datetime.fromtimestamp(seconds, UTC),
    expected='{"object": "page", "data": [{"start_time": ..., "results": [...]}]}',
)


def api_of(candidate: Candidate) -> str:
    """Return which API a page is of: 'costs', 'usage', or '' for no page at all.

    A page whose buckets are all empty names no API; it counts as one of costs, where
    it adds nothing.
    """
    if candidate.format != "json" or not PAGE.search(candidate.head):
        return ""
    result = RESULT.search(candidate.head)
    return result.group(1) if result else "costs"
