"""Rows of a billing export as BigQuery writes them, and a judge of what comes out."""

import copy
import json

import pytest
from in_memory import asked

from pipelines.focus.conformance import evaluate
from pipelines.landing.deliveries import scan
from pipelines.ledger.files import parts
from pipelines.ledger.partitions import write_partition
from pipelines.sources.cost.gcp import SOURCE

PERIOD = "2026-09"
BASE = {
    "billing_account_id": "01A7F3-5C2E90-B84D16",
    "invoice": {"month": "202609"},
    "cost_type": "regular",
    "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
    "sku": {"id": "AAAA-BBBB-CCCC", "description": "N1 Predefined Instance Core"},
    "usage_start_time": "2026-09-03 10:00:00 UTC",
    "usage_end_time": "2026-09-03 11:00:00 UTC",
    "export_time": "2026-09-03 15:12:00.5 UTC",
    "project": {"id": "p-1", "number": "11", "name": "P One", "labels": []},
    "labels": [],
    "system_labels": [],
    "tags": [],
    "location": {"region": "us-central1", "zone": "us-central1-a"},
    "cost": "10",
    "currency": "USD",
    "usage": {
        "amount": 3600,
        "unit": "seconds",
        "amount_in_pricing_units": 1,
        "pricing_unit": "hour",
    },
    "credits": [],
    "transaction_type": "GOOGLE",
    "seller_name": "Google",
}


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def row():
    """Give a row: an hour of one core for ten dollars, with other values as said."""

    def make(**fields):
        return copy.deepcopy(BASE) | fields

    return make


@pytest.fixture
def jsonl():
    """Give rows as JSON lines."""
    return lines


@pytest.fixture
def put_rows(put):
    """Put rows into one file of JSON lines."""

    def write(*rows):
        return put("gcp/rows.json", lines(*rows))

    return write


@pytest.fixture
def charged(put_rows, settings, convert):
    """Convert rows of one month that break no rule; give columns of the charges."""

    def columns(picked, *rows, gaps=()):
        put_rows(*rows)
        found = convert(SOURCE, PERIOD, picked)
        [path] = parts(settings.ledger_dir / "focus" / "gcp" / PERIOD)
        with asked() as db:
            broken = [
                judgement.rule.id
                for judgement in evaluate(db, f"'{path}'")
                if judgement.failing and judgement.rule.severity == "error"
            ]
        assert broken == list(gaps)
        return found

    return columns


@pytest.fixture
def stopped(settings):
    """Convert what lies in the exports folder; it must stop."""

    def convert():
        landing = scan(settings, [SOURCE])
        assert landing.refusals == ()
        write_partition(settings, SOURCE, landing.of(SOURCE, PERIOD), PERIOD)

    return convert
