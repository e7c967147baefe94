"""Prometheus samples in files: which are read, of which months, and what is refused.

Belongs here: the two forms of a file, and the columns that labels become. What a
sample says is in ``samples.sql``, what an hour of them says in ``convert.sql`` (model
servers) and ``gpus.sql``.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

import duckdb

from pipelines.landing.candidates import sniff
from pipelines.landing.source import (
    LOOK_INSIDE,
    Candidate,
    Delivery,
    Drop,
    ExportError,
    quoted,
)
from pipelines.sources.formats.csv_cells import TYPES, Column, scan
from pipelines.sources.formats.package_files import rows_beside
from pipelines.sources.formats.records import one_document

MATRIX = re.compile(r'"resultType"\s*:\s*"(\w+)"')
CSV_COLUMNS = tuple(
    Column(name, TYPES["text"], required=name != "labels")
    for name in ("time", "metric", "labels", "value")
)
# Two servers of one pair scrape the same thing.
OF_THE_SCRAPER = ("__name__", "prometheus", "prometheus_replica", "__replica__")
SHAPE = """{
    status: 'VARCHAR',
    data: 'STRUCT(
        "resultType" VARCHAR, result STRUCT(metric JSON, "values" VARCHAR[][])[]
    )'
}"""
# Seconds since 1970, or a time; a time that names no zone is UTC.
MOMENT = """coalesce(
    case when try_cast(sample[1] as double) between 946684800 and 4102444799
        then make_timestamp(cast(round(cast(sample[1] as double) * 1e6) as bigint))
    end,
    case when try_cast(sample[1] as timestamptz)
        between timestamptz '2000-01-01' and timestamptz '2099-12-31'
        then cast(try_cast(sample[1] as timestamptz) as timestamp)
    end
)"""
# Ray and KServe put their name before that of the server; Ray, OpenTelemetry and Dynamo
# write _ for the colon.
NAME = """regexp_replace(
    metric, '^(ray_|kserve_)?(vllm|sglang|llamacpp|trtllm)[:_]', '\\2:'
)"""
# The labels of a series are read once, before its samples. A file's first sample of a
# series closes no interval; at 00:00 any other one closes the day before.
ROWS = """
    select
        * exclude (sample, first_sampled),
        {moment} as sampled_at,
        sample[2] as sample_value,
        date_trunc('month', case
            when sample[1] = first_sampled then sampled_at
            else sampled_at - interval 1 microsecond
        end) as month
    from (
        select
            coalesce(cast(sample[3] as bigint), row_number() over ()) as row_number,
            *
        from (
            select * exclude (samples), unnest(samples) as sample
            from (
                select
                    {name} as metric,
                    labels is null as has_odd_labels,
                    {label_columns},
                    hash(list_sort(list_filter(
                        map_entries(cast(labels as map(varchar, varchar))),
                        lambda label: label.key not in {scraper}
                    ))) as labels_id,
                    list_min(list_transform(samples, lambda sample: sample[1]))
                        as first_sampled,
                    samples
                from ({opened})
            )
        )
    )
"""
LOOK = """
    with samples as ({rows}),

    steps as (
        select metric, median(gap) as step
        from (
            select
                metric,
                labels_id,
                epoch(sampled_at) - epoch(lag(sampled_at) over (
                    partition by metric, labels_id order by sampled_at
                )) as gap
            from samples
        )
        where gap > 0
        group by metric, labels_id
    )

    select
        list(distinct strftime(month, '%Y-%m')) filter (
            coalesce(table_name, 'model_usage') = {table} and month is not null
        ),
        case when count(sampled_at) = 0 then min(row_number) end,
        case when count(metric) = 0 then min(row_number) end,
        case when count(try_cast(sample_value as double)) = 0 then min(row_number) end,
        (
            select min(metric) from steps inner join {metrics} using (metric)
            where step > 3600
        )
    from samples
    left join {metrics} using (metric)
"""
# One row per delivery and reason; a delivery is opened once.
UNREAD = """
    select
        delivery_id,
        'a metric that is not read'
        || coalesce('; ' || metric || ' is near ' || known, '') as reason,
        cast(sum(row_count) as bigint) as row_count
    from (
        select delivery_id, metric, row_count, min(known) as known
        from (
            select delivery_id, metric, count(*) as row_count from ({rows})
            anti join {metrics} using (metric)
            where month = {month}
            group by delivery_id, metric
        )
        left join (select distinct metric as known from {metrics})
            on
                levenshtein(
                    regexp_replace(metric, '_total$', ''),
                    regexp_replace(known, '_total$', '')
                ) <= 2
                or ends_with(metric, known)
                or (
                    contains(known, ':')
                    and split_part(metric, ':', -1) = split_part(known, ':', -1)
                )
        group by delivery_id, metric, row_count
    )
    group by all
"""
# What is so of one sample leaves that sample out (samples.sql); of all, the file.
REFUSALS = (
    "sample {}: its time cannot be read; expected seconds since 1970 or a time",
    "sample {}: its series has no __name__; expected a metric, not a function of it",
    "sample {}: its value is no number; expected one as a text, or NaN",
    "{} has a sample in more than an hour; expected a step of at most an hour",
)


def claims(candidate: Candidate) -> bool:
    """Claim answers of the HTTP API, and CSV files of samples."""
    if candidate.format == "json":
        return bool(MATRIX.search(candidate.head))
    return candidate.format == "csv" and {"time", "metric", "labels", "value"} <= set(
        candidate.columns
    )


def drops(table: str, candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Take each file as a drop of its own.

    Args:
        table: the one that is filled; a file has the months of its metrics.
        candidates: the files.

    Raises:
        ExportError: a file is no range query, or a sample of it cannot be read.
    """
    for file in candidates:
        kind = MATRIX.search(file.head)
        if file.format == "json" and kind and kind[1] != "matrix":
            raise ExportError(
                f"prometheus: {file.name}: resultType is {kind[1]}, expected matrix, "
                "the answer of /api/v1/query_range"
            )
        yield Drop((file,), _months(table, file), "", file.modified)


def rows(deliveries: Sequence[Delivery]) -> str:
    """Give the samples of deliveries, oldest first, with the columns of labels.csv."""
    return " union all ".join(
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        # What has no time is counted in the first month of its file.
        f"* replace (coalesce(month, {_month(min(delivery.periods))}) as month) "
        f"from ({_rows(sniff(path, path.parent))})"
        for age, delivery in enumerate(deliveries)
        for path in delivery.files
    )


@cache
def metrics() -> str:
    """Give metrics.csv as a SQL relation: which metrics are read, and as what."""
    rows = ", ".join(
        f"({quoted(row['metric'])}, {quoted(row['table_name'])}, "
        f"{quoted(row['quantity'])}, {row['factor']}::double, "
        f"{row['minimum']}::double, {row['maximum'] or 'null'}::double)"
        for row in rows_beside(__package__, "metrics.csv")
    )
    return (
        f"(select * from (values {rows}) as metric "
        "(metric, table_name, quantity, factor, minimum, maximum))"
    )


def unread(deliveries: Sequence[Delivery], month: str) -> str:
    """Count the samples of a month whose metric is not read, and name near misses.

    Nearly read is a counter without `_total`, a slip of two letters, another server's
    name before it, or a name of somebody's before that of the server.
    """
    return UNREAD.format(rows=rows(deliveries), metrics=metrics(), month=month)


@cache
def label_columns() -> Mapping[str, str]:
    """Give the column names that labels become, and their SQL; the first one wins."""
    found = defaultdict(list)
    for row in rows_beside(__package__, "labels.csv"):
        found[row["column_name"]].append(f"labels ->> '$.{row['label']}'")
    return {
        name: f"nullif(coalesce({', '.join(labels)}, ''), '')"
        for name, labels in found.items()
    }


def _month(period: str) -> str:
    return f"timestamp '{period}-01'"


def _rows(file: Candidate) -> str:
    named = (f"{labels} as {name}" for name, labels in label_columns().items())
    return ROWS.format(
        moment=MOMENT,
        name=NAME,
        label_columns=", ".join(named),
        scraper=OF_THE_SCRAPER,
        opened=_opened(file),
    )


def _opened(file: Candidate) -> str:
    """Give the series of a file: metric, labels, samples of time, value and row."""
    if file.format != "json":
        return (
            "select metric, case when labels is null then json('{}') "
            "when not json_valid(labels) then null "
            "when json_type(labels) = 'OBJECT' and len(json_keys(labels)) "
            "= len(list_distinct(json_keys(labels))) then cast(labels as json) end "
            "as labels, "
            "list([time, value, cast(row_number as varchar)] order by row_number) "
            f"as samples from ({scan(file.path, CSV_COLUMNS)}) group by metric, 2"
        )
    return (
        "select series.metric ->> '$.__name__' as metric, series.metric as labels, "
        'coalesce(series."values", [[null, null]]) as samples from ('
        f"select unnest(data.result) as series from {one_document(file, SHAPE)})"
    )


def _months(table: str, file: Candidate) -> tuple[str, ...]:
    stat = file.path.stat()
    query = LOOK.format(rows=_rows(file), table=quoted(table), metrics=metrics())
    try:
        months, *wrong = _found(query, stat.st_size, stat.st_mtime_ns)
    except duckdb.Error as error:
        raise ExportError(
            f"prometheus: {file.name}: cannot be read to its end as {file.format}; "
            "run the query again"
        ) from error
    for place, wording in zip(wrong, REFUSALS, strict=True):
        if place is not None:
            raise ExportError(f"prometheus: {file.name}: {wording.format(place)}")
    return tuple(sorted(months or ()))


# Both sources of a file ask for it, and every scan does again.
@lru_cache(maxsize=4096)
def _found(query: str, _size: int, _modified: int) -> tuple[list[str] | None, ...]:
    with duckdb.connect(config=LOOK_INSIDE) as db:
        row = db.execute(query).fetchone()
    assert row is not None
    return row
