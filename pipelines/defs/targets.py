"""Targets: the published version, copied to where other tools read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import dagster as dg

from pipelines.defs.decoration import page, tags_of
from pipelines.defs.home import HOME, POOL
from pipelines.defs.objecting import failure
from pipelines.defs.owners import OWNERS
from pipelines.defs.publish import VERSION
from pipelines.ledger.summary import plain
from pipelines.publishing.versions import PublishError, Version, current
from pipelines.settings import Settings
from pipelines.targets import TargetError, object_store, spark_catalog
from pipelines.targets import postgres as to_postgres
from pipelines.targets.attempts import recorded
from pipelines.targets.registry import chosen

POSTGRES = dg.AssetKey(["publish", "postgres"])
OBJECT_STORE = dg.AssetKey(["publish", "object_store"])
SPARK_CATALOG = dg.AssetKey(["publish", "spark_catalog"])
KINDS = {"s3": "s3", "gs": "googlecloud", "abfss": "azure"}
# By the names of the targets.
TARGET_KEYS = {
    "postgres": POSTGRES,
    "object-store": OBJECT_STORE,
    "spark-catalog": SPARK_CATALOG,
}
Copy = dg.MaterializeResult[None]


def target_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Give an asset for each target that the settings name."""
    make = {
        "postgres": _postgres,
        "object-store": _object_store,
        "spark-catalog": _spark_catalog,
    }
    return [make[target.name](settings) for target in chosen(settings)]


def _target(
    key: dg.AssetKey, kind: str, document: str, description: str
) -> Callable[[Callable[[], Copy]], dg.AssetsDefinition]:
    """Make an asset of the function that copies the published version."""
    return dg.asset(
        key=key,
        deps=[VERSION],
        group_name="publish",
        owners=OWNERS,
        kinds={kind},
        required_resource_keys=HOME,
        pool=POOL,
        tags=tags_of("publish", "version"),
        metadata=page(document),
        description=description,
    )


def _postgres(settings: Settings) -> dg.AssetsDefinition:
    @_target(
        POSTGRES,
        "postgres",
        "postgres.md",
        "The published version in Postgres: a schema of its own, and views that change "
        "to it in one transaction. Where it fails, the views show the version before, "
        "and the version in the home folder stays published.",
    )
    def postgres() -> Copy:
        with _current(settings, "postgres") as version:
            copied = to_postgres.copy_version(settings, version)
        return dg.MaterializeResult(asset_key=POSTGRES, metadata=_shown(copied))

    return postgres


def _object_store(settings: Settings) -> dg.AssetsDefinition:
    @_target(
        OBJECT_STORE,
        KINDS[settings.publishing.object_store.partition("://")[0]],
        "publish-to-object-stores.md",
        "The published version in an object store: its files, and `current.json`, "
        "which names it. Where it fails, `current.json` names the version before, and "
        "the version in the home folder stays published.",
    )
    def object_store_() -> Copy:
        with _current(settings, "object-store") as version:
            stored = object_store.copy_version(settings, version)
        metadata: Mapping[str, dg.MetadataValue] = {
            "address": dg.MetadataValue.text(stored.address),
            "files_sent": dg.MetadataValue.int(len(stored.sent)),
            "bytes_sent": dg.MetadataValue.int(sum(stored.sent.values())),
            "seconds": dg.MetadataValue.float(round(stored.seconds, 2)),
            "retired": dg.MetadataValue.json([*stored.retired]),
            "notes": _listed(stored.notes),
        }
        return dg.MaterializeResult(asset_key=OBJECT_STORE, metadata=metadata)

    return object_store_


def _spark_catalog(settings: Settings) -> dg.AssetsDefinition:
    @_target(
        SPARK_CATALOG,
        "spark",
        "scale.md",
        "The published version in the catalog of a Spark: a schema of its own with its "
        "Parquet files as tables, and views that show it.",
    )
    def spark_catalog_() -> Copy:
        with _current(settings, "spark-catalog") as version:
            shown = spark_catalog.copy_version(settings, version)
        metadata: Mapping[str, dg.MetadataValue] = {
            "schema": dg.MetadataValue.text(shown.schema),
            "tables": dg.MetadataValue.json([*shown.tables]),
            "seconds": dg.MetadataValue.float(round(shown.seconds, 2)),
            "retired": dg.MetadataValue.json([*shown.retired]),
        }
        return dg.MaterializeResult(asset_key=SPARK_CATALOG, metadata=metadata)

    return spark_catalog_


@contextmanager
def _current(settings: Settings, target: str) -> Iterator[Version]:
    """Give the version to copy, record how that goes, and fail with the sentence."""
    try:
        version = current(settings)
    except PublishError as error:  # it is damaged
        raise failure([str(error)]) from None
    if version is None:
        raise failure([f"no version is published to copy to {target}"])
    try:
        with recorded(settings, target, version):
            yield version
    except TargetError as error:
        raise failure([str(error)]) from None


def _shown(copied: to_postgres.Copied) -> Mapping[str, dg.MetadataValue]:
    """Show what was copied, how long it took, and what somebody should know."""
    return {
        "schema": dg.MetadataValue.text(copied.schema),
        "dagster/row_count": dg.MetadataValue.int(sum(copied.rows.values())),
        "rows": dg.MetadataValue.json(copied.rows),
        "load_seconds": dg.MetadataValue.float(round(copied.load_seconds, 2)),
        "swap_seconds": dg.MetadataValue.float(round(copied.swap_seconds, 2)),
        "retired": dg.MetadataValue.json([*copied.retired]),
        "notes": _listed(copied.notes),
    }


def _listed(notes: Sequence[str]) -> dg.MetadataValue:
    listed = "\n".join(f"- {plain(note)}" for note in notes)
    return dg.MetadataValue.md(listed or "none")
