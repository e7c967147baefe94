"""A forgotten person is in no row any more, and it is said where they still are."""

import json

import duckdb
import pytest

from pipelines.landing.deliveries import record, scan
from pipelines.landing.persons import persons_of
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import ExportError
from pipelines.ledger.files import parts
from pipelines.ledger.inputs import compare
from pipelines.ledger.partitions import recorded_inputs, write_partition
from pipelines.publishing.forgetting import change_key, forget
from pipelines.publishing.lock import BusyError, held

ALICE, BOB = "alice@corp.example", "bob@corp.example"


@pytest.fixture
def source(invent):
    return invent(
        select=lambda _, deliveries, __: (
            f"select 1.5 as BilledCost, 'USD' as BillingCurrency, 'by {ALICE}' as "
            f"ResourceName, ['{BOB}'] as x_By, '{deliveries[0].delivery_id}' as "
            "x_DeliveryId, 1 as x_SourceRowNumber, 1 as x_SourceRowPart"
        )
    )


@pytest.fixture
def build(settings, source):
    """Land and convert what lies in the exports folder; give what was stale."""

    def once():
        landing = scan(settings, [source])
        record(settings.deliveries_file, landing, [source], Privacy.of(settings))
        stale = compare(settings, [source], landing).stale
        for item in stale:
            write_partition(settings, source, item.deliveries, item.period)
        return [item.period for item in stale]

    return once


@pytest.fixture
def ledger(settings):
    def rows():
        [path] = parts(settings.ledger_dir / "focus" / "acme" / "2026-08")
        with duckdb.connect() as db:
            return db.execute(f"select ResourceName, x_By from '{path}'").fetchall()

    return rows


def _version(settings, name, text, *, is_current=False):
    """Write a version as far as forgetting looks into it."""
    folder = settings.versions_dir / name
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as db:
        db.execute("create table t as select $1 as owner", [text])
    (folder / "warehouse.duckdb").chmod(0o444)
    said = {"published_at": "2026-11-30T00:00:00+00:00"}
    (folder / "manifest.json").write_text(json.dumps(said))
    folder.chmod(0o555)
    if is_current:
        (settings.versions_dir / "current").symlink_to(name)


def test_the_ledger_loses_the_person_now_and_every_later_conversion(
    settings, source, build, ledger, put
):
    put("acme.csv", "1")
    assert build() == ["2026-08"]
    persons = persons_of(settings)
    bob = persons.word(BOB)
    assert ledger() == [(f"by {persons.word(ALICE)}", [bob])]
    path = settings.ledger_dir / "focus" / "acme" / "2026-08"
    before = recorded_inputs(path)

    found = forget(settings, " Alice@CORP.example", delete_versions=False)

    assert found.rewritten == (path,)
    assert ledger() == [("by (forgotten)", [bob])]
    # A build sees that the ledger is another one, and has nothing to convert.
    assert recorded_inputs(path) != before
    assert build() == []
    put("acme.csv", "2", hour=1)
    assert build() == ["2026-08"]
    assert ledger() == [("by (forgotten)", [bob])]
    assert ALICE not in (settings.home_dir / "privacy" / "forgotten.json").read_text()


def test_old_versions_that_hold_the_person_are_removed_and_never_the_current_one(
    settings, build, put
):
    put("acme.csv", "1")
    build()
    alice = persons_of(settings).word(ALICE)
    _version(settings, "20260901T000000Z-a", f"by {alice}")
    _version(settings, "20260902T000000Z-b", "nobody")
    _version(settings, "20260903T000000Z-c", alice, is_current=True)

    listed = forget(settings, ALICE, delete_versions=False)
    removed = forget(settings, ALICE, delete_versions=True)

    assert (listed.versions, listed.current) == (("20260901T000000Z-a",), True)
    assert removed.deleted == ("20260901T000000Z-a",)
    assert sorted(path.name for path in settings.versions_dir.iterdir()) == [
        "20260902T000000Z-b",
        "20260903T000000Z-c",
        "current",
    ]


def test_rows_that_a_spark_made_are_removed_and_nothing_beside_them(settings):
    made = settings.work_dir / "made" / "marts" / "fct_x" / "0f.parquet"
    handed = settings.work_dir / "handed" / "dim_x.parquet"
    other = settings.work_dir / "notes.txt"
    for file in (made, handed, other):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("rows", "utf-8")

    forget(settings, "ada@corp.example", delete_versions=False)

    assert [file.exists() for file in (made, handed, other)] == [False, False, True]


def test_names_of_exports_and_other_files_that_tell_the_person_are_listed(
    settings, build, put
):
    put(f"acme-{ALICE}.csv", "1")
    build()
    word = persons_of(settings).word(f"acme-{ALICE}")
    sent = settings.home_dir / "alerts" / "notifications.jsonl"
    sent.parent.mkdir()
    sent.write_text(f'{{"message": "{word} is over budget"}}')

    found = forget(settings, f"acme-{ALICE}", delete_versions=False)

    assert found.exports == (f"acme-{ALICE}.csv",)
    assert sent in found.files
    stored = duckdb.sql(f"select file_names from '{settings.deliveries_file}'")
    assert stored.fetchall() == [([f"{word}.csv"],)]


def test_a_new_key_makes_months_with_persons_stale_and_names_those_without_exports(
    settings, build, ledger, put
):
    put("acme.csv", "1")
    build()
    before = ledger()

    assert change_key(settings) == (1, [])
    assert build() == ["2026-08"]
    assert ledger() != before

    (settings.exports_dir / "acme.csv").unlink()
    build()
    count, kept = change_key(settings)
    assert (count, [path.name for path in kept]) == (0, ["2026-08"])
    assert build() == []


def test_a_version_by_an_older_key_cannot_be_searched_and_counts_as_holding(
    settings, build, put
):
    put("acme.csv", "1")
    build()
    _version(settings, "20260901T000000Z-a", "nobody")
    change_key(settings)

    found = forget(settings, ALICE, delete_versions=False)

    assert found.versions == ("20260901T000000Z-a",)


def test_what_is_no_address_and_a_home_in_use_are_refused(settings, monkeypatch):
    for said in ("alice", "*@corp.example", "", "@corp.example", "a b@corp.example"):
        with pytest.raises(ExportError, match="is no address; expected one like"):
            forget(settings, said, delete_versions=False)
    assert not (settings.home_dir / "privacy").exists()

    with held(settings, "unitmill build"):
        monkeypatch.setattr("pipelines.publishing.lock._held", set())
        with pytest.raises(BusyError, match="unitmill build"):
            forget(settings, ALICE, delete_versions=False)


def test_a_version_whose_database_is_gone_or_cut_off_stops_no_forgetting(
    settings, build, ledger, put
):
    put("acme.csv", "1")
    build()
    for name in ("20260901T000000Z-a", "20260902T000000Z-b"):
        _version(settings, name, "nobody")
        (settings.versions_dir / name).chmod(0o755)
    (settings.versions_dir / "20260901T000000Z-a" / "warehouse.duckdb").unlink()
    cut = settings.versions_dir / "20260902T000000Z-b" / "warehouse.duckdb"
    cut.chmod(0o644)
    cut.write_bytes(cut.read_bytes()[:1000])

    found = forget(settings, ALICE, delete_versions=False)

    assert ledger()[0][0] == "by (forgotten)"
    assert sorted(found.versions) == ["20260901T000000Z-a", "20260902T000000Z-b"]


def test_a_month_with_hashes_by_an_older_key_is_named(settings, build, put):
    put("acme.csv", "1")
    build()
    path = settings.ledger_dir / "focus" / "acme" / "2026-08"
    (settings.exports_dir / "acme.csv").unlink()
    assert forget(settings, "c@corp.example", delete_versions=False).unsearched == ()
    change_key(settings)
    build()

    found = forget(settings, ALICE, delete_versions=False)

    assert (found.rewritten, found.unsearched) == ((), (path,))


def test_who_is_forgotten_does_not_come_back_with_a_lost_key(settings, build, put):
    put("acme.csv", "1")
    build()
    forget(settings, ALICE, delete_versions=False)
    (settings.home_dir / "privacy" / "keys.json").unlink()

    with pytest.raises(ExportError, match=r"the 1 in forgotten\.json beside it"):
        build()


@pytest.mark.parametrize("content", ["", "5", '{"a": 1}', "[1]"])
def test_a_damaged_list_of_the_forgotten_is_refused(settings, content):
    persons_of(settings)
    (settings.home_dir / "privacy" / "forgotten.json").write_text(content)

    with pytest.raises(ExportError, match="nobody knows who is to be forgotten"):
        persons_of(settings)
