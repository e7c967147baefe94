"""kill -9 in the middle of a build: readers see the last version, the next run mends.

Ferrum's last invoice is changed, so that work is to be done and old and new numbers
differ. UNITMILL_KILLS says how often each phase is killed; once by default.
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

from pipelines.publishing.lock import BusyError
from pipelines.publishing.publish import publish, remove, rollback
from pipelines.publishing.versions import current, versions
from pipelines.settings import PROJECT_DIR

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("UNITMILL_KILLS", "1"))
# The line of progress after which a phase works, and how many seconds it does.
PHASES = {"convert": ("  landing ", 1.0), "dbt": ("  converting ", 8.0)}
# The last phase is killed alone: another build would have to come as far first.
PUBLISHING = 1.0
PUBLISH = """
from pipelines.publishing.publish import publish
from pipelines.settings import Settings
print("publishing", flush=True)
publish(Settings())
"""
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
    """Reads the current version every so many seconds until it is told to stop."""

    def __init__(self, settings, pause=0.1):
        super().__init__(daemon=True)
        self.settings = settings
        self.pause = pause
        self.seen = set()
        self.failures = []
        self.looks = 0
        self.done = threading.Event()

    def run(self):
        while not self.done.wait(self.pause):
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
    unitmill = Path(sys.executable).parent / "unitmill"
    kill_after([unitmill, "build"], settings, line, delay)


def publish_and_kill(settings, delay):
    """Start the last step of a build alone, and kill it."""
    kill_after([sys.executable, "-c", PUBLISH], settings, "publishing", delay)


def kill_after(call, settings, line, delay):
    """Start a program; kill all of it some time after it has said a line."""
    environment = os.environ | {
        "UNITMILL_EXPORTS": str(settings.exports_dir),
        "UNITMILL_HOME": str(settings.home_dir),
    }
    process = subprocess.Popen(
        call,
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


@pytest.fixture(scope="module", params=range(KILLS))
def killed(request, copy_of_built, build, tmp_path_factory):
    """Kill builds in each phase, one after the other, and let the next one end.

    Each meets what the killed ones before it have left behind. Gives the settings, the
    books before and after, and what was seen of each kill and by the reader.
    """
    settings = copy_of_built(tmp_path_factory.mktemp("killed"))
    before, old = current(settings), look(settings)
    new = (*(cost + 1 for cost in old[:3]), *old[3:])
    charge_one_more(settings.exports_dir)
    moments = random.Random(request.param)
    after_kills = []
    # A build takes long, and so does a look at all books.
    with Reader(settings, pause=0.5) as reader:
        for line, seconds in PHASES.values():
            build_and_kill(settings, line, moments.uniform(0, seconds))
            after_kills.append((current(settings), look(settings)))
        outcome = build(settings)
    assert after_kills == [(before, old)] * len(PHASES)
    assert outcome.published, outcome.why
    return settings, old, new, reader


def test_a_build_after_killed_ones_ends_right(killed):
    settings, _, new, _ = killed

    assert look(settings) == new
    assert_nothing_is_left_over(settings)


def test_killed_builds_harm_no_reader(killed):
    _, old, new, reader = killed

    assert reader.failures == []
    assert reader.looks > 0
    assert reader.seen <= {old, new}


def test_a_killed_publishing_harms_no_reader_and_the_next_ends_right(killed, request):
    """The version of the last build is taken back, so that it is to be published."""
    settings, old, new, _ = killed
    moments = random.Random(request.node.name)
    for _ in range(3):
        first, second = versions(settings)
        rollback(settings, first.name)
        remove(second.folder)
        assert look(settings) == old

        with Reader(settings) as reader:
            publish_and_kill(settings, moments.uniform(0, PUBLISHING))
            assert look(settings) in {old, new}  # it may have been just in time
            publish(settings)

        assert look(settings) == new
        assert reader.failures == []
        assert reader.seen <= {old, new}
        assert_nothing_is_left_over(settings)


def test_two_builds_of_one_home_do_not_mix(built, build):
    charge_one_more(built.exports_dir)
    before = current(built)
    with (built.home_dir / "build.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write("run 1a2b (process 7)")
        other.flush()

        with pytest.raises(BusyError, match=r"run 1a2b \(process 7\) works in"):
            build(built)

    assert current(built) == before


def assert_nothing_is_left_over(settings):
    whole = {version.name for version in versions(settings)}
    assert {path.name for path in settings.versions_dir.iterdir()} == {
        "current",
        *whole,
    }
    assert list(settings.ledger_dir.rglob("*.tmp")) == []
