"""A month in many parts has the rows of the month at once, all of them or the old."""

import csv
import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from older_ledger import as_before

from pipelines.landing.deliveries import record, scan
from pipelines.landing.source import ExportError
from pipelines.ledger import planning
from pipelines.ledger.content import content_of, damage, remove_leftovers
from pipelines.ledger.conversion import convert
from pipelines.ledger.files import (
    partition_path,
    parts,
    record_of,
    sql_list,
)
from pipelines.ledger.partitions import put_parts, recorded_inputs, write_partition
from pipelines.ledger.parts import write_part
from pipelines.ledger.planning import planned
from pipelines.ledger.stale import stale_partitions
from pipelines.ledger.summary import by_month
from pipelines.ledger.tally import ledger_rows, left_out
from pipelines.sources.cost import aws, azure, azure_focus, focus_export

SAMPLES = Path(__file__).parents[2] / "sample_exports"
SOURCES = (aws.SOURCE, azure.SOURCE, azure_focus.SOURCE, focus_export.SOURCE)
CHARGE = (
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,"
    "ChargeCategory,ChargePeriodEnd,ChargePeriodStart,EffectiveCost\n"
    "{0},a-1,USD,2026-09-01T00:00:00Z,2026-08-01T00:00:00Z,"
    "Usage,2026-08-03T00:00:00Z,2026-08-02T00:00:00Z,{0}\n"
)


@pytest.fixture
def in_parts(monkeypatch):
    """Let each file be a part."""
    monkeypatch.setattr(planning, "PART_BYTES", 1)


@pytest.fixture(scope="module")
def of_sample():
    """Give the deliveries of each month of the sample company, of some sources."""

    def found(settings):
        settings = settings.model_copy(update={"exports": SAMPLES})
        landing = scan(settings, SOURCES)
        return {
            (source, period): landing.of(source, period)
            for source in SOURCES
            for period in landing.periods(source)
        }

    return found


def cut(delivery, folder):
    """Give a delivery with the rows of its files in more of them."""
    folder.mkdir(parents=True)
    files = [
        piece
        for path in delivery.files
        for piece in (_of_parquet if ".parquet" in path.name else _of_csv)(path, folder)
    ]
    return replace(delivery, files=tuple(files), names=tuple(f.name for f in files))


def _of_csv(path, folder):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    size = max(-(-len(rows) // 2), 1)
    for start in range(0, len(rows), size):
        piece = folder / f"{path.name.split('.')[0]}-{start}.csv"
        with piece.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows[start : start + size]])
        yield piece


def _of_parquet(path, folder):
    table = pq.read_table(path)
    size = max(-(-table.num_rows // 2), 1)
    for start in range(0, table.num_rows, size):
        piece = folder / f"{path.name.split('.')[0]}-{start}.parquet"
        pq.write_table(table.slice(start, size), piece)
        yield piece


def differences(one, other):
    with duckdb.connect() as db:
        names = [
            {row[0] for row in db.execute(f"describe from {rows}").fetchall()}
            for rows in (one, other)
        ]
        assert names[0] == names[1]
        picked = ", ".join(f'"{name}"' for name in sorted(names[0]))
        return db.execute(
            f"(select {picked} from {one} except all select {picked} from {other}) "
            f"union all "
            f"(select {picked} from {other} except all select {picked} from {one})"
        ).fetchall()


def rows_of(place):
    return f"read_parquet({sql_list(parts(place))}, union_by_name = true)"


def counted(sql):
    with duckdb.connect() as db:
        return sorted(db.execute(sql).fetchall())


def test_each_month_of_each_source_has_the_same_rows(
    settings, of_sample, tmp_path, monkeypatch
):
    whole, split = tmp_path / "whole", tmp_path / "split"
    for (source, period), deliveries in of_sample(settings).items():
        pieces = [
            cut(one, tmp_path / source.name / period / str(number))
            for number, one in enumerate(deliveries)
        ]
        place = f"focus/{source.name}/{period}"
        monkeypatch.setattr(planning, "PART_BYTES", 2**40)
        write_partition(settings, source, pieces, period, whole / place)
        monkeypatch.setattr(planning, "PART_BYTES", 1)
        made = write_partition(settings, source, pieces, period, split / place)

        assert len(parts(whole / place)) == 1
        assert len(made.files) == sum(len(one.files) for one in pieces) > 1
        assert differences(rows_of(whole / place), rows_of(split / place)) == []
    assert counted(left_out(whole)) == counted(left_out(split)) != []
    assert counted(ledger_rows_of_focus(whole)) == counted(ledger_rows_of_focus(split))


def ledger_rows_of_focus(ledger):
    return ledger_rows(ledger, ["focus"]).replace("delivery_id", "x_DeliveryId")


def test_a_delivery_of_two_months_is_counted_through(
    settings, of_sample, tmp_path, monkeypatch
):
    found = of_sample(settings)
    september, october = (found[aws.SOURCE, f"2026-{n}"][0] for n in ("09", "10"))
    both = replace(
        september,
        files=(*september.files, *october.files),
        names=(*september.names, *october.names),
        periods=("2026-09", "2026-10"),
    )
    pieces = [cut(both, tmp_path / "pieces")]
    places = [tmp_path / name / "2026-10" for name in ("whole", "split")]
    for place, size in zip(places, (2**40, 1), strict=True):
        monkeypatch.setattr(planning, "PART_BYTES", size)
        write_partition(settings, aws.SOURCE, pieces, "2026-10", place)

    assert len(parts(places[1])) > len(parts(places[0])) == 1
    assert differences(*map(rows_of, places)) == []


def test_files_of_other_columns_are_converted_together(
    settings, of_sample, tmp_path, in_parts
):
    found = of_sample(settings)
    august = found[aws.SOURCE, "2026-08"][0]
    [september] = found[aws.SOURCE, "2026-09"]
    mixed = replace(
        august,
        files=(*august.files, *september.files),
        names=(*august.names, *september.names),
    )

    assert len(planned(settings, aws.SOURCE, [mixed], "2026-08")) == 1


@pytest.fixture
def exported(put, settings):
    """Put a FOCUS export of many small files; give its deliveries of August."""

    def deliver(costs, hour=1):
        shutil.rmtree(settings.exports_dir)
        settings.exports_dir.mkdir()
        for number, cost in enumerate(costs, 1):
            put(f"run/focus_{number:05}.csv", CHARGE.format(cost), hour=hour)
        landing = scan(settings, [focus_export.SOURCE])
        assert landing.refusals == ()
        return landing.of(focus_export.SOURCE, "2026-08")

    return deliver


def costs(place):
    with duckdb.connect() as db:
        rows = f"select x_SourceRowNumber, BilledCost from {rows_of(place)} order by 1"
        return [(number, int(cost)) for number, cost in db.execute(rows).fetchall()]


def test_a_month_in_200_parts_has_the_rows_of_one(settings, exported, in_parts):
    made = write_partition(
        settings, focus_export.SOURCE, exported(range(200)), "2026-08"
    )

    assert len(made.files) == made.row_count == 200
    assert costs(made.path) == [(number + 1, number) for number in range(200)]


def test_the_same_files_are_the_same_parts(settings, exported, monkeypatch):
    deliveries = exported(range(9))
    size = deliveries[0].size // 9
    monkeypatch.setattr(planning, "PART_BYTES", size * 4)

    first, again = (
        planned(settings, focus_export.SOURCE, deliveries, "2026-08") for _ in "12"
    )

    assert first == again
    ranges = [part.deliveries[0].range for part in first]
    assert [(r.first, r.end, r.rows_before) for r in ranges] == [
        (0, 4, 0),
        (4, 8, 4),
        (8, 9, 8),
    ]


def test_a_bad_row_in_one_part_leaves_the_month_as_it_was(settings, exported, in_parts):
    place = write_partition(
        settings, focus_export.SOURCE, exported(range(5)), "2026-08"
    ).path
    before = sorted(place.iterdir())

    with pytest.raises(ExportError, match=r"focus_00004\.csv, row 1, column BilledC"):
        write_partition(
            settings, focus_export.SOURCE, exported([7, 7, 7, "x", 7]), "2026-08"
        )

    assert sorted(place.iterdir()) == before
    assert damage(place) == ""


@pytest.fixture
def written(settings, exported, in_parts):
    """Convert the parts of a month of three files, without putting them anywhere."""
    deliveries = exported([1, 2, 3])
    place = partition_path(settings.ledger_dir, focus_export.SOURCE, "2026-08")
    place.mkdir(parents=True)
    made = [
        write_part(
            settings,
            focus_export.SOURCE,
            part,
            "2026-08",
            "focus_export@1:d",
            place / f"{part.number}.tmp",
        )
        for part in planned(settings, focus_export.SOURCE, deliveries, "2026-08")
    ]
    return place, made


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda w: [w[0], w[2]], "part 2 of 3 is missing"),
        (lambda w: w[:2], "part 3 of 3 is missing"),
        (lambda w: [*w, w[1]], "part 2 of 3 is there 2 times"),
        (lambda w: [w[0], replace(w[0], number=2), w[2]], "is part 1 of 3 of focus_e"),
        (lambda w: [w[0], replace(w[1], row_count=9), w[2]], "has 1 rows of 9 that"),
        (
            lambda w: [w[0], replace(w[1], numbers={"d": (0, 1)}), w[2]],
            "begins after row 0 of d, the parts before it end with row 1",
        ),
    ],
    ids=["lost", "last lost", "repeated", "of another place", "other rows", "overlap"],
)
def test_parts_that_are_not_the_month_are_refused(written, harm, sentence):
    place, made = written
    made = [replace(one, numbers={"d": one.numbers.popitem()[1]}) for one in made]

    with pytest.raises(ExportError, match=sentence):
        put_parts(place, "focus_export@1:d", harm(made))

    assert parts(place) == []


def test_a_part_of_other_deliveries_is_refused(written):
    place, made = written

    with pytest.raises(ExportError, match=r"of focus_export@1:d; expected part 1 of 3"):
        put_parts(place, "focus_export@1:e", made)


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (lambda place: parts(place)[1].unlink(), "lacks 0002-of-0003-"),
        (
            lambda place: parts(place)[1].write_bytes(b"PAR1"),
            "has other bytes than were written, in 0002-of-0003-",
        ),
        (
            lambda place: record_of(place).write_text(
                "".join(record_of(place).read_text().splitlines(True)[:-1])
            ),
            "has a record of 2 parts, not of each of 3 once",
        ),
    ],
    ids=["lost", "changed", "not listed"],
)
def test_a_harmed_part_makes_the_month_stale(settings, exported, in_parts, harm, fault):
    source = focus_export.SOURCE
    made = write_partition(settings, source, exported([1, 2, 3]), "2026-08")
    harm(made.path)

    assert damage(made.path).startswith(fault)
    [item] = stale_partitions(settings.ledger_dir, scan(settings, [source]), [source])
    assert convert(settings, item) == []
    assert costs(made.path) == [(1, 1), (2, 2), (3, 3)]


def test_parts_that_no_record_names_are_nobodys_and_go(settings, exported, in_parts):
    place = write_partition(
        settings, focus_export.SOURCE, exported([1, 2]), "2026-08"
    ).path
    stray = place / f"0001-of-0003-{'a' * 16}.parquet"
    shutil.copyfile(parts(place)[0], stray)

    assert len(costs(place)) == 2
    assert damage(place) == ""
    remove_leftovers(settings.ledger_dir)
    assert not stray.exists()
    assert len(costs(place)) == 2


CONVERTING = """
import sys
from pipelines.landing.deliveries import scan
from pipelines.ledger import planning
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings
from pipelines.sources.cost import focus_export

planning.PART_BYTES = 1
kinds = [Settings(exports=exports, home=sys.argv[1]) for exports in sys.argv[2:]]
found = [
    (kind, scan(kind, [focus_export.SOURCE]).of(focus_export.SOURCE, "2026-08"))
    for kind in kinds
]
print("ready", flush=True)
while True:
    for kind, deliveries in found:
        write_partition(kind, focus_export.SOURCE, deliveries, "2026-08")
"""


def test_killed_at_any_moment_a_month_is_the_old_one_or_the_new(tmp_path, settings):
    for cost in (1, 2):
        folder = tmp_path / str(cost) / "run"
        folder.mkdir(parents=True)
        for number in range(1, 21):
            path = folder / f"focus_{number:05}.csv"
            path.write_text(CHARGE.format(cost))
            os.utime(path, (3600, 3600))
    place = partition_path(settings.ledger_dir, focus_export.SOURCE, "2026-08")
    for _ in range(3):
        child = subprocess.Popen(
            [
                sys.executable,
                "-c",
                CONVERTING,
                str(settings.home_dir),
                *(str(tmp_path / cost) for cost in "12"),
            ],
            stdout=subprocess.PIPE,
        )
        assert child.stdout.readline() == b"ready\n"
        while not record_of(place).exists():
            time.sleep(0.01)
        time.sleep(random.uniform(0.01, 0.7))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()

        assert damage(place) == ""
        numbers, said = zip(*costs(place), strict=True)
        assert numbers == tuple(range(1, 21))
        assert said in {(1,) * 20, (2,) * 20}


def test_a_home_of_one_file_a_month_goes_on_without_its_exports(
    settings, put, of_costs
):
    put("acme-1.csv", "cost\n1\n", hour=1)
    landing = scan(settings, [of_costs])
    record(settings.deliveries_file, landing, [of_costs])
    [item] = stale_partitions(settings.ledger_dir, landing, [of_costs])
    convert(settings, item)
    place = partition_path(settings.ledger_dir, of_costs, "2026-08")
    content, inputs = content_of(place), recorded_inputs(place)
    told = by_month(sql_list(parts(place)), "focus")

    old = as_before(place)
    (settings.exports_dir / "acme-1.csv").unlink()
    landing = scan(settings, [of_costs])
    record(settings.deliveries_file, landing, [of_costs])

    assert parts(place) == [old]
    assert (damage(place), content_of(place)) == ("", content)
    assert recorded_inputs(place) == inputs
    assert by_month(sql_list(parts(place)), "focus") == told
    assert stale_partitions(settings.ledger_dir, landing, [of_costs]) == []

    put("acme-1.csv", "cost\n2\n", hour=2)
    [item] = stale_partitions(
        settings.ledger_dir, scan(settings, [of_costs]), [of_costs]
    )
    convert(settings, item)
    assert not old.exists()
    assert not record_of(old).exists()
    assert [cost for _, cost in costs(place)] == [2]


def test_a_file_of_before_that_was_changed_is_named(settings, put, of_costs):
    put("acme-1.csv", "cost\n1\n")
    landing = scan(settings, [of_costs])
    [item] = stale_partitions(settings.ledger_dir, landing, [of_costs])
    convert(settings, item)
    place = partition_path(settings.ledger_dir, of_costs, "2026-08")
    as_before(place).write_bytes(b"PAR1")

    assert damage(place) == "has other bytes than were written"
