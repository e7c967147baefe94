"""Is a build that goes on the same as one from nothing? Random sequences of changes.

Run ``python -m bench.sequences --sequences 20 --seed 1``. Each sequence begins with the
sample exports less some months, and changes them a few times: a month arrives, a bill
is restated, a line of a list leaves or is corrected, the reporting currency or another
setting changes; some builds are killed. After each sequence every table of the build
database is compared with one that was made from nothing of the same ledger. Nothing is
published: the gate is not asked.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from pipelines.landing.deliveries import record, scan
from pipelines.landing.privacy import Privacy
from pipelines.ledger.conformance import evaluate_partition
from pipelines.ledger.conversion import convert
from pipelines.ledger.inputs import compare
from pipelines.ledger.partitions import write_stub
from pipelines.reference.tables import record_all
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.registry import all_sources
from pipelines.sources.tables import TABLES
from pipelines.transform.database import LedgerSources, opened, start_build
from pipelines.transform.graph import Graph
from pipelines.transform.kept import content_of, leave
from pipelines.transform.project import compiled, project_folder
from pipelines.transform.runner import Runner

SAMPLES = PROJECT_DIR / "sample_exports"
# What may be missing at first: globs below the exports folder, a month each.
MONTHS = (
    "ferrum/ferrum-invoice-2026-10.csv",
    "gcp/*-202610-*",
    "oci/reports/cost-csv/000100000061236*.csv.gz",
    "openai/costs/20261104T020000Z",
)
LISTS = (
    "ownership/ownership_rules.csv",
    "ownership/shared_cost_rules.csv",
    "budgets/budgets.csv",
    "native_totals/*.csv",
)
# A row twice in another list is refused, and the month stays as it was.
BILLS = ("ferrum/*.csv",)
# Which build's is each, and when it was seen: no two homes agree.
OWN = {
    "deliveries",
    "int_published_totals",
    "int_deliveries_counted",
    "stg_meta__build",
}
KILLED = 2


def build(settings: Settings) -> None:
    """Convert what is stale and run the models, as a build does before its checks."""
    sources = all_sources(settings)
    landing = scan(settings, sources)
    found = compare(settings, sources, landing)
    record(settings.deliveries_file, landing, sources, Privacy.of(settings))
    for item in found.stale:
        convert(settings, item)
        if item.source.table == "focus":
            evaluate_partition(settings, item.source, item.period)
    for table in ("focus", *TABLES):
        write_stub(settings.ledger_dir, table)
    record_all(settings)
    graph = Graph.of_manifest(json.loads(compiled(settings).read_text("utf-8")))
    start_build(settings)
    with opened(settings) as db:
        runner = Runner(db, graph, project_folder(settings), LedgerSources(settings))
        for result in runner.run():
            if result.status == "error":
                raise SystemExit(f"{result.node.id}: {result.message}")
    leave(settings)


class Deliveries:
    """One random sequence in a folder of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Lay out the exports, less some months."""
        self._random = random.Random(seed)
        self._folder = folder
        self._currency = "USD"
        self.exports = Path(shutil.copytree(SAMPLES, folder / "exports"))
        self._missing = [m for m in MONTHS if self._random.random() < 0.7]
        for month in self._missing:
            for path in [*self.exports.glob(month)]:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def settings(self, home: str) -> Settings:
        """Give the settings as they are now, of a home in the folder."""
        return Settings(
            exports=self.exports,
            home=self._folder / home,
            currency={"reporting": self._currency},
        )

    def change(self) -> str:
        """Change something; say what."""
        ways: list[Callable[[], str]] = [self._restate, self._list, self._rule]
        ways += [self._arrive] * (2 if self._missing else 0) + [self._rates]
        return self._random.choice(ways)()

    def _arrive(self) -> str:
        month = self._missing.pop(self._random.randrange(len(self._missing)))
        for path in SAMPLES.glob(month):
            place = self.exports / path.relative_to(SAMPLES)
            if path.is_dir():
                shutil.copytree(path, place)
            else:
                shutil.copy2(path, place)
        return f"{month} arrives"

    def _restate(self) -> str:
        path, lines = self._lines(BILLS)
        lines.append(self._random.choice(lines[1:]))
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return f"a row more in {path.name}"

    def _list(self) -> str:
        path, lines = self._lines(LISTS)
        gone = lines.pop(self._random.randrange(1, len(lines)))
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return f"{path.name} without {gone[:40]}"

    def _rule(self) -> str:
        path, lines = self._lines(LISTS[:1])
        place = self._random.randrange(1, len(lines))
        lines[place] = lines[place].replace("search", "training")
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return f"another owner in line {place + 1} of {path.name}"

    def _rates(self) -> str:
        self._currency = "EUR" if self._currency == "USD" else "USD"
        return f"reporting in {self._currency}"

    def _lines(self, places: Sequence[str]) -> tuple[Path, list[str]]:
        place = self._random.choice(places)
        path = self._random.choice(sorted(self.exports.glob(place)))
        lines = path.read_text("utf-8").splitlines()
        return (path, lines) if len(lines) > 2 else self._lines(places)

    def run(self, home: str, *, killed: bool = False) -> None:
        """Build in a process of its own, which may be killed at any moment."""
        command = [
            *(sys.executable, "-m", "bench.sequences", "--build", str(self.exports)),
            *(str(self._folder / home), self._currency),
        ]
        with subprocess.Popen(command, cwd=PROJECT_DIR, start_new_session=True) as one:
            if killed:
                time.sleep(self._random.uniform(1, 25))
                os.killpg(one.pid, signal.SIGKILL)
            elif one.wait():
                raise SystemExit(f"a build failed: {' '.join(command)}")


def differing(one: Settings, other: Settings) -> list[str]:
    """Name the tables that two build databases do not both have with the same rows."""
    with (
        duckdb.connect(str(one.build_database), read_only=True) as left,
        duckdb.connect(str(other.build_database), read_only=True) as right,
    ):
        first, second = contents(left), contents(right)
    return sorted(k for k in first | second if first.get(k) != second.get(k))


def contents(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Give the content of each table that two homes must have alike, by its name."""
    found = db.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where schema_name not in ('meta')"
    ).fetchall()
    return {
        f"{schema}.{name}": content_of(db, f'"{schema}"."{name}"')[0]
        for schema, name in found
        if name not in OWN
    }


def one_sequence(seed: int, deliveries: int) -> list[str]:
    """Run a sequence; name the tables that differ from a build from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        sequence = Deliveries(Path(folder), seed)
        sequence.run("home")
        killed = {random.Random(seed).randrange(deliveries)} if seed % KILLED else set()
        for number in range(deliveries):
            said = sequence.change()
            if number in killed:
                said += ", and its build is killed once"
                sequence.run("home", killed=True)
            print(f"  {said}", flush=True)
            sequence.run("home")
        # Of the same ledger: a month whose new rows were refused stays as it was.
        home, other = (Path(folder) / name for name in ("home", "other"))
        shutil.copytree(
            home, other, symlinks=True, ignore=shutil.ignore_patterns("build", "tmp")
        )
        sequence.run("other")
        return differing(sequence.settings("home"), sequence.settings("other"))


def main() -> None:
    """Run the sequences, and fail where one of them differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequences", type=int, default=20)
    parser.add_argument("--deliveries", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", nargs=3, metavar=("EXPORTS", "HOME", "CURRENCY"))
    asked = parser.parse_args()
    if asked.build:
        exports, home, currency = asked.build
        build(Settings(exports=exports, home=home, currency={"reporting": currency}))
        return
    bad = 0
    for seed in range(asked.seed, asked.seed + asked.sequences):
        print(f"sequence {seed}", flush=True)
        differs = one_sequence(seed, asked.deliveries)
        bad += bool(differs)
        print(f"  {', '.join(differs) or 'equal'}", flush=True)
    print(f"{asked.sequences - bad} of {asked.sequences} sequences are equal")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
