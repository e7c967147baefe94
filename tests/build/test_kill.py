"""kill -9 in the middle of a build: readers see the last version, the next run mends.

Each round changes Ferrum's last invoice, so that work is to be done and old and new
numbers differ. UNITMILL_KILLS says how often each phase is killed; once by default.
"""

import csv
import fcntl
import os
import random
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.landing.source import ExportError
from pipelines.publishing.versions import current, versions
from pipelines.settings import PROJECT_DIR

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("UNITMILL_KILLS", "1"))
# The line of progress that a phase begins with, and how many seconds it takes.
PHASES = {
    "convert": ("· focus/aws", 1.0),
    "dbt": ("· models", 8.0),
    "publish": ("· publish/version", 0.6),
}
BOOKS = """
select
    (
        select sum(billed_cost) from fct_charges_daily
        where source_name = 'ferrum' and billing_period_start = '2026-10-01'
    ),
    (
        select sum(BilledCost) from focus
        where x_SourceName = 'ferrum' and BillingPeriodStart = '2026-10-01'
    ),
    (
        select ledger_billed_cost from fct_reconciliation_monthly
        where source_name = 'ferrum' and billing_period_start = '2026-10-01'
    ),
    (select count(*) from fct_charges_daily),
    (select count(*) from focus)
"""


def look(settings):
    """Read all books of the current version as a BI tool would."""
    database = (settings.versions_dir / "current").resolve() / "warehouse.duckdb"
    with duckdb.connect(str(database), read_only=True) as db:
        return db.execute(BOOKS).fetchone()


class Reader(threading.Thread):
    """Reads the current version again and again until it is told to stop."""

    def __init__(self, settings):
        super().__init__(daemon=True)
        self.settings = settings
        self.seen = set()
        self.failures = []
        self.looks = 0
        self.done = threading.Event()

    def run(self):
        while not self.done.wait(0.1):
            try:
                self.seen.add(look(self.settings))
                self.looks += 1
            except (duckdb.Error, OSError) as error:
                self.failures.append(str(error))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()


def charge_one_more(exports):
    """Let 20 hours of Ferrum cost five cents more each, and the invoice a dollar."""
    bill, asked = "ferrum/ferrum-invoice-2026-10.csv", "invoices/invoices.csv"
    for name, key, wanted, column, more in (
        (bill, "line", "1", "unit_price", "0.05"),
        (bill, "line", "1", "amount", "1"),
        (asked, "invoice_id", "FER-2026-1369", "invoice_amount", "1"),
    ):
        path = exports / name
        with path.open() as file:
            rows = list(csv.DictReader(file))
        [row] = [row for row in rows if row[key] == wanted]
        row[column] = str(Decimal(row[column]) + Decimal(more))
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


def build_and_kill(settings, line, delay):
    """Start `unitmill build`; kill all of it some time after a line of progress."""
    environment = os.environ | {
        "UNITMILL_EXPORTS": str(settings.exports_dir),
        "UNITMILL_HOME": str(settings.home_dir),
    }
    process = subprocess.Popen(
        [Path(sys.executable).parent / "unitmill", "build"],
        env=environment,
        cwd=PROJECT_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    heard = []
    for said in process.stdout:
        heard.append(said)
        if line in said:
            break
    else:
        pytest.fail(f"never came to {line}:\n{''.join(heard)}")
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()


@pytest.mark.parametrize("phase", PHASES)
def test_a_killed_build_harms_no_reader_and_the_next_one_ends_right(
    phase, built, build
):
    line, seconds = PHASES[phase]
    moments = random.Random(phase)
    for _ in range(KILLS):
        before, old = current(built), look(built)
        new = (*(cost + 1 for cost in old[:3]), *old[3:])
        charge_one_more(built.exports_dir)

        with Reader(built) as reader:
            build_and_kill(built, line, moments.uniform(0, seconds))
            after_kill = look(built)
            if phase == "publish":  # it may have been just in time
                assert after_kill in {old, new}
            else:
                assert after_kill == old
                assert current(built) == before

            outcome = build(built)

        assert outcome.published, outcome.why
        assert look(built) == new
        assert reader.failures == []
        assert reader.looks > 0
        assert reader.seen <= {old, new}
        assert_nothing_is_left_over(built)


def test_two_builds_of_one_home_do_not_mix(built, build):
    charge_one_more(built.exports_dir)
    before = current(built)
    with (built.home_dir / "build.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(ExportError, match="another build works in"):
            build(built)

    assert current(built) == before


def assert_nothing_is_left_over(settings):
    whole = {version.name for version in versions(settings)}
    assert {path.name for path in settings.versions_dir.iterdir()} == {
        "current",
        *whole,
    }
    assert list(settings.ledger_dir.rglob("*.tmp")) == []
