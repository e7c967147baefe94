"""What each published version forecast, kept when versions retire: vintages.

A version holds its marts as Parquet; the record is the forecasts of all of them, so a
killed publish loses nothing: the next build reads the versions again. Of the versions
that forecast from the same last day the first counts: people read that one.
"""

import duckdb
import pyarrow as pa

from pipelines.landing.records import read_record, write_record
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
FIRST_PUBLISHED = """
select * from published
qualify version = min(version) over (
    partition by scope_type, scope_value, currency, as_of_date
)
order by all
"""


def record_published_forecasts(settings: Settings) -> pa.Table:
    """Write the record again from what it was and from every version there is."""
    path = settings.reference_file("published_forecasts")
    table = read_record(path, "forecasts are scored by the versions kept")
    published = SCHEMA.empty_table() if table is None else table
    recorded = set(published["version"].to_pylist())
    columns = ", ".join(SCHEMA.names)
    with duckdb.connect() as db:
        for mart in sorted(settings.versions_dir.glob(f"*/marts/{MART}.parquet")):
            version = mart.parent.parent
            whole = (version / "manifest.json").exists() and not version.is_symlink()
            if not whole or version.name in recorded:
                continue
            added = db.sql(
                f"select {quoted(version.name)} as version, "
                f"{columns.partition(', ')[2]} from read_parquet({quoted(mart)})"
            ).to_arrow_table()
            published = pa.concat_tables([published, added.cast(SCHEMA)])
        db.register("published", published)
        kept = db.sql(FIRST_PUBLISHED).to_arrow_table().cast(SCHEMA)
    write_record(path, kept)
    return kept
