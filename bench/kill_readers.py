"""Five readers of three clients during publishes: does one of them see a mixture?"""

import json
import os
import subprocess
import sys
import time

from bench.kill_targets import PUBLISH, Shown, two_versions
from bench.killing import Home, Phase, books, ready, timed
from bench.soak_readers import LOOP, Reader
from pipelines.publishing.publish import remove, rollback
from pipelines.publishing.versions import current_name, versions

PUBLISHES = 3
# Twice in one connection: what one reader sees does not change under it.
BY_DUCKDB = """
import duckdb, json, sys, time
truth = json.loads(sys.argv[2])
sql = ("select (select version from published_version), "
    "(select sum(billed_cost) from fct_charges_daily)::varchar, "
    "(select sum(effective_cost) from fct_showback_daily)::varchar")
def ask():
    with duckdb.connect(sys.argv[1] + "/warehouse.duckdb", read_only=True) as db:
        first = db.execute(sql).fetchone()
        time.sleep(0.1)
        again = db.execute(sql).fetchone()
    return first[0], first == again and [*first[1:]] == truth[first[0]]
"""
BY_PANDAS = """
import json, os, sys
import pandas
truth = json.loads(sys.argv[2])
def ask():
    place = os.path.realpath(sys.argv[1])
    name = os.path.basename(place)
    sums = [str(sum(pandas.read_parquet(f"{place}/marts/{mart}.parquet")[column]))
        for mart, column in (("fct_charges_daily", "billed_cost"),
            ("fct_showback_daily", "effective_cost"))]
    return name, sums == truth[name]
"""
BY_PSQL = """
import json, subprocess, sys
truth = json.loads(sys.argv[2])
sql = ("select (select version from marts.published_version), "
    "(select sum(billed_cost) from marts.fct_charges_daily), "
    "(select sum(effective_cost) from marts.fct_showback_daily)")
def ask():
    said = subprocess.run(["psql", "-XAtq", sys.argv[1], "-c", sql],
        capture_output=True, text=True, check=False)
    if said.returncode:
        raise RuntimeError(said.stderr)
    first = said.stdout.strip().split("|")
    return first[0], first[1:] == truth[first[0]]
"""


def of_readers(home: Home, phase: Phase, place: Shown, address: str) -> None:
    """Publish three times, here and to Postgres, under five readers."""
    before, coming = two_versions(home)
    settings = home.settings
    truth = {str(b[0]): [*map(str, b[1:])] for b in (books(home, before),)}
    named = books(home, coming)
    link = str(settings.versions_dir / "current")
    rollback(settings, before)
    place.copy(home)
    # Each publish gives a version its own name, of the same build and the same sums.
    sums = json.dumps({"": [*map(str, named[1:])]} | truth)
    code = "\ntruth = type('T', (dict,), {'__missing__': lambda s, k: s['']})(truth)\n"
    readers = [
        Reader(name, _started([python, "-c", ask + code + LOOP, where, sums]))
        for name, python, ask, where in (
            ("this DuckDB", sys.executable, BY_DUCKDB, link),
            ("this DuckDB again", sys.executable, BY_DUCKDB, link),
            (
                "another DuckDB",
                os.environ.get("KILLS_OLD_PYTHON", sys.executable),
                BY_DUCKDB,
                link,
            ),
            ("pandas, Parquet", sys.executable, BY_PANDAS, link),
            ("psql", sys.executable, BY_PSQL, address),
        )
    ]
    for _ in range(PUBLISHES):
        time.sleep(3)
        rollback(settings, before)
        place.copy(home)
        time.sleep(3)  # who reads the version that goes has ended
        for version in versions(settings):
            if version.name > before:
                remove(version.folder)
        timed(ready(home, *PUBLISH))
        assert current_name(settings) != before
        place.copy(home)
    time.sleep(3)
    print("| reader | reads | failures | mixed | versions | slowest, s |")
    print("|---|---|---|---|---|---|")
    for reader in readers:
        told = reader.stop()
        print(f"| {reader.name} | {' | '.join(map(str, told.values()))} |", flush=True)
        for key, into in (("failures", phase.wrong), ("wrong", phase.mixed)):
            if told[key]:
                into.append(f"{reader.name}: {told[key]} {key}")
    phase.notes.append(f"{PUBLISHES} publishes under {len(readers)} readers")


def _started(call: list[str]) -> subprocess.Popen[str]:
    mine = {k: v for k, v in os.environ.items() if not k.startswith("UNITMILL")}
    return subprocess.Popen(call, env=mine, cwd="/", stdout=subprocess.PIPE, text=True)
