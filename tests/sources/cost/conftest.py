"""What tests of a cloud's exports share: a folder to fill, and the charges in it."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
import vendor_drops
from in_memory import asked

from pipelines.landing.current import current_deliveries
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings


@pytest.fixture
def exports(tmp_path):
    """Give an empty folder of exports, in place of a copy of the samples."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def partition(tmp_path, source):
    """Convert what lies in a folder of exports; give the partition of one period.

    The folder of tests of each cloud says which ``source`` converts.
    """

    def written(exports, period="2026-08", **settings):
        chosen = Settings(exports=exports, home=tmp_path / "home", **settings)
        found = vendor_drops.deliveries(source, exports)
        current = current_deliveries(source, found, period)
        return write_partition(chosen, source, current, period)

    return written


@pytest.fixture(scope="session")
def rows_of():
    """Read the rows of a partition, in the order of their file."""

    def read(partition):
        with asked() as db:
            found = db.execute(
                "from read_parquet($path) "
                "order by x_DeliveryId, x_SourceRowNumber, x_SourceRowPart",
                {"path": str(partition.files[0])},
            )
            names = [column[0] for column in found.description]
            return [
                SimpleNamespace(**dict(zip(names, r, strict=True)))
                for r in found.fetchall()
            ]

    return read


@pytest.fixture
def ledger(partition, rows_of):
    """Convert what lies in a folder of exports; give the rows of one period."""

    def converted(exports, period="2026-08", **settings):
        return rows_of(partition(exports, period, **settings))

    return converted


@pytest.fixture
def total():
    """Sum one column exactly."""

    def of(rows, column):
        return sum((getattr(each, column) for each in rows), Decimal(0))

    return of
