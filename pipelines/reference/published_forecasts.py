"""What each published version forecast, kept when versions retire: vintages.

A version holds its marts as Parquet; the record is the forecasts of all of them, so a
killed publish loses nothing: the next build reads the versions again. Of the versions
that forecast from the same last day the first counts, because it is what was told.
"""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.landing.records import write_record
from pipelines.landing.source import quoted
from pipelines.settings import Settings

MONEY = pa.decimal128(38, 12)
SCHEMA = pa.schema(
    [
        ("version", pa.string()),
        ("scope_type", pa.string()),
        ("scope_value", pa.string()),
        ("currency", pa.string()),
        ("model_name", pa.string()),
        ("as_of_date", pa.date32()),
        ("forecast_date", pa.date32()),
        ("horizon_days", pa.int32()),
        ("expected_cost", MONEY),
        ("lower_80", MONEY),
        ("upper_80", MONEY),
        ("lower_90", MONEY),
        ("upper_90", MONEY),
    ]
)
MART = "fct_forecasts_daily"
# The record comes first: a rebuilt version forecasts from the same day again.
FIRST_TOLD = """
select * from told
qualify version = min(version) over (
    partition by scope_type, scope_value, currency, as_of_date
)
order by all
"""


def record_vintages(settings: Settings) -> None:
    """Write the record anew from what it was and from every version there is."""
    path = settings.vintages_file
    told = pq.read_table(path) if path.exists() else SCHEMA.empty_table()
    known = set(told["version"].to_pylist())
    columns = ", ".join(SCHEMA.names)
    with duckdb.connect() as db:
        for mart in sorted(settings.versions_dir.glob(f"*/marts/{MART}.parquet")):
            version = mart.parent.parent
            whole = (version / "manifest.json").exists() and not version.is_symlink()
            if not whole or version.name in known:
                continue
            added = db.sql(
                f"select {quoted(version.name)} as version, "
                f"{columns.partition(', ')[2]} from read_parquet({quoted(mart)})"
            ).to_arrow_table()
            told = pa.concat_tables([told, added.cast(SCHEMA)])
        db.register("told", told)
        kept = db.sql(FIRST_TOLD).to_arrow_table()
    write_record(path, kept.cast(SCHEMA))
