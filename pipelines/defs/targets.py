"""Targets: the published version, copied to where other tools read."""

from collections.abc import Mapping

import dagster as dg

from pipelines.defs.decoration import page, tags_of
from pipelines.defs.home import HOME, POOL
from pipelines.defs.objecting import failure
from pipelines.defs.owners import OWNERS
from pipelines.defs.publish import VERSION
from pipelines.publishing.versions import PublishError, current
from pipelines.settings import Settings
from pipelines.targets.postgres import Copied, TargetError, copy_version, is_chosen

POSTGRES = dg.AssetKey(["publish", "postgres"])


def target_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Give an asset for each target that the settings name."""
    return [_postgres(settings)] if is_chosen(settings) else []


def _postgres(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=POSTGRES,
        deps=[VERSION],
        group_name="publish",
        owners=OWNERS,
        kinds={"postgres"},
        required_resource_keys=HOME,
        pool=POOL,
        tags=tags_of("publish", "version"),
        metadata=page("postgres.md"),
        description=(
            "The published version in Postgres: a schema of its own, and views that "
            "change to it in one transaction. Where it fails, the views show the "
            "version before, and the version in the home folder stays published."
        ),
    )
    def postgres() -> dg.MaterializeResult[None]:
        try:
            version = current(settings)
            if version is None:
                raise failure(["no version is published that Postgres could have"])
            copied = copy_version(settings, version)
        except (PublishError, TargetError) as error:
            raise failure([str(error)]) from None
        return dg.MaterializeResult(asset_key=POSTGRES, metadata=_shown(copied))

    return postgres


def _shown(copied: Copied) -> Mapping[str, dg.MetadataValue]:
    """Show what was copied, how long it took, and what somebody should know."""
    notes = "\n".join(f"- {note}" for note in copied.notes)
    return {
        "schema": dg.MetadataValue.text(copied.schema),
        "dagster/row_count": dg.MetadataValue.int(sum(copied.rows.values())),
        "rows": dg.MetadataValue.json(copied.rows),
        "load_seconds": dg.MetadataValue.float(round(copied.load_seconds, 2)),
        "swap_seconds": dg.MetadataValue.float(round(copied.swap_seconds, 2)),
        "retired": dg.MetadataValue.json([*copied.retired]),
        "notes": dg.MetadataValue.md(notes or "none"),
    }
