"""Publish: the audited build becomes the version that readers see."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import dagster as dg
import duckdb

from pipelines.defs.decoration import amounts, page, tags_of
from pipelines.defs.home import HOME, POOL, TO_PUBLISH
from pipelines.defs.objecting import failure
from pipelines.defs.owners import OWNERS
from pipelines.ledger.summary import markdown
from pipelines.publishing.failing_rows import more
from pipelines.publishing.publish import publish
from pipelines.publishing.versions import PAGES, QUALITY, PublishError, Version
from pipelines.settings import Settings

VERSION = dg.AssetKey(["publish", "version"])
GATE = dg.AssetCheckSpec(
    "gate",
    asset=VERSION,
    blocking=True,
    description=(
        "Nothing speaks against publishing the build: every blocking check ran on it "
        "and held. What speaks against it is listed, a sentence each."
    ),
)
# The schedule publishes each morning; a version of the day before yesterday is old.
OLD, TOO_OLD = timedelta(hours=30), timedelta(hours=48)
# `explained` is tax, credits, exchange rate and rounding.
PROOF = """
with amounts as (
    select
        *,
        round(invoice_amount, 2) as invoice,
        round(ledger_billed_cost, 2) as billing_rows,
        case when invoice_amount is not null then round(unexplained_difference, 2) end
            as unexplained
    from fct_reconciliation_monthly
)
select
    strftime(billing_period_start, '%Y-%m') as month,
    source_name as source,
    verdict,
    format('{:,.2f}', invoice::double) as invoice,
    format('{:,.2f}', billing_rows::double) as rows,
    format('{:,.2f}', (invoice - billing_rows - unexplained)::double) as explained,
    format('{:,.2f}', unexplained::double) as unexplained,
    billing_currency as currency
from amounts
order by month desc, amounts.billing_rows desc, source
"""
TOTALS = """
select billing_currency, sum(billed_cost), sum(effective_cost)
from fct_charges_daily
group by all
order by all
"""


def publish_asset(
    settings: Settings, models: dg.AssetsDefinition
) -> dg.AssetsDefinition:
    """Give the asset that publishes; it asks the audit itself."""
    marts = [key for key in models.keys if key.path[0] == "marts"]

    @dg.asset(
        key=VERSION,
        deps=sorted(marts, key=str),
        group_name="publish",
        owners=OWNERS,
        kinds={"duckdb", "parquet"},
        required_resource_keys=HOME,
        pool=POOL,
        tags=tags_of("publish", "version"),
        metadata=page("operations.md", "it-is-not-published-what-now"),
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=TOO_OLD, warn_window=OLD
        ),
        description=(
            "The version that SQL and BI tools read: marts and ledger in one folder "
            "that never changes. It is replaced only by a build that passed every "
            "blocking check; otherwise the last good version stays."
        ),
        check_specs=[GATE],
    )
    def version(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        try:
            made = publish(settings)
        except PublishError as error:
            part = context.resources.home.note
            said = (*error.objections, *([TO_PUBLISH] if part else []))
            yield _gate(said)
            raise failure(said) from None
        yield dg.MaterializeResult(asset_key=VERSION, metadata=_proof(settings, made))
        yield _gate(())

    return version


def _gate(objections: tuple[str, ...]) -> dg.AssetCheckResult:
    rows: list[tuple[object, ...]] = [(o.replace("|", "/"),) for o in objections]
    first = objections[0] if objections else "nothing speaks against it"
    return dg.AssetCheckResult(
        asset_key=VERSION,
        check_name=GATE.name,
        passed=not objections,
        description=first + more(len(objections) - 1, "objection"),
        metadata={
            "objections": dg.MetadataValue.md(markdown(["objection"], rows)),
            "dagster/row_count": dg.MetadataValue.int(len(rows)),
        },
    )


def _proof(settings: Settings, made: Version) -> Mapping[str, dg.MetadataValue]:
    """Show what is published: the verdict of each month, totals, and how to ask."""
    counts = made.manifest["row_counts"]
    assert isinstance(counts, dict)
    with duckdb.connect(str(made.database), read_only=True) as db:
        proof = db.execute(PROOF)
        head = [column[0] for column in proof.description or []]
        table = markdown(head, proof.fetchall())
        totals = {
            f"{name} {currency}": cost
            for currency, *costs in db.execute(TOTALS).fetchall()
            for name, cost in zip(("billed_cost", "effective_cost"), costs, strict=True)
        }
    asked = "select * from fct_reconciliation_monthly"
    return {
        "proof": dg.MetadataValue.md(table),
        **amounts(totals),
        "version": dg.MetadataValue.text(made.name),
        "database": dg.MetadataValue.path(str(made.database)),
        "pages": dg.MetadataValue.path(str(made.folder / PAGES / "index.html")),
        "quality": dg.MetadataValue.path(str(made.folder / QUALITY)),
        "query": dg.MetadataValue.text(
            f'unitmill query --home "{settings.home_dir}" "{asked}"'
        ),
        "dagster/row_count": dg.MetadataValue.int(sum(counts.values())),
        "marts": dg.MetadataValue.json(counts),
    }
