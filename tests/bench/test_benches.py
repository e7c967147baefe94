"""The benches measure what they say: whole exports, real partitions, tiny ones here."""

import duckdb
import pytest

from bench import convert, demo, ledger, memory, official_validator, rerun
from bench.exports import EXPORTS
from pipelines.landing.deliveries import scan
from pipelines.landing.source import quoted
from pipelines.ledger.partitions import partition_path

ROWS = 1_000
PROVIDERS = [name for name in EXPORTS if name != "openrouter"]


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def table(text):
    """Give the rows of a printed table, without head and rule."""
    return [cells(line) for line in text.splitlines() if line.startswith("| ")][2:]


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_row_of_a_made_export_becomes_a_row_of_one_month(name, tmp_path):
    assert ledger.write(tmp_path, ROWS, name).row_count == ROWS

    export, settings = EXPORTS[name], ledger.settings_of(tmp_path)
    landing = scan(settings, [export.source])
    assert landing.periods(export.source) == [export.period]
    assert landing.refusals == ()


def test_no_two_rows_of_a_made_export_are_equal(tmp_path):
    EXPORTS["openrouter"].make(tmp_path, ROWS)
    (path,) = tmp_path.iterdir()

    with duckdb.connect() as db:
        rows, ids = db.execute(
            f"select count(*), count(distinct generation_id) from {quoted(path)}"
        ).fetchone()

    assert rows == ids == ROWS


@pytest.mark.parametrize("name", ["aws", "gcp", "openai"])
def test_a_conversion_is_compared_with_a_copy_of_the_same_files(name, capsys):
    convert.report([name], ROWS, ["copy", "convert"], repeat=1)

    copied, converted = table(capsys.readouterr().out)
    assert copied[:3] == [name, "1,000", "copy"]
    assert converted[:3] == [name, "1,000", "convert"]
    assert copied[5] == "1.00"
    assert float(converted[5]) > 0


def test_a_child_that_fails_is_no_measurement(tmp_path):
    (tmp_path / "exports").mkdir()

    failed = convert.child(convert.MODULE, "convert", "gcp", tmp_path)

    assert failed.failed
    assert failed.cpu == 0


def test_memory_is_compared_with_that_of_the_first_size(capsys):
    memory.report("aws", [ROWS, 2 * ROWS])

    small, large = table(capsys.readouterr().out)
    assert small[1:2] + small[4:] == ["1,000", "1.00"]
    assert large[1] == "2,000"


def test_a_month_that_is_delivered_again_is_the_only_stale_one(tmp_path):
    settings = ledger.settings_of(tmp_path)
    for back in (0, 1, 2):
        rerun.deliver(tmp_path, back, ROWS)

    first = rerun.convert(settings)
    rerun.deliver(tmp_path, 0, ROWS + 1)
    second = rerun.convert(settings)

    places = [
        partition_path(settings.ledger_dir, rerun.SOURCE, period)
        for period in ("2026-08", "2026-09", "2026-10")
    ]
    with duckdb.connect() as db:
        rows = [
            db.execute(f"select count(*) from {quoted(place)}").fetchone()[0]
            for place in places
        ]
    assert (first, second) == (3, 1)
    assert rows == [ROWS, ROWS, ROWS + 1]


def test_the_validator_s_bench_is_skipped_where_it_is_not_installed(
    capsys, monkeypatch, tmp_path
):
    monkeypatch.setattr(official_validator, "PYTHON", tmp_path / "bin" / "python")

    official_validator.report(ROWS, 1)

    assert "skipped" in capsys.readouterr().out


@pytest.mark.skipif(
    not official_validator.PYTHON.exists(), reason="make official-validator installs it"
)
def test_the_validator_and_ours_judge_the_same_rows(capsys):
    official_validator.report(ROWS, 1)

    ours, theirs = table(capsys.readouterr().out)
    assert ours[:2] == ["1,000", "unitmill"]
    assert theirs[:2] == ["1,000", "official validator"]
    assert float(theirs[4]) > 1


@pytest.mark.slow
def test_every_step_of_a_build_has_a_part_that_says_what_it_does(sample_home):
    parts = demo.steps(sample_home)

    assert set(parts) == {demo.CONVERT, *demo.PARTS.values()}
    assert parts[demo.PARTS["models"]][0] == 1
    assert all(seconds > 0 for _, seconds in parts.values())
