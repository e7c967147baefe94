"""Landing: which exports arrived."""

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.home import POOL
from pipelines.defs.inputs import RunInputs
from pipelines.defs.owners import OWNERS
from pipelines.landing.deliveries import Landing, record
from pipelines.landing.origin import remember_exports
from pipelines.landing.source import TransientError
from pipelines.settings import Settings

DELIVERIES = dg.AssetKey(["landing", "deliveries"])
EVERY_FILE = dg.AssetCheckKey(DELIVERIES, "every_file_is_recognized")
# How long a store may be out of reach: seconds between tries.
PAUSE = 5.0


def landing_asset(settings: Settings) -> dg.AssetsDefinition:
    """Give the asset that looks at the exports folder and the object stores."""
    blocks = settings.landing.unrecognized == "block"

    @dg.asset(
        key=DELIVERIES,
        group_name="land",
        pool=POOL,
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
    def deliveries(
        inputs: dg.ResourceParam[RunInputs],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        try:
            found = inputs.scanned()
        except TransientError as error:
            raise dg.RetryRequested(max_retries=3, seconds_to_wait=PAUSE) from error
        table = record(settings.deliveries_file, found.landing, found.sources)
        if found.landing.deliveries:
            remember_exports(settings)
        yield _recorded(settings, found.landing, table.num_rows)
        yield _every_file_is_recognized(found.landing, blocks=blocks)

    return deliveries


def _recorded(
    settings: Settings, landing: Landing, row_count: int
) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(
        asset_key=DELIVERIES,
        metadata={
            "dagster/row_count": row_count,
            "exports folder": dg.MetadataValue.path(str(settings.exports_dir)),
            "object stores": ", ".join(settings.landing.stores) or "none",
            "deliveries": dg.MetadataValue.md(_listing(landing)),
        },
    )


def _every_file_is_recognized(landing: Landing, *, blocks: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=DELIVERIES,
        check_name=EVERY_FILE.name,
        passed=not landing.refusals,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        metadata={"refused": dg.MetadataValue.md(_refusals(landing))},
    )


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
