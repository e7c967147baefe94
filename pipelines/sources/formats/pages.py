"""Pages of time buckets of results, the envelope of LLM vendors' reporting APIs.

A vendor's bill and its usage come in the same envelope. Belongs here: what a page looks
like (``Envelope``). Does not belong here: what a result means, which is the source's.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.landing.faults import sentence_of
from pipelines.landing.source import (
    UNREADABLE,
    Candidate,
    Context,
    Delivery,
    Drop,
    ExportError,
    counted,
    quoted,
)
from pipelines.sources.formats.pulls import Page, content_of, cursor_of, pulls

NO_PAGE: tuple[type[Exception], ...] = (*UNREADABLE, KeyError, TypeError)

# One row per result. A newer pull has buckets again because vendors restate the last
# days: its bucket replaces every older bucket of the same kind that it overlaps. Pages
# of one pull never replace each other: a pull may be split by project, and its pages
# then share their buckets.
RESULTS = """
with pages as (
    select
        pull.*,
        from_json(
            -- A file that is gone is no error of read_text: it would just be left out.
            coalesce(page.content, error(pull.filename || ' is gone')) -> '$.data',
            '[{{"{start}": "{type}", "{end}": "{type}", "results": ["JSON"]}}]'
        ) as data
    from (values {pulls}) as pull (filename, pull_order, delivery_id, file_order)
    left join read_text({files}) as page
        on pull.filename = page.filename
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
        {start_time} as start_time,
        {end_time} as end_time,
        unnest(range(1, len(bucket.results) + 1)) as result_order,
        unnest(bucket.results) as result
    from buckets
),
kinds as (
    select
        *,
        {kind} as kind,
        coalesce({project}, '') as project
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
    select distinct kind, pull_order, start_time, end_time, project from kinds
),
pulled_projects as (
    select
        kind,
        pull_order,
        list(distinct project) as projects,
        bool_or(project != '') as is_by_project
    from kinds
    group by kind, pull_order
),
replaced as (
    select distinct
        older.kind, older.pull_order, older.start_time, older.end_time, older.project
    from pulled_buckets as older
    inner join pulled_projects as older_pull
        on older.kind = older_pull.kind and older.pull_order = older_pull.pull_order
    inner join pulled_buckets as newer
        on older.kind = newer.kind
        and older.pull_order < newer.pull_order
        and older.start_time < newer.end_time
        and older.end_time > newer.start_time
    inner join pulled_projects as newer_pull
        on newer.kind = newer_pull.kind and newer.pull_order = newer_pull.pull_order
    where
        -- A pull of some projects says nothing of the others.
        not (older_pull.is_by_project and newer_pull.is_by_project)
        or list_contains(newer_pull.projects, older.project)
)
select
    numbered.delivery_id,
    numbered.row_number,
    numbered.kind,
    numbered.start_time as bucket_start,
    numbered.end_time as bucket_end,
    numbered.result,
    replaced.kind is null as is_newest
from numbered
left join replaced using (kind, pull_order, start_time, end_time, project)
where strftime(numbered.start_time, '%Y-%m') = {period}
"""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a vendor's pages look like.

    Attributes:
        vendor: for messages.
        api: what its pages are of, for messages.
        start: the bucket's key of its first moment.
        end: the bucket's key of its end, exclusive.
        time_type: the type of both in JSON, for DuckDB.
        time: SQL that makes a UTC timestamp of ``{value}``.
        kind: SQL over ``result`` that distinguishes the endpoints whose buckets do not
            replace each other.
        owner: the key of a result that says whose it is.
        project: SQL over ``result`` of whose results a pull may be limited to.
        parse: reads the same time in Python.
        expected: what a page looks like, for error messages.
    """

    vendor: str
    api: str
    start: str
    end: str
    time_type: str
    time: str
    kind: str
    owner: str
    project: str
    parse: Callable[[Any], datetime]
    expected: str


def drops(envelope: Envelope, candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Group pages into pulls.

    Raises:
        ExportError: a page is not JSON, or not a list of buckets, or the page that it
            says comes next is missing.
    """
    return pulls(envelope.vendor, [_page(envelope, file) for file in candidates])


def results(envelope: Envelope, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT of the results that count in a period."""
    rows = _all_results(envelope, deliveries, period)
    return f"select * exclude (is_newest) from ({rows}) where is_newest"


def tally(
    envelope: Envelope, _: Context, deliveries: Sequence[Delivery], period: str
) -> str:
    """Count the results of a period, those apart that a newer pull has again."""
    return counted(
        _all_results(envelope, deliveries, period),
        "case when not is_newest then 'a newer pull has its time bucket' end",
    )


def _all_results(
    envelope: Envelope, deliveries: Sequence[Delivery], period: str
) -> str:
    pulls = [
        f"({quoted(path)}, {order}, {quoted(delivery.delivery_id)}, {page})"
        for order, delivery in enumerate(deliveries)
        for page, path in enumerate(delivery.files)
    ]
    files = ", ".join(quoted(path) for d in deliveries for path in d.files)
    return RESULTS.format(
        files=f"[{files}]",
        pulls=", ".join(pulls),
        period=quoted(period),
        start=envelope.start,
        end=envelope.end,
        type=envelope.time_type,
        start_time=envelope.time.format(value=f"bucket.{envelope.start}"),
        end_time=envelope.time.format(value=f"bucket.{envelope.end}"),
        kind=envelope.kind,
        project=envelope.project,
    )


def what_is_wrong(error: Exception) -> str:
    """Say why a page could not be read, in words of ours."""
    return f"it lacks {error}" if isinstance(error, KeyError) else sentence_of(error)


def _page(envelope: Envelope, file: Candidate) -> Page:
    try:
        raw = file.path.read_bytes()
        body = json.loads(raw)
        times = [
            [
                envelope.parse(bucket[key]).astimezone(UTC)
                for key in (envelope.start, envelope.end)
            ]
            for bucket in body["data"]
        ]
        cursor = cursor_of(body)
        results = [r for bucket in body["data"] for r in bucket.get("results") or ()]
        projects = frozenset(str(r.get(envelope.owner) or "") for r in results)
        kinds = frozenset(str(r.get("object", "result")) for r in results)
    except NO_PAGE as error:
        raise ExportError(
            f"{envelope.vendor}: {file.name} is no page of the {envelope.api} "
            f"({what_is_wrong(error)}); expected {envelope.expected}"
        ) from error
    return Page(
        file,
        frozenset(f"{start:%Y-%m}" for start, _ in times),
        min((start for start, _ in times), default=None),
        max((end for _, end in times), default=None),
        cursor,
        kinds,
        projects,
        content_of(raw),
    )
