import logging
from decimal import Decimal

import duckdb
import pytest

from pipelines.landing.source import Context, Source
from pipelines.sources.plans import PlanError, overlay, overlays, with_overlays
from pipelines.sources.plans.folder import read_folder

SHIPPED = Source(
    name="aws",
    table="focus",
    description="AWS",
    expected="a CUR",
    claims=lambda _: True,
    drops=lambda _: (),
    select=lambda *_: (
        "select 1.5::decimal(38, 12) as BilledCost, 'EC2' as ServiceName, "
        "'BoxUsage' as x_UsageType, 'kept' as x_Custom, 7::bigint as x_SourceRowNumber"
    ),
    restates="period",
    version=3,
)


@pytest.fixture
def overlaid(write_plan):
    folder = write_plan(
        folder="mine",
        conversion_type="map_values",
        column="ServiceName",
        focus_column="ServiceName",
        conversion_args={
            "value_list": [{"key": "EC2", "value": "Compute Cloud"}],
            "default_value": "Other",
        },
    )
    (folder / "source.yaml").write_text("overlay: aws\n")
    return folder


def rows(source, settings, columns):
    with duckdb.connect() as db:
        select = source.select(Context(db, settings), (), "2026-08")
        return db.sql(f"select {columns} from ({select})").fetchall()


def test_an_overlay_replaces_its_column_and_no_other(overlaid, settings):
    source = overlay(SHIPPED, read_folder(overlaid))

    assert rows(
        source,
        settings,
        "ServiceName, BilledCost, x_UsageType, x_Custom, x_SourceRowNumber, SkuId",
    ) == [("Compute Cloud", Decimal("1.5"), "BoxUsage", "kept", 7, None)]


def test_an_overlay_may_add_a_column(overlaid, write_plan, settings):
    write_plan("sku_S001", "mine", column="x_UsageType", focus_column="x_Meter")

    source = overlay(SHIPPED, read_folder(overlaid))

    assert rows(source, settings, "x_Meter, x_UsageType") == [("BoxUsage", "BoxUsage")]


def test_an_overlay_warns_once_of_a_column_that_focus_rows_lack(
    overlaid, write_plan, settings, caplog
):
    write_plan("sku_S001", "mine", column="product_sku", focus_column="SkuId")
    write_plan("sku_S002", "mine", column="product_sku", focus_column="SkuPriceId")

    with caplog.at_level(logging.WARNING, logger="pipelines.sources.plans"):
        rows(overlay(SHIPPED, read_folder(overlaid)), settings, "SkuId")

    assert caplog.messages == ["mine: NULL, not in the FOCUS rows: product_sku"]


def test_an_overlay_keeps_every_row(overlaid, write_plan):
    write_plan(
        "only_S001",
        "mine",
        focus_column="PlaceHolder",
        conversion_type="sql_query",
        conversion_args="SELECT * FROM {{ TABLE_NAME }} WHERE BilledCost > 0",
    )

    with pytest.raises(PlanError, match=r"only_S001.yaml.* WHERE: an overlay keeps"):
        overlay(SHIPPED, read_folder(overlaid))


def test_an_overlay_makes_the_providers_partitions_anew(overlaid):
    assert overlay(SHIPPED, read_folder(overlaid)).version != SHIPPED.version


def test_an_overlay_is_found_by_the_providers_name(overlaid, settings):
    [folder] = overlays(settings)["aws"]
    assert folder.path == overlaid
    (source,) = with_overlays([SHIPPED], settings)
    assert source.version != SHIPPED.version


def test_a_provider_without_an_overlay_is_as_it_is(settings):
    assert with_overlays([SHIPPED], settings) == (SHIPPED,)


def test_two_overlays_of_one_provider_are_refused(overlaid, write_plan, settings):
    second = write_plan(folder="zwei")
    (second / "source.yaml").write_text("overlay: aws\n")

    with pytest.raises(
        PlanError, match=r"zwei/source.yaml: overlay: mine overlays aws"
    ):
        overlays(settings)
