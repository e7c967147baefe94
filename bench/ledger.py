"""A partition of the ledger with any number of rows, for benches that read one."""

from pathlib import Path

from bench.exports import EXPORTS
from bench.measuring import MEMORY_LIMIT
from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import Partition, write_partition
from pipelines.settings import Settings


def settings_of(folder: Path) -> Settings:
    """Give the settings of a bench: exports and home below one folder."""
    return Settings(
        exports=folder / "exports",
        home=folder / "home",
        memory_limit=MEMORY_LIMIT,
    )


def write(folder: Path, rows: int, name: str = "aws") -> Partition:
    """Make an export and convert it."""
    export, settings = EXPORTS[name], settings_of(folder)
    settings.exports_dir.mkdir()
    export.make(settings.exports_dir, rows)
    deliveries = scan(settings, [export.source]).of(export.source, export.period)
    return write_partition(settings, export.source, deliveries, export.period)
