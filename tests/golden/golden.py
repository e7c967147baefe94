"""The golden ledger: a month of a small company, and every metric worked out by hand.

``python tests/golden/golden.py`` (``make golden``) builds the month of ``exports/`` and
prints each metric of ``expected.csv`` beside what the published marts say. Nothing in
``expected.csv`` is made by the code under test; its last column is the working.
"""

import csv
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import duckdb
from rich.console import Console

from pipelines.cli import leave
from pipelines.cli.tables import print_table
from pipelines.defs import run
from pipelines.publishing.versions import current
from pipelines.settings import CurrencySettings, Settings

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Metric:
    """One number: where it stands, what it must be, and the arithmetic behind it."""

    section: str
    name: str
    query: str
    expected: Decimal | None
    working: str


def metrics() -> Iterator[Metric]:
    """Read the numbers that were worked out by hand."""
    with (HERE / "expected.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            expected = Decimal(row["expected"]) if row["expected"] else None
            yield Metric(
                row["section"], row["metric"], row["query"], expected, row["working"]
            )


def build(home: Path) -> Path:
    """Build and publish the month; give the published database.

    Raises:
        SystemExit: the month is not published.
    """
    settings = Settings(
        exports=HERE / "exports",
        home=home,
        currency=CurrencySettings(rates=str(HERE / "rates.csv")),
    )
    outcome = run.build(settings, Console(file=sys.stderr))
    version = current(settings)
    if not outcome.published or version is None:
        raise SystemExit("not published: " + "; ".join(outcome.reasons))
    return version.database


def got(db: duckdb.DuckDBPyConnection, metric: Metric) -> Decimal | None:
    """Ask the published marts for a number."""
    rows = db.execute(metric.query).fetchall()
    if len(rows) != 1:
        raise LookupError(f"{metric.name}: {len(rows)} rows; expected one")
    return None if rows[0][0] is None else Decimal(str(rows[0][0]))


def main() -> NoReturn:
    """Print metric, expected, got; end with 1 where they differ."""
    with tempfile.TemporaryDirectory() as folder:
        database = build(Path(folder) / "home")
        with duckdb.connect(str(database), read_only=True) as db:
            rows = [(metric, got(db, metric)) for metric in metrics()]
    print_table(
        Console(width=160),
        ["section", "metric", "expected", "got", "working"],
        [
            (m.section, m.name, _said(m.expected), _said(value), m.working)
            for m, value in rows
        ],
        "The golden ledger",
    )
    wrong = [metric.name for metric, value in rows if metric.expected != value]
    if wrong:
        Console(stderr=True).print(f"{len(wrong)} differ: {', '.join(wrong)}")
    leave(bool(wrong))


def _said(value: Decimal | None) -> str:
    return "unknown" if value is None else f"{value.normalize():f}"


if __name__ == "__main__":
    main()
