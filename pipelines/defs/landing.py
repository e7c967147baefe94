"""Landing: which exports arrived."""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.defs.decoration import domain_of, page, tags_of
from pipelines.defs.home import POOL
from pipelines.defs.inputs import RunInputs
from pipelines.defs.objecting import failure
from pipelines.defs.owners import OWNERS
from pipelines.landing.clock import now
from pipelines.landing.deliveries import clock_objection, record
from pipelines.landing.landed import Landing
from pipelines.landing.origin import remember_exports
from pipelines.landing.overdue import overdue
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import Source, TransientError
from pipelines.ledger.summary import plain
from pipelines.publishing.check import Check
from pipelines.publishing.failing_rows import more
from pipelines.publishing.landing_checks import every_file_is_recognized
from pipelines.settings import Settings

DELIVERIES = dg.AssetKey(["landing", "deliveries"])
ON_TIME = dg.AssetCheckKey(DELIVERIES, "every_source_still_delivers")
EVERY_FILE = dg.AssetCheckKey(DELIVERIES, "every_file_is_recognized")
# How long a store may be out of reach: seconds between tries.
PAUSE = 5.0


def landing_asset(settings: Settings) -> dg.AssetsDefinition:
    """Give the asset that looks at the exports folder and the object stores."""

    @dg.asset(
        key=DELIVERIES,
        group_name="landing",
        pool=POOL,
        owners=OWNERS,
        kinds={"python", "parquet"},
        tags=tags_of("landing", "deliveries"),
        metadata=page("operations.md"),
        description=(
            "What lies in the exports folder and the object stores: each vendor drop "
            "once, however often it arrived, with its source, period, files and "
            "whether a newer drop replaced it."
        ),
        check_specs=_checks(settings),
    )
    def deliveries(
        inputs: dg.ResourceParam[RunInputs],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        try:
            found = inputs.scanned()
        except TransientError as error:
            raise dg.RetryRequested(max_retries=3, seconds_to_wait=PAUSE) from error
        table = record(
            settings.deliveries_file,
            found.landing,
            found.sources,
            Privacy.of(settings),
        )
        if found.landing.deliveries:
            remember_exports(settings)
        yield _recorded(settings, found.landing, table.num_rows)
        check = every_file_is_recognized(settings, found.landing)
        yield _result(check, found.landing)
        yield _still_delivers(settings, found.sources)
        if check.blocks:
            raise failure([check.objection("landing")])

    return deliveries


def _checks(settings: Settings) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            EVERY_FILE.name,
            asset=DELIVERIES,
            blocking=settings.landing.unrecognized == "block",
            description=(
                "Each file in the exports folder or a store belongs to exactly one "
                "source and can be read. A bill that is not read is money not counted."
            ),
        ),
        dg.AssetCheckSpec(
            ON_TIME.name,
            asset=DELIVERIES,
            description=(
                "No source of cost or usage has been silent for longer than "
                "`landing.expected_every_days`, and than it ever was before."
            ),
        ),
    ]


def _recorded(
    settings: Settings, landing: Landing, row_count: int
) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(
        asset_key=DELIVERIES,
        metadata={
            "dagster/row_count": row_count,
            "exports folder": dg.MetadataValue.path(str(settings.exports_dir)),
            "not read": ", ".join(landing.skipped) or "none",
            "object stores": ", ".join(settings.landing.stores) or "none",
            "deliveries": dg.MetadataValue.md(_listing(landing, Privacy.of(settings))),
        },
    )


def _result(check: Check, landing: Landing) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=DELIVERIES,
        check_name=check.name,
        passed=check.passed,
        severity=dg.AssetCheckSeverity[check.severity.upper()],
        description=check.detail or None,
        metadata={"refused": dg.MetadataValue.md(_refusals(landing) or "none")},
    )


def _still_delivers(
    settings: Settings, sources: Sequence[Source]
) -> dg.AssetCheckResult:
    repeated = {s.name for s in sources if domain_of(s) != "lists"}
    late = overdue(
        settings.deliveries_file,
        repeated,
        settings.landing.expected_every_days,
        now(),
    )
    clock = clock_objection(settings.deliveries_file)
    said = [*filter(None, [clock]), *(str(one) for one in late)]
    return dg.AssetCheckResult(
        asset_key=DELIVERIES,
        check_name=ON_TIME.name,
        passed=not said,
        severity=dg.AssetCheckSeverity.WARN,
        description=said[0] + more(len(said) - 1, "source") if said else None,
        metadata={
            "late": dg.MetadataValue.md(
                "\n".join(f"- {plain(one)}" for one in said) or "none"
            )
        },
    )


def _listing(landing: Landing, privacy: Privacy) -> str:
    lines = ["| source | periods | delivered | files |", "|---|---|---|---|"]
    lines += [
        f"| {d.source} | {', '.join(d.periods)} | {d.delivered_at:%Y-%m-%d %H:%M} "
        f"| {plain(privacy.cleaned(', '.join(d.names)))} |"
        for d in sorted(landing.deliveries, key=lambda d: (d.source, d.periods))
    ]
    return "\n".join(lines)


def _refusals(landing: Landing) -> str:
    return "\n".join(
        f"- **{plain(', '.join(refusal.labels))}**: {plain(refusal.reason)}"
        for refusal in landing.refusals
    )
