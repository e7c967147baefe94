"""Calls become hours, samples and sessions; every call is in one hour or named."""

from decimal import Decimal
from hashlib import sha256

import pytest
from in_memory import asked

from pipelines.landing.grouping import delivery_id
from pipelines.landing.source import Drop, Source
from pipelines.ledger.tally import left_out
from pipelines.sources.formats import made_once
from pipelines.sources.usage.requests import SAMPLED_CALLS, request_sources
from pipelines.sources.usage.requests.newest import newest


@pytest.fixture
def sources():
    """Give the three sources of a log whose calls are the rows of a VALUES list."""

    def made(rows, columns, per_delivery=True):
        def calls(context, deliveries, period):
            del period
            parts = [
                f"select *, '{d.delivery_id}' as delivery_id, {age} as age, "
                f"row_number() over () as row_number from (values {rows}) t({columns})"
                for age, d in enumerate(deliveries)
            ]
            said = " union all ".join(parts if per_delivery else parts[:1])
            return newest(context, said)

        log = Source(
            name="acme",
            table="model_usage",
            description="Acme's log.",
            expected="a log",
            claims=lambda file: file.name.endswith(".log.csv"),
            drops=lambda files: [
                Drop((f,), ("2026-08",), "", f.modified) for f in files
            ],
            select=calls,
            restates="rows",
        )
        return request_sources(log)

    return made


COLUMNS = (
    "requested_at, request_id, logical_request_id, provider_name, model_id, "
    "output_tokens, is_failed, session_id, outcome"
)
CALLS = """
    (timestamp '2026-08-03 10:05', 'r1', 'l1', 'OpenAI', 'm', 10, true, 's1', null),
    (timestamp '2026-08-03 10:06', 'r2', 'l1', 'OpenAI', 'm', 20, false, 's1', 'lost'),
    (timestamp '2026-08-03 10:59', 'r3', 'l3', 'OpenAI', 'm', 30, false, 's1', 'won'),
    (timestamp '2026-08-03 11:00', 'r4', 'l4', 'OpenAI', 'm', 40, false, 's2', null),
    (timestamp '2026-08-03 11:30', 'r5', 'l4', 'OpenAI', 'm', 50, false, null, null)
"""


def test_calls_are_summed_up_by_the_hour(sources, put, convert):
    put("a.log.csv", "a,b\n1,2\n")
    usage, _, _ = sources(CALLS, COLUMNS)

    rows = convert(
        usage,
        "2026-08",
        "hour(window_start), output_tokens, request_count, failed_request_count, "
        "retried_request_count, failed_tokens",
    )

    # r1 failed, so it is a failure and no retry; r4 was answered and asked again.
    assert rows == [(10, 60, 3, 1, 0, 10), (11, 90, 2, 0, 1, 0)]


def test_a_log_without_ends_ids_and_caches_knows_none_of_them(sources, put, convert):
    put("a.log.csv", "a,b\n1,2\n")
    usage, _, sessions = sources(
        "(timestamp '2026-08-03 10:05', 'r1', 'OpenAI', 10, 's1')",
        "requested_at, request_id, provider_name, output_tokens, session_id",
    )

    rows = convert(
        usage,
        "2026-08",
        "request_count, failed_request_count, failed_tokens, retried_request_count, "
        "cache_served_request_count",
    )

    assert rows == [(1, None, None, None, None)]
    assert convert(sessions, "2026-08", "failed_request_count") == [(None,)]


def test_a_call_that_a_newer_file_has_again_counts_once_by_name(
    sources, put, convert, settings
):
    put("a.log.csv", "a,b\n1,2\n", hour=1)
    put("b.log.csv", "a,b\n3,4\n", hour=2)
    usage, _, _ = sources(CALLS, COLUMNS)

    rows = convert(usage, "2026-08", "sum(request_count), sum(output_tokens)")

    assert rows == [(5, 150)]
    with asked() as db:
        reasons = db.execute(
            f"select reason, sum(row_count) from ({left_out(settings.ledger_dir)}) "
            "group by all order by all"
        ).fetchall()
    assert reasons == [
        ("a newer row has its id", 5),
        ("summed into the row of its hour", 3),
    ]


def test_sessions_are_summed_up_and_the_last_outcome_decides(sources, put, convert):
    put("a.log.csv", "a,b\n1,2\n")
    _, _, sessions = sources(CALLS, COLUMNS)

    rows = convert(
        sessions, "2026-08", "session_id, outcome, request_count, output_tokens"
    )

    assert rows == [("s1", "won", 3, 60), ("s2", None, 1, 40)]


def test_of_many_calls_some_are_kept_and_stand_for_all(sources, put, convert):
    put("a.log.csv", "a,b\n1,2\n")
    many = ", ".join(
        f"(timestamp '2026-08-03 10:00', 'r{n}', null, 'OpenAI', 'm', {n}, false, "
        "null, null)"
        for n in range(1000)
    )
    _, samples, _ = sources(many, COLUMNS)

    [(count, weight, calls)] = convert(
        samples,
        "2026-08",
        "count(*), any_value(sample_weight), count(distinct request_id)",
    )

    assert (count, weight, calls) == (SAMPLED_CALLS, Decimal(5), SAMPLED_CALLS)


ENDED = """
    (timestamp '2026-08-03 10:05', 'r1', 'l1', 'OpenAI', 'v3', 10, false, true),
    (timestamp '2026-08-03 10:06', 'r2', 'l2', 'OpenAI', 'v3', 20, false, false),
    (timestamp '2026-08-03 10:07', 'r3', 'l3', 'OpenAI', 'v4', 30, true, true),
    (timestamp '2026-08-03 10:08', 'r4', 'l4', 'OpenAI', 'v4', 40, false, true),
    (timestamp '2026-08-03 10:09', 'r5', 'l4', 'OpenAI', 'v4', 50, false, true)
"""


def test_an_answer_that_is_cut_off_counts_with_its_prompt(sources, put, convert):
    put("a.log.csv", "a,b\n1,2\n")
    usage, _, _ = sources(
        ENDED,
        "requested_at, request_id, logical_request_id, provider_name, prompt_version, "
        "output_tokens, is_failed, is_truncated",
    )

    rows = convert(
        usage,
        "2026-08",
        "prompt_version, request_count, truncated_request_count, "
        "truncated_output_tokens",
    )

    # r3 failed and r4 was asked again: neither is an answer that was cut off.
    assert sorted(rows) == [("v3", 2, 1, 10), ("v4", 3, 1, 50)]


def test_a_log_that_never_says_why_an_answer_ended_knows_no_cut(sources, put, convert):
    put("a.log.csv", "a,b\n1,2\n")
    usage, _, _ = sources(CALLS, COLUMNS)

    rows = convert(usage, "2026-08", "truncated_request_count, prompt_name")

    assert rows == [(None, None), (None, None)]


def test_a_log_that_is_too_long_to_be_kept_gives_the_same_rows(
    sources, put, convert, monkeypatch
):
    put("a.log.csv", "a,b\n1,2\n")
    put("b.log.csv", "a,b\n3,4\n", hour=1)
    kept = [convert(source, "2026-08", "*") for source in sources(CALLS, COLUMNS)]

    # Ten rows are read, five of which a newer file has again.
    monkeypatch.setattr(made_once, "MOST_ROWS", 9)
    put("a.log.csv", "a,b\n1,2\n", hour=2)
    put("b.log.csv", "a,b\n3,4\n", hour=3)
    again = [convert(source, "2026-08", "*") for source in sources(CALLS, COLUMNS)]

    assert again == kept
    assert [len(rows) for rows in kept] == [2, 5, 2]


def test_of_files_of_the_same_moment_all_sources_of_a_log_take_the_same(
    sources, put, convert
):
    # Their ids differ from source to source, and so does the order of the ids.
    for name in "abcdefgh":
        put(f"{name}.log.csv", f"a,b\n{name},2\n")

    last = sha256(b"a,b\nh,2\n").hexdigest()
    for source in sources(CALLS, COLUMNS):
        rows = convert(source, "2026-08", "distinct delivery_id")
        assert rows == [(delivery_id(source.name, "", ("2026-08",), [last]),)]
