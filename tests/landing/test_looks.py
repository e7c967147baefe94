"""What is remembered of files that did not change, and when it is not believed."""

import json
import os
from datetime import UTC, datetime

import pytest

from pipelines.landing import identity, kept
from pipelines.landing.bills import Bill
from pipelines.landing.candidates import sniff
from pipelines.landing.deliveries import scan
from pipelines.landing.looks import OutOfTimeError, asked_once
from pipelines.landing.source import Drop, ExportError


@pytest.fixture
def memory(settings):
    return settings.home_dir / "landing" / "looks.json"


@pytest.fixture
def settled(monkeypatch):
    """Believe files at once that a test has only just written."""
    monkeypatch.setattr(identity, "JUST_NOW_NS", 0)


@pytest.fixture
def read():
    """Collect the names of files that a source has read."""
    return []


@pytest.fixture
def reading(invent, read):
    """Give a source that reads each file, with another function at each call."""

    def drops(candidates):
        for file in candidates:
            read.append(file.name)
            text = file.path.read_text()
            if "broken" in text:
                raise ExportError(f"acme: {file.name}: is broken; expected a bill")
            yield Drop((file,), (text.split("\n")[1],), file.name, file.modified)

    return lambda: invent("acme", drops=drops)


def two(put):
    return [put(f"acme-{n}.csv", f"month\n2026-0{n}\n") for n in (1, 2)]


@pytest.mark.usefixtures("settled")
def test_a_later_look_reads_no_file_that_did_not_change(settings, reading, put, read):
    """A sensor looks every minute, at thousands of files."""
    two(put)
    looks = [scan(settings, [reading()]) for _ in range(3)]
    assert read == ["acme-1.csv", "acme-2.csv"]
    assert looks[0] == looks[1] == looks[2]
    assert [d.periods for d in looks[2].deliveries] == [("2026-01",), ("2026-02",)]

    put("acme-2.csv", "month\n2026-12\n")
    changed = scan(settings, [reading()])
    assert read[2:] == ["acme-1.csv", "acme-2.csv"]
    assert [d.periods for d in changed.deliveries] == [("2026-01",), ("2026-12",)]


@pytest.mark.usefixtures("settled")
def test_what_was_refused_is_looked_at_again(settings, reading, put, read):
    put("acme-1.csv", "month\nbroken\n")
    for _ in range(2):
        assert len(scan(settings, [reading()]).refusals) == 1
    assert read == ["acme-1.csv", "acme-1.csv"]


def test_a_file_that_was_touched_just_now_is_not_believed(settings, reading, put, read):
    """Two changes within one step of a file system's clock leave the same time."""
    two(put)
    for _ in range(2):
        scan(settings, [reading()])

    assert len(read) == 4


@pytest.mark.usefixtures("settled")
def test_a_change_that_hides_its_time_is_seen(settings, reading, put, read):
    path, _ = two(put)
    scan(settings, [reading()])
    before = path.stat()
    path.write_text("month\n2026-09\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    landing = scan(settings, [reading()])

    assert [d.periods for d in landing.deliveries] == [("2026-09",), ("2026-02",)]


@pytest.mark.usefixtures("settled")
def test_the_bytes_of_a_small_file_decide(settings, reading, put, memory):
    """Some file systems know no time of a change."""
    path, _ = two(put)
    scan(settings, [reading()])
    path.write_text("month\n2026-09\n")
    found = path.stat()
    state = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
    values = json.loads(memory.read_text())
    values["files"]["acme-1.csv"][:4] = state
    memory.write_text(json.dumps(values))

    landing = scan(settings, [reading()])

    assert [d.periods for d in landing.deliveries] == [("2026-09",), ("2026-02",)]


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "{}", '{"made_by": "x", "lists": [], "files": {}}']
)
def test_a_damaged_memory_costs_time_and_nothing_else(
    settings, reading, put, memory, text
):
    two(put)
    before = scan(settings, [reading()])
    whole = json.loads(memory.read_text())
    memory.write_text(text)

    assert scan(settings, [reading()]) == before
    assert json.loads(memory.read_text()) == whole


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("part", ["lists", "files", "groups"])
def test_a_memory_with_another_shape_is_none(settings, reading, put, read, part):
    two(put)
    before = scan(settings, [reading()])
    memory = settings.hashes_file.with_name("looks.json")
    values = json.loads(memory.read_text())
    memory.write_text(json.dumps(values | {part: 7}))

    assert scan(settings, [reading()]) == before
    assert len(read) == 4


@pytest.mark.usefixtures("settled")
def test_another_registry_is_asked_again(settings, reading, invent, put):
    """A newer Unitmill, or a new plan, may know a file that nobody knew."""
    two(put)
    scan(settings, [reading()])

    landing = scan(settings, [reading(), invent("other", claims=lambda _: True)])

    assert {refusal.reason for refusal in landing.refusals} == {
        "claimed by acme and other; expected one source"
    }


@pytest.mark.usefixtures("settled")
def test_a_proof_looks_at_everything_again(settings, reading, put, read):
    two(put)
    scan(settings, [reading()])

    scan(settings, [reading()], hash_again=True)

    assert len(read) == 4


@pytest.mark.usefixtures("settled")
def test_no_beginning_of_a_file_is_remembered(settings, reading, put, memory):
    put("acme-1.csv", "month,owner\n2026-01,grace.hopper@navy.example\n")
    scan(settings, [reading()])

    text = memory.read_text()

    assert "acme-1.csv" in text
    assert "grace" not in text
    assert memory.stat().st_mode & 0o777 == 0o600


def test_a_drop_is_read_back_as_it_was(put, settings):
    file, manifest = (
        sniff(put(f"acme-{n}.csv", "a\n1\n"), settings.exports_dir) for n in (1, 2)
    )
    at = datetime(2026, 8, 1, 6, 30, 1, 5, tzinfo=UTC)
    bills = (
        Bill("2026-08", frozenset("ba"), frozenset("c"), at, at, "detailed"),
        Bill("2026-09"),
    )
    drop = Drop(
        files=(file,),
        periods=("2026-08", "2026-09"),
        scope="payer 7",
        delivered_at=at,
        manifest=manifest,
        batch="run-1",
        bills=bills,
        ordered_by="manifest",
        complete_by="numbered parts",
        appends=True,
    )
    values = json.loads(json.dumps(kept.values_of(drop)))

    assert kept.drop_of(values, {f.name: f for f in (file, manifest)}) == drop


@pytest.mark.usefixtures("settled")
def test_a_look_that_has_no_time_left_says_how_far_it_came(
    settings, reading, put, read
):
    two(put)

    with pytest.raises(OutOfTimeError) as stopped:
        scan(settings, [reading()], seconds=-1)

    assert str(stopped.value) == (
        "looked at 0 files so far, and found the deliveries of 0 of 1 sources"
    )
    assert read == []


@pytest.mark.usefixtures("settled")
def test_a_look_goes_on_where_the_last_one_had_no_time_left(
    settings, invent, put, read, monkeypatch
):
    """Of two sources, the first is done when the time is over."""
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])

    def source(name):
        def drops(candidates):
            for file in candidates:
                read.append(file.name)
                clock[0] += 10
                yield Drop((file,), ("2026-08",), file.name, file.modified)

        return invent(name, drops=drops, claims=lambda c: c.name.startswith(name))

    for name in ("one-1.csv", "two-1.csv", "two-2.csv"):
        put(name, f"a\n{name}\n")
    sources = [source("one"), source("two")]

    with pytest.raises(OutOfTimeError, match=r"^looked at 3 files .* 1 of 2 sources$"):
        scan(settings, sources, seconds=15)
    assert read == ["one-1.csv", "two-1.csv"]

    landing = scan(settings, sources, seconds=25)
    assert read[2:] == ["two-1.csv", "two-2.csv"]
    assert [d.names[0] for d in landing.deliveries] == [
        "one-1.csv",
        "two-1.csv",
        "two-2.csv",
    ]


@pytest.mark.usefixtures("settled")
def test_a_look_that_was_cut_short_hides_no_change(settings, reading, put, read):
    """It knows the changed file, and not yet what its source makes of it."""
    two(put)
    scan(settings, [reading()])
    put("acme-2.csv", "month\n2026-12\n")
    with pytest.raises(OutOfTimeError):
        scan(settings, [reading()], seconds=-1)

    landing = scan(settings, [reading()])

    assert [d.periods for d in landing.deliveries] == [("2026-01",), ("2026-12",)]


@pytest.fixture
def asking(invent, read):
    """Give a source that asks each file for its month."""

    def source(question="month", name="acme"):
        def drops(candidates):
            for file in candidates:

                def month(file=file):
                    read.append(file.name)
                    return (file.path.read_text().split("\n")[1],)

                found = asked_once(file.name, question, month)
                yield Drop((file,), found, file.name, file.modified)

        return invent(name, drops=drops, claims=lambda _: True, family="logs")

    return source


@pytest.mark.usefixtures("settled")
def test_of_many_files_only_the_new_one_is_read(settings, asking, put, read):
    two(put)
    scan(settings, [asking()])
    scan(settings, [asking()])  # it recalls what the source made of them
    put("acme-3.csv", "month\n2026-03\n")
    del read[:]

    landing = scan(settings, [asking()])

    assert read == ["acme-3.csv"]
    assert sorted(d.periods for d in landing.deliveries) == [
        ("2026-01",),
        ("2026-02",),
        ("2026-03",),
    ]


@pytest.mark.usefixtures("settled")
def test_of_many_files_only_the_changed_one_is_read(settings, asking, put, read):
    two(put)
    scan(settings, [asking()])
    put("acme-2.csv", "month\n2026-12\n")
    del read[:]

    landing = scan(settings, [asking()])

    assert read == ["acme-2.csv"]
    assert [d.periods for d in landing.deliveries] == [("2026-01",), ("2026-12",)]


@pytest.mark.usefixtures("settled")
def test_another_question_has_another_answer(settings, asking, put, read):
    two(put)
    scan(settings, [asking()])
    put("acme-3.csv", "month\n2026-03\n")
    del read[:]

    scan(settings, [asking(question="month in UTC")])

    assert read == ["acme-1.csv", "acme-2.csv", "acme-3.csv"]


def test_a_file_that_was_touched_just_now_is_asked_again(settings, asking, put, read):
    two(put)
    for _ in range(2):
        scan(settings, [asking()])

    assert len(read) == 4


def test_outside_of_a_look_a_file_is_always_asked():
    assert asked_once("acme-1.csv", "month", lambda: ("2026-01",)) == ("2026-01",)
    assert asked_once("acme-1.csv", "month", lambda: ("2026-02",)) == ("2026-02",)


@pytest.mark.usefixtures("settled")
def test_a_cut_look_keeps_each_answer_for_the_next(
    settings, asking, put, read, monkeypatch
):
    two(put)
    monkeypatch.setattr("time.monotonic", lambda: 10.0 * len(read))

    with pytest.raises(OutOfTimeError):
        scan(settings, [asking()], seconds=5)
    assert read == ["acme-1.csv"]

    landing = scan(settings, [asking()], seconds=15)
    assert read == ["acme-1.csv", "acme-2.csv"]
    assert [d.periods for d in landing.deliveries] == [("2026-01",), ("2026-02",)]
