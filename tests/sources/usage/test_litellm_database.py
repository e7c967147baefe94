"""LiteLLM's own Postgres, started here: its rows are those of a dump of it."""

import csv
import io
import json

import adbc_driver_postgresql.dbapi as postgresql
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from in_memory import asked

from pipelines.landing.deliveries import load, record, scan
from pipelines.landing.source import ExportError, TransientError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.usage.litellm import SOURCES

USAGE, SAMPLES, SESSIONS = SOURCES
VARIABLE = "LITELLM_DATABASE_URL"
COLUMNS = """
    request_id text primary key, call_type text, api_key text,
    spend double precision, prompt_tokens integer, completion_tokens integer,
    "startTime" timestamp(3), "endTime" timestamp(3),
    "completionStartTime" timestamp(3), model text, custom_llm_provider text,
    "user" text, metadata jsonb, cache_hit text, request_tags jsonb, team_id text,
    end_user text, session_id text, status text, messages jsonb,
    requester_ip_address text
"""
SECRET = "the prompt that nobody may keep"
USAGE_OBJECT = {
    "prompt_tokens": 1000,
    "completion_tokens": 50,
    "prompt_tokens_details": {"cached_tokens": 600},
}


@pytest.fixture
def database(postgres_server, monkeypatch):
    """Give a function that runs statements; each test begins with an empty table."""

    def run(*statements):
        with (
            postgresql.connect(postgres_server, autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)

    run('drop table if exists "LiteLLM_SpendLogs"')
    run(f'create table "LiteLLM_SpendLogs" ({COLUMNS})')
    monkeypatch.setenv(VARIABLE, postgres_server)
    return run


@pytest.fixture
def from_database(settings):
    """Give settings that name the variable."""
    chosen = settings.litellm.model_copy(update={"database_url_variable": VARIABLE})
    return settings.model_copy(update={"litellm": chosen})


def row(number, day=3, **fields):
    return {
        "request_id": f"r{number}",
        "call_type": "acompletion",
        "api_key": "88dc28",
        "spend": 1.25e-05,
        "prompt_tokens": 1000,
        "completion_tokens": 50,
        "startTime": f"2026-08-{day:02} 10:15:00.250",
        "endTime": f"2026-08-{day:02} 10:15:02",
        "completionStartTime": f"2026-08-{day:02} 10:15:00.750",
        "model": "gpt-4o",
        "custom_llm_provider": "openai",
        "user": "",
        "metadata": json.dumps({"usage_object": USAGE_OBJECT}),
        "cache_hit": "False",
        "request_tags": '["feature:answers"]',
        "team_id": "team-1",
        "end_user": "acme",
        "session_id": f"s{number}",
        "status": "success",
        "messages": json.dumps(SECRET),
        "requester_ip_address": "192.0.2.7",
    } | fields


def insert(*rows):
    names = ", ".join(f'"{name}"' for name in rows[0])
    values = ", ".join(
        "(" + ", ".join("'" + str(v).replace("'", "''") + "'" for v in r.values()) + ")"
        for r in rows
    )
    return f'insert into "LiteLLM_SpendLogs" ({names}) values {values}'


@pytest.fixture
def converted():
    """Land and convert as a build does; give the rows of all three tables."""

    def rows(settings, period="2026-08"):
        landing = scan(settings, SOURCES)
        assert landing.refusals == ()
        found = []
        for source in SOURCES:
            partition = write_partition(
                settings, source, landing.of(source, period), period
            )
            with asked() as db:
                found.append(
                    db.execute(
                        "select * exclude (delivery_id, source_row_number) "
                        f"from '{partition.files[0]}' order by all"
                    ).fetchall()
                )
        return found

    return rows


def files_of(settings):
    return sorted(settings.stores_dir.rglob("*.parquet"))


def test_the_database_says_the_same_as_csv_and_parquet(
    database, from_database, settings, put, converted
):
    rows = [
        row(1),
        row(2, cache_hit="True", spend=0.0),
        row(3, day=4, status="failure", prompt_tokens=0, metadata="{}"),
    ]
    database(insert(*rows))
    of_database = converted(from_database)

    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    put("log.csv", text.getvalue())
    of_csv = converted(settings)
    (settings.exports_dir / "log.csv").unlink()
    parquet = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), parquet)
    put("log.parquet", parquet.getvalue())
    of_parquet = converted(settings)

    assert of_database == of_csv == of_parquet
    # Three calls in two hours, of three conversations.
    assert [len(rows) for rows in of_csv] == [2, 3, 3]


def test_a_day_is_a_delivery_and_is_found_again_without_the_database(
    database, from_database
):
    database(insert(row(1), row(2, day=4)))

    landing = scan(from_database, SOURCES)
    record(from_database.deliveries_file, landing, SOURCES)
    loaded = load(from_database)

    names = [d.names[0] for d in landing.deliveries if d.source == "litellm"]
    assert names == [
        f"postgresql://{VARIABLE}/LiteLLM_SpendLogs/2026-08-{day}.parquet"
        for day in ("03", "04")
    ]
    assert all(file.is_file() for d in loaded.deliveries for file in d.files)


def test_what_is_new_is_fetched_and_what_came_late(database, from_database, converted):
    database(insert(row(1, day=3), row(2, day=10)))
    converted(from_database)
    before = {path: path.stat().st_mtime_ns for path in files_of(from_database)}

    # One of a new day, one of a new day long ago, and one more of a day that is there.
    database(insert(row(4, day=11), row(5, day=2), row(6, day=3, end_user="other")))
    usage, *_ = converted(from_database)

    assert len(usage) == 5
    days = {path.stem[-2:]: path.stat().st_mtime_ns for path in files_of(from_database)}
    assert list(days) == ["02", "03", "10", "11"]
    third, tenth = before.values()
    assert (days["03"] > third, days["10"] == tenth) == (True, True)


def test_a_call_that_was_written_over_is_read_again(database, from_database, converted):
    database(insert(row(1, day=10)))
    converted(from_database)
    database('update "LiteLLM_SpendLogs" set completion_tokens = 70')

    usage, *_ = converted(from_database)

    assert 70 in usage[0]


def test_a_day_that_the_gateway_deleted_stays(database, from_database, converted):
    database(insert(row(1)))
    whole = converted(from_database)
    database('delete from "LiteLLM_SpendLogs"')

    assert converted(from_database) == whole


def test_prompts_and_addresses_do_not_leave_the_database(
    database, from_database, converted
):
    database(insert(row(1)))
    converted(from_database)

    [copy] = files_of(from_database)
    names = set(pq.read_schema(copy).names)
    assert "metadata" in names
    assert not names & {"messages", "requester_ip_address"}
    assert SECRET.encode() not in copy.read_bytes()


def test_a_database_that_cannot_be_read_is_named_by_its_variable_alone(
    postgres_server, from_database, monkeypatch
):
    address = (
        postgres_server.replace("///postgres", "///nowhere") + "&password=hush-hush"
    )
    monkeypatch.setenv(VARIABLE, address)

    with pytest.raises(TransientError) as caught:
        scan(from_database, SOURCES)

    said = str(caught.value)
    assert said.startswith(f"postgresql://{VARIABLE}/LiteLLM_SpendLogs: cannot be read")
    assert "hush-hush" not in said
    assert "nowhere" not in said
    assert caught.value.__cause__ is None


def test_an_empty_variable_is_refused(from_database, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)

    with pytest.raises(ExportError, match=f"environment variable {VARIABLE} is empty"):
        scan(from_database, SOURCES)


def test_without_the_setting_no_database_is_asked(settings, monkeypatch):
    monkeypatch.setenv(VARIABLE, "postgresql://nowhere.example.com/")

    assert scan(settings, SOURCES).deliveries == ()
