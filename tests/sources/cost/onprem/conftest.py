"""The three files of an owner, of rows that differ from a base row where it is said."""

import csv
import io

import pytest
from in_memory import asked

from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.sources.cost.onprem import SOURCE
from pipelines.sources.cost.onprem.columns import known

BASE = {
    "machines": {
        "machine_id": "gpu-1",
        "kind": "gpu_server",
        "organisation": "Ore",
        "site": "office",
        "hardware": "Rig 2x L40S",
        "gpu_model": "L40S",
        "gpus": "2",
        "purchased_on": "2026-08-01",
        "purchase_price": "9200",
        "life_months": "36",
        "currency": "USD",
    },
    "power": {
        "month": "2026-08",
        "machine_id": "gpu-1",
        "kwh": "100",
        "tariff_per_kwh": "0.31",
        "currency": "USD",
    },
    "running_costs": {
        "month": "2026-08",
        "machine_id": "gpu-1",
        "component": "staff",
        "amount": "62",
        "currency": "USD",
    },
}


def table(name, *rows):
    """Write a file of rows, each the base row with other cells as said."""
    text = io.StringIO()
    header = [column.name for column in known(name)]
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(BASE[name] | row for row in rows)
    return text.getvalue()


@pytest.fixture
def fill(put):
    """Fill in one of the three files: its name, then its rows."""

    def write(name, *rows, folder="onprem", hour=0):
        return put(f"{folder}/{name}.csv", table(name, *rows), hour=hour)

    return write


@pytest.fixture
def ledger(settings):
    """Convert every month; answer a query over all of them, as ``ledger``."""

    def ask(query):
        landing = scan(settings, [SOURCE])
        assert landing.refusals == ()
        for period in landing.periods(SOURCE):
            deliveries = landing.of(SOURCE, period)
            write_partition(settings, SOURCE, deliveries, period)
        with asked() as db:
            db.execute(
                "create temp view ledger as select * from "
                f"'{settings.ledger_dir}/focus/onprem/*/*.parquet'"
            )
            return db.execute(query).fetchall()

    return ask
