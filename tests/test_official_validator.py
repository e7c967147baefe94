"""The second opinion: what is asked, and what becomes of an answer."""

import csv

import duckdb
import pytest

from official_validator.__main__ import PYTHON, report
from official_validator.findings import (
    Finding,
    Opinion,
    Reviewed,
    ask,
    outlived,
    read_baseline,
    unreviewed,
)
from official_validator.views import View, write_views
from pipelines.focus.schema import ledger_types
from pipelines.focus.views import focus_v1_2
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR

LINE = Reviewed("RegionName-C-005-C", "gcp", "provider", "The export has only the id")
EVERYWHERE = Reviewed("InvoiceId-C-004-C", "*", "validator", "Asked of every row")
KNOWN = Finding("RegionName-C-005-C", "gcp", 565, "RegionName MUST NOT be NULL.")
ELSEWHERE = Finding("RegionName-C-005-C", "aws", 7, "RegionName MUST NOT be NULL.")


def opinion(tmp_path, *findings):
    view = View(findings[0].source_name, tmp_path / "view.parquet", 1000)
    return Opinion(view, {"passed": 3, "failed": 1, "skipped": 2}, findings)


def test_a_failure_is_reviewed_for_one_source_or_for_every_one():
    other = Finding("InvoiceId-C-004-C", "oci", 9, "InvoiceId MUST be NULL.")

    new = unreviewed([KNOWN, ELSEWHERE, other], [LINE, EVERYWHERE])

    assert new == [ELSEWHERE]


def test_a_line_that_nothing_fails_any_more_is_named():
    assert outlived([ELSEWHERE], [LINE]) == [LINE]
    assert outlived([KNOWN], [LINE]) == []


def test_a_new_failure_is_named_and_not_passed_over(tmp_path, capsys):
    assert report([opinion(tmp_path, ELSEWHERE)]) is False

    said = capsys.readouterr().out
    assert "NEW: aws fails RegionName-C-005-C in 7 rows" in said
    assert "GONE: gcp no longer fails RegionName-C-005-C" in said
    assert "1 failures, 0 of them reviewed" in said


def test_a_reviewed_failure_passes(tmp_path, capsys):
    assert report([opinion(tmp_path, KNOWN)]) is True
    assert "NEW" not in capsys.readouterr().out


def test_every_line_of_the_baseline_says_whose_failure_it_is_and_why():
    lines = read_baseline()
    keys = [(line.rule_id, line.source_name) for line in lines]

    assert len(lines) > 50
    assert len(set(keys)) == len(keys)
    assert {line.cause for line in lines} == {"validator", "provider", "unitmill"}
    assert [line for line in lines if len(line.reason) < 20] == []


def test_a_known_gap_of_the_baseline_is_one_of_the_seed():
    seed = PROJECT_DIR / "dbt_project" / "seeds" / "focus_known_gaps.csv"
    with seed.open(encoding="utf-8", newline="") as lines:
        gaps = {(row["source_name"], row["rule_id"]) for row in csv.DictReader(lines)}

    said = {line.source_name for line in read_baseline() if "Known gap" in line.reason}

    assert said == {"aws", "ferrum"}
    assert {(name, "SkuPriceDetails-only-with-SkuPriceId") for name in said} <= gaps


def test_key_values_of_focus_1_2_are_text_that_every_reader_knows():
    columns = ", ".join(f'null::{kind} as "{n}"' for n, kind in ledger_types().items())

    with duckdb.connect() as db:
        shown = db.execute(f"describe {focus_v1_2(f'(select {columns})')}").fetchall()

    kinds = {name: kind for name, kind, *_ in shown}
    assert ledger_types()["Tags"] == ledger_types()["SkuPriceDetails"] == "JSON"
    assert kinds["Tags"] == kinds["SkuPriceDetails"] == "VARCHAR"
    assert "JSON" not in kinds.values()


@pytest.mark.slow
def test_every_row_of_a_source_is_shown_in_focus_1_2(sample_settings, tmp_path):
    database = current(sample_settings).database

    views = write_views(database, tmp_path, 1_000_000)
    bounded = write_views(database, tmp_path, 10)

    with duckdb.connect(str(database), read_only=True) as db:
        rows = dict(
            db.execute(
                "select x_SourceName, count(*) from focus group by all"
            ).fetchall()
        )
        shown = db.execute("describe focus_v1_2").fetchall()
        written = db.execute(f"describe from '{views[0].path}'").fetchall()
    assert {view.source_name: view.row_count for view in views} == rows
    assert {v.source_name: v.row_count for v in bounded} == {
        source: min(count, 10) for source, count in rows.items()
    }
    assert len(written) == 57
    assert written == shown


@pytest.mark.slow
@pytest.mark.skipif(not PYTHON.exists(), reason="make official-validator installs it")
def test_the_validator_reads_a_view_and_finds_a_planted_fault(
    sample_settings, tmp_path
):
    (view,) = [
        view
        for view in write_views(current(sample_settings).database, tmp_path, 1000)
        if view.source_name == "openrouter"
    ]
    broken = tmp_path / "broken.parquet"
    with duckdb.connect() as db:
        db.execute(
            f"copy (select * replace ('usd' as BillingCurrency) from '{view.path}') "
            f"to '{broken}' (format parquet)"
        )

    good, bad = ask(PYTHON, [view, View("openrouter", broken, view.row_count)])

    new = unreviewed(bad.findings, read_baseline())
    assert unreviewed(good.findings, read_baseline()) == []
    # No currency code of FOCUS, and no national currency.
    assert [(f.rule_id, f.failing_row_count) for f in new] == [
        ("BillingCurrency-C-003-M", view.row_count),
        ("BillingCurrency-C-006-M", view.row_count),
    ]
