"""Landing: which exports arrived, and the settings that this build uses."""

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.partitions import OWNERS
from pipelines.landing.deliveries import Landing, record, scan
from pipelines.landing.source import TransientError
from pipelines.reference.settings_used import record_settings
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources

DELIVERIES = dg.AssetKey(["landing", "deliveries"])
SETTINGS = dg.AssetKey(["landing", "settings"])
EVERY_FILE = dg.AssetCheckKey(DELIVERIES, "every_file_is_recognised")
# How long a store may be out of reach: seconds between tries.
PAUSE = 5.0


def landing_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Give the assets that look at the exports folder and the object stores."""
    blocks = settings.landing.unrecognised == "block"

    @dg.asset(
        key=DELIVERIES,
        group_name="land",
        owners=OWNERS,
        kinds={"python", "parquet"},
        description=(
            "What lies in the exports folder and the object stores: each vendor drop "
            "once, however often it arrived, with its source, period, files and "
            "whether a newer drop replaced it."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                EVERY_FILE.name,
                asset=DELIVERIES,
                blocking=blocks,
                description=(
                    "Each file in the exports folder or a store belongs to exactly "
                    "one source and can be read. A bill that is not read is money not "
                    "counted."
                ),
            )
        ],
    )
    def deliveries() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        sources = all_sources(settings)
        try:
            landing = scan(settings, sources)
        except TransientError as error:
            raise dg.RetryRequested(max_retries=3, seconds_to_wait=PAUSE) from error
        table = record(settings.deliveries_file, landing, sources)
        yield dg.MaterializeResult(
            asset_key=DELIVERIES,
            metadata={
                "dagster/row_count": table.num_rows,
                "exports folder": dg.MetadataValue.path(str(settings.exports_dir)),
                "object stores": ", ".join(settings.landing.stores) or "none",
                "deliveries": dg.MetadataValue.md(_listing(landing)),
            },
        )
        yield dg.AssetCheckResult(
            asset_key=DELIVERIES,
            check_name=EVERY_FILE.name,
            passed=not landing.refusals,
            severity=dg.AssetCheckSeverity.ERROR
            if blocks
            else dg.AssetCheckSeverity.WARN,
            metadata={"refused": dg.MetadataValue.md(_refusals(landing))},
        )

    @dg.asset(
        key=SETTINGS,
        group_name="land",
        owners=OWNERS,
        kinds={"python", "parquet"},
        description="What the owner set in unitmill.toml that moves a number.",
    )
    def settings_used() -> dg.MaterializeResult[None]:
        values = record_settings(settings)
        return dg.MaterializeResult(metadata={k: str(v) for k, v in values.items()})

    return [deliveries, settings_used]


def _listing(landing: Landing) -> str:
    lines = ["| source | periods | delivered | files |", "|---|---|---|---|"]
    lines += [
        f"| {d.source} | {', '.join(d.periods)} | {d.delivered_at:%Y-%m-%d %H:%M} "
        f"| {', '.join(d.names)} |"
        for d in sorted(landing.deliveries, key=lambda d: (d.source, d.periods))
    ]
    return "\n".join(lines)


def _refusals(landing: Landing) -> str:
    return "\n".join(
        f"- **{', '.join(refusal.names)}**: {refusal.reason}"
        for refusal in landing.refusals
    )
