"""No file, whatever its bytes, ends a scan or a conversion other than as it should.

A scan returns; a conversion writes or raises ExportError. `UNITMILL_FUZZ_SECONDS`
looks on for that long, with other mutations on every run.
"""

import gzip
import os
import random
import signal
import time
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from sample_seeds import MORE

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources

SECONDS = float(os.environ.get("UNITMILL_FUZZ_SECONDS", "0"))
PATIENCE = 30
TOKENS = (
    b"\x00", b"\xff\xfe", b"\xc3\x28", b'"', b"'", b",", b"|", b"\n", b"\r", b"\\",
    b"{", b"[", b"}", b"null", b"NaN", b"-inf", b"1e999", b"9" * 60, b"-", b"1,5",
    b"0001-01-01", b"9999-12", b"../../", b"{}", b"[[]]", b"%s", b"\xf0\x9f\x92\xb8",
)  # fmt: skip
KINDS = ("flip", "cut", "drop", "insert", "insert", "double")
SOURCES = all_sources(Settings())
# A family reads the same files, and all that is found in one is converted, so its first
# source stands for the others; but the GPUs of OpenShift have files of their own.
FIRST = {source.family or source.name: source.name for source in reversed(SOURCES)}
NAMES = sorted({*FIRST.values(), "openshift_gpu", *MORE})

mutations = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(KINDS),
        strategies.floats(0, 1, exclude_max=True),
        strategies.sampled_from(TOKENS),
    ),
    min_size=1,
    max_size=4,
)


class HangError(BaseException):
    """Nothing may catch this: the code under test ran for too long."""


@contextmanager
def patience():
    def stop(*_):
        raise HangError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def mutated(content, changes):
    for kind, place, token in changes:
        at = int(place * len(content))
        before, after = content[:at], content[at:]
        if not after:
            return content
        if kind == "flip":
            content = before + bytes([after[0] ^ (token[0] | 1)]) + after[1:]
        elif kind == "cut":
            content = before
        elif kind == "drop":
            content = before + after[len(token) * 8 :]
        elif kind == "double":
            content = before + after[:400] + after
        else:
            content = before + token + after
    return content


@pytest.fixture(scope="module")
def look(tmp_path_factory, seeds):
    """Break the seed of a name, scan and convert it; give how each of it ended."""
    every = {source.name for source in SOURCES} | set(MORE)
    assert every == set(seeds), "sample_exports has a file of every source"
    assert {seeds[name] for name in NAMES} == {*seeds.values()}
    root = tmp_path_factory.mktemp("fuzz")
    chosen = Settings(exports=root / "exports", home=root / "home")
    sources = all_sources(chosen)
    by_name = {source.name: source for source in sources}

    def broken(name, changes, is_inside):
        name, content = seeds[name]
        path = chosen.exports_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_inside and content[:2] == b"\x1f\x8b":
            inside = mutated(gzip.decompress(content), changes)
            path.write_bytes(gzip.compress(inside, mtime=0))
        else:
            path.write_bytes(mutated(content, changes))
        try:
            with patience():
                return list(ends())
        finally:
            path.unlink()

    def ends():
        landing = scan(chosen, sources)
        yield from ("refused" for _ in landing.refusals)
        for delivery in landing.deliveries:
            source = by_name[delivery.source]
            for period in delivery.periods[:3]:
                try:
                    write_partition(chosen, source, [delivery], period)
                except ExportError:
                    yield "stopped"
                else:
                    yield "written"
        assert not list(chosen.home_dir.rglob("*.tmp"))

    return broken


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_is_good_before_it_is_broken(name, look):
    assert set(look(name, [], is_inside=True)) == {"written"}


@pytest.mark.parametrize("name", NAMES)
@given(changes=mutations, is_inside=strategies.booleans())
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_mutation_ends_in_another_error(name, look, changes, is_inside):
    look(name, changes, is_inside)


@pytest.mark.skipif(not SECONDS, reason="UNITMILL_FUZZ_SECONDS says for how long")
def test_no_mutation_ends_in_another_error_for_long(look):
    seed = time.time_ns()
    chance = random.Random(seed)
    end = time.monotonic() + SECONDS
    wrong = {}
    tried = 0
    while time.monotonic() < end:
        name = chance.choice(NAMES)
        changes = [
            (chance.choice(KINDS), chance.random(), chance.choice(TOKENS))
            for _ in range(chance.randint(1, 5))
        ]
        tried += 1
        try:
            look(name, changes, is_inside=chance.random() < 0.7)
        except (Exception, HangError) as error:  # noqa: BLE001 (that is the question)
            wrong.setdefault((name, repr(error)[:300]), changes)
    assert tried
    assert not wrong, (seed, tried)
