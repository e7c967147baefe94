"""What tests of telemetry share: lines of JSON, and what was left out by name."""

import json

import duckdb
import pytest

from pipelines.ledger.tally import left_out


@pytest.fixture
def put_lines(put):
    """Put documents into the exports folder, one a line."""

    def write(name, *documents, hour=0):
        text = "".join(json.dumps(document) + "\n" for document in documents)
        return put(name, text, hour)

    return write


@pytest.fixture
def reasons(settings):
    """Give how many rows the partitions left out, by reason."""

    def counted():
        with duckdb.connect() as db:
            found = db.execute(
                "select reason, sum(row_count)::int from "
                f"({left_out(settings.ledger_dir)}) group by all"
            ).fetchall()
        return dict(found)

    return counted
