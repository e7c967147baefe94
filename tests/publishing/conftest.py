"""Fixtures of the gate: builds of one mart and one charge, and a clock that ticks."""

import os
import shutil
from datetime import datetime, timedelta
from functools import partial
from itertools import count

import duckdb
import pytest

from pipelines.files import sha256_of
from pipelines.landing.deliveries import record as record_deliveries
from pipelines.landing.landed import Landing
from pipelines.ledger.partitions import write_partition, write_stub
from pipelines.publishing import publish, versions
from pipelines.publishing.audit import REQUIRED, record, seal
from pipelines.publishing.check import Check
from pipelines.reference.tables import record_all
from pipelines.settings import Settings
from pipelines.sources.tables import TABLES
from pipelines.transform.database import opened, start_build

# As much of a build as publishing looks at.
STAGED = """
create view staging.stg_ledger__charges as
select
    'acme' as source_name,
    timestamp '2026-08-01' as billing_period_start,
    'USD' as billing_currency,
    'acme-1' as delivery_id,
    BilledCost as billed_cost,
    BilledCost as effective_cost
from ledger.focus
"""
MARTS = """
create table marts.fct_charges_daily as
select sum(BilledCost) as billed_cost, BillingCurrency as billing_currency
from ledger.focus group by BillingCurrency;
create table marts.fct_reconciliation_monthly as
select
    'acme' as source_name,
    'proven' as verdict,
    1 as charge_count,
    timestamp '2026-08-01' as billing_period_start;
create table marts.dim_billing_periods as
select
    null as billing_period_created,
    null as billing_period_end,
    null as billing_period_last_updated,
    null as billing_period_start,
    null as billing_period_status,
    null as invoice_issuer_name
"""
PASSED = Check("sums_match", passed=True, severity="error")


@pytest.fixture(scope="session")
def stubs(tmp_path_factory):
    """Give a ledger of empty tables; partitions are replaced, never written into."""
    folder = tmp_path_factory.mktemp("stubs")
    for table in TABLES:
        write_stub(folder, table)
    return folder


@pytest.fixture(scope="session")
def charging(invent):
    """Put one charge of this cost into the ledger of a home, in place of the last."""

    def write(settings, cost):
        source = invent(
            select=lambda *_: f"select {cost} as BilledCost", version=int(cost)
        )
        write_partition(settings, source, [], "2026-08")

    return write


@pytest.fixture(scope="session")
def auditing(charging, stubs):
    """Build a mart of one row from one charge in a home, with an audit of checks."""

    def make(settings, cost=1, kinds=REQUIRED, checks=(PASSED,), marts=MARTS):
        if not settings.ledger_dir.exists():
            shutil.copytree(stubs, settings.ledger_dir, copy_function=os.link)
        charging(settings, cost)
        record_all(settings)
        record_deliveries(settings.deliveries_file, Landing(), ())
        build_id = start_build(settings)
        (settings.build_dir / versions.QUALITY).write_text("<h1>Data quality</h1>")
        with opened(settings) as db:
            db.execute("create schema staging")
            db.execute("create schema marts")
            db.execute(STAGED)
            db.execute(marts)
        seal(settings, sha256_of(settings.build_database), {})
        for kind in kinds:
            record(settings, kind, checks, [check.title for check in checks])
        return build_id

    return make


@pytest.fixture
def charge(settings, charging):
    """Put one charge of this cost into the ledger, in place of the last one."""
    return partial(charging, settings)


@pytest.fixture
def audited(settings, auditing):
    """Build a mart of one row from one charge, with an audit of these checks."""
    return partial(auditing, settings)


@pytest.fixture(scope="session")
def home_of_seven(auditing, tmp_path_factory):
    """Publish a cost of 7 once a session; read this home, never write."""
    folder = tmp_path_factory.mktemp("seven")
    settings = Settings(exports=folder / "exports", home=folder / "home")
    settings.exports_dir.mkdir()
    auditing(settings, cost=7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "datetime", _stopped("2026-11-01T00:00:00+00:00"))
        publish.publish(settings)
    return settings.home_dir


@pytest.fixture
def seven(settings, home_of_seven):
    """Give the version of a cost of 7, in a home of the test's own.

    It was not published there: whether it asks that home's ledger, it does not show.
    """
    shutil.copytree(home_of_seven, settings.home_dir, symlinks=True)
    return versions.current(settings)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Let a minute pass between two publishes."""
    minutes = count()

    class Clock(datetime):
        @classmethod
        def now(cls, tz):
            start = datetime(2026, 11, 1, tzinfo=tz)
            return start + timedelta(minutes=next(minutes))

    monkeypatch.setattr(publish, "datetime", Clock)


@pytest.fixture
def clock_at(monkeypatch):
    """Stop the clock at a time."""

    def stop(moment):
        monkeypatch.setattr(publish, "datetime", _stopped(moment))

    return stop


def _stopped(moment):
    class Stopped(datetime):
        @classmethod
        def now(cls, tz):
            return datetime.fromisoformat(moment).astimezone(tz)

    return Stopped


@pytest.fixture
def ask():
    """Open a published version as a BI tool does, ask one thing, and close it."""

    def rows(version, sql):
        with duckdb.connect(str(version.database), read_only=True) as db:
            return db.execute(sql).fetchall()

    return rows
