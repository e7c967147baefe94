"""`unitmill tables` and `describe`: every table is found, with what it means."""

import re

import duckdb
import pytest

from pipelines.cli.catalog import _example
from pipelines.publishing.versions import current
from pipelines.settings import DBT_DIR

pytestmark = pytest.mark.slow
MARTS = sorted(path.stem for path in (DBT_DIR / "models" / "marts").glob("*/*.sql"))


@pytest.fixture
def version(sample_settings):
    database = current(sample_settings).database
    with duckdb.connect(str(database), read_only=True) as db:
        yield db


def test_every_mart_is_listed_with_its_question_and_rows_and_the_ledger_after_them(
    command, sample_settings, version
):
    [(count,)] = version.execute("select count(*) from fct_charges_daily").fetchall()

    text = command("tables", settings=sample_settings).stdout
    lines = [line.rstrip() for line in text.splitlines()]

    names = [line.split()[0] for line in lines if line]
    assert set(MARTS) <= set(names)
    assert lines[0] == "costs"
    assert lines[1].split(maxsplit=2) == [
        "fct_charges_daily",
        f"{count:,}",
        "What did we spend, on what, where and when?",
    ]
    assert names.index("focus") > max(map(names.index, MARTS))


def test_a_pattern_finds_a_part_of_a_name(command, sample_settings):
    lines = command("tables", "TOKEN", settings=sample_settings).stdout.splitlines()

    found = [line.split()[0] for line in lines if line.startswith(("fct", "token"))]
    assert found == [
        "fct_blended_token_costs_monthly",
        "fct_token_costs_daily",
        "fct_token_drifts",
        "token_prices",
    ]


def test_every_column_of_every_table_has_its_meaning_in_the_published_file(version):
    bare = version.execute(
        "select table_name, column_name from duckdb_columns() "
        "where not internal and comment is null"
    ).fetchall()
    words = dict(
        version.execute(
            "select column_name, comment from duckdb_columns() "
            "where schema_name = 'main' and table_name = 'fct_token_costs_daily'"
        ).fetchall()
    )

    assert bare == []
    assert words["token_count"] == "Tokens of this meter that were billed."


def test_the_ledger_and_its_tables_have_their_meaning_in_the_published_file(version):
    bare = version.execute(
        "select view_name from duckdb_views() "
        "where schema_name = 'main' and not internal and comment is null"
    ).fetchall()
    [(category,)] = version.execute(
        "select comment from duckdb_columns() where schema_name = 'main' "
        "and table_name = 'focus' and column_name = 'ChargeCategory'"
    ).fetchall()

    assert bare == []
    assert category.endswith("one of: Usage | Purchase | Tax | Credit | Adjustment.")


def test_a_table_is_described_with_months_rows_columns_and_a_query(
    command, sample_settings
):
    text = command("describe", "fct_token_costs_daily", settings=sample_settings).stdout

    head = text.splitlines()[0]
    assert re.fullmatch(r"fct_token_costs_daily: [\d,]+ rows, 2026-08 to 2026-10", head)
    assert "What did a thousand and a million tokens cost?" in text
    assert re.search(
        r"^token_count +decimal\(38,12\)  Tokens of this meter", text, re.MULTILINE
    )
    assert "where billing_period_start = '2026-10-01'" in text


def test_the_query_of_every_description_answers(command, sample_settings, version):
    for name in MARTS[::8]:
        text = command("describe", name, settings=sample_settings).stdout
        version.execute(text[text.rindex("\nselect ") :]).fetchall()


def test_a_misspelt_table_is_answered_with_its_neighbours(command, sample_settings):
    done = command("describe", "fct_token_cost_daily", settings=sample_settings)

    assert done.returncode == 2
    assert "did you mean fct_token_costs_daily" in done.stderr


def test_the_first_query_of_a_table_without_names_answers():
    with duckdb.connect() as db:
        db.execute(
            "create table rpt as select timestamp '2026-10-01' as billing_period_start,"
            " 'a' as team_name, 1.5 as effective_cost from range(2)"
        )
        kinds = {
            "billing_period_start": "TIMESTAMP",
            "team_name": "VARCHAR",
            "effective_cost": "DECIMAL",
        }

        query = _example(db, "rpt", kinds)

        assert db.execute(query).fetchall() == [(3,)]
