"""OpenAI's page documents, which its Costs API and its Usage API share.

Both sources of OpenAI (the bill in providers, the usage in telemetry) read the same
envelope: pages of buckets of results. What a result says is theirs.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pipelines.landing.source import (
    Candidate,
    Delivery,
    Drop,
    ExportError,
    quoted,
)

PAGE = re.compile(r'"object"\s*:\s*"page"')
RESULT = re.compile(r'"object"\s*:\s*"organization\.(costs|usage)\.?(\w*)\.result"')
PULLED_AT = re.compile(r"(?:^|[/=])(\d{8}T\d{6}Z)(?:/|$)")

# One row per result, without the results of buckets that a newer pull has again:
# vendors restate the last days, so a bucket of a newer pull replaces every older
# bucket of the same kind that it overlaps. Pages of one pull never replace each
# other: a pull may be split by project, and its pages then share their buckets.
RESULTS = """
with pages as (
    select
        pull.*,
        from_json(
            page.content -> '$.data',
            '[{{"start_time": "BIGINT", "end_time": "BIGINT", "results": ["JSON"]}}]'
        ) as data
    from read_text({files}) as page
    inner join (values {pulls}) as pull (filename, pull_order, delivery_id, file_order)
        on page.filename = pull.filename
),
buckets as (
    select
        pull_order,
        delivery_id,
        file_order,
        unnest(range(1, len(data) + 1)) as bucket_order,
        unnest(data) as bucket
    from pages
),
results as (
    select
        pull_order,
        delivery_id,
        file_order,
        bucket_order,
        bucket.start_time as start_time,
        bucket.end_time as end_time,
        unnest(range(1, len(bucket.results) + 1)) as result_order,
        unnest(bucket.results) as result
    from buckets
),
kinds as (
    select *, result ->> '$.object' as kind
    from results
),
numbered as (
    select
        *,
        row_number() over (
            partition by delivery_id
            order by file_order, bucket_order, result_order
        ) as row_number
    from kinds
),
pulled_buckets as (
    select distinct kind, pull_order, start_time, end_time from kinds
),
replaced as (
    select distinct older.kind, older.pull_order, older.start_time, older.end_time
    from pulled_buckets as older
    inner join pulled_buckets as newer
        on older.kind = newer.kind
        and older.pull_order < newer.pull_order
        and older.start_time < newer.end_time
        and older.end_time > newer.start_time
)
select
    delivery_id,
    row_number,
    kind,
    make_timestamp(start_time * 1000000) as bucket_start,
    make_timestamp(end_time * 1000000) as bucket_end,
    result
from numbered
anti join replaced using (kind, pull_order, start_time, end_time)
where strftime(make_timestamp(start_time * 1000000), '%Y-%m') = {period}
"""


def api_of(candidate: Candidate) -> str:
    """Say which API a page is of: 'costs', 'usage', or '' for no page at all.

    A page whose buckets are all empty names no API; it counts as one of costs, where
    it adds nothing.
    """
    if candidate.format != "json" or not PAGE.search(candidate.head):
        return ""
    result = RESULT.search(candidate.head)
    return result.group(1) if result else "costs"


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Group pages into pulls: pages below one time-stamped folder, else each page.

    Raises:
        ExportError: a page is not JSON, or not a list of buckets.
    """
    pulls: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        stamp = PULLED_AT.search(candidate.name.rpartition("/")[0] + "/")
        folder = candidate.name[: stamp.end()] if stamp else candidate.name
        pulls[folder].append(candidate)
    for pages in pulls.values():
        stamp = PULLED_AT.search(pages[0].name)
        yield Drop(
            files=tuple(pages),
            periods=tuple(sorted({p for page in pages for p in _periods(page)})),
            scope="",
            delivered_at=_time(stamp.group(1)) if stamp else pages[0].modified,
            batch=stamp.group(1) if stamp else "",
        )


def results(deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT of the results that count in a period."""
    pulls = [
        f"({quoted(path)}, {order}, {quoted(delivery.delivery_id)}, {page})"
        for order, delivery in enumerate(deliveries)
        for page, path in enumerate(delivery.files)
    ]
    files = ", ".join(quoted(path) for d in deliveries for path in d.files)
    return RESULTS.format(
        files=f"[{files}]", pulls=", ".join(pulls), period=quoted(period)
    )


def _time(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _periods(page: Candidate) -> set[str]:
    try:
        buckets = json.loads(page.path.read_bytes())["data"]
        starts = [bucket["start_time"] for bucket in buckets]
        return {f"{datetime.fromtimestamp(start, UTC):%Y-%m}" for start in starts}
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ExportError(
            f"openai: {page.name} is no page of the Costs or Usage API "
            f'({type(error).__name__}: {error}); expected {{"object": "page", "data": '
            '[{"start_time": ..., "results": [...]}]}'
        ) from error
