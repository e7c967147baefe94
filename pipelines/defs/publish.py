"""Publish: the audited build becomes the version that readers see."""

import dagster as dg

from pipelines.defs.home import HOME, POOL, TO_PUBLISH
from pipelines.defs.owners import OWNERS
from pipelines.publishing.versions import PublishError, publish
from pipelines.settings import Settings

VERSION = dg.AssetKey(["publish", "version"])


def publish_asset(
    settings: Settings, models: dg.AssetsDefinition
) -> dg.AssetsDefinition:
    """Give the asset that publishes; it asks the audit itself, whoever starts it."""
    marts = [key for key in models.keys if key.path[0] == "marts"]

    @dg.asset(
        key=VERSION,
        deps=sorted(marts, key=str),
        group_name="publish",
        owners=OWNERS,
        kinds={"duckdb"},
        required_resource_keys=HOME,
        pool=POOL,
        description=(
            "The version that SQL and BI tools read: marts and ledger in one folder "
            "that never changes. It is replaced only by a build that passed every "
            "blocking check; otherwise the last good version stays."
        ),
    )
    def version(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        try:
            made = publish(settings)
        except PublishError as error:
            hint = f"; {TO_PUBLISH}" if context.resources.home.note else ""
            raise dg.Failure(f"{error}{hint}") from error
        counts = made.manifest["row_counts"]
        assert isinstance(counts, dict)
        return dg.MaterializeResult(
            metadata={
                "version": made.name,
                "database": dg.MetadataValue.path(str(made.database)),
                "dagster/row_count": sum(counts.values()),
                "marts": dg.MetadataValue.json(counts),
            }
        )

    return version
