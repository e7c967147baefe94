"""The same rows in every format that AWS delivers become the same charges."""

import json
from decimal import Decimal

import pytest

from pipelines.focus.schema import columns
from pipelines.sources.cost.aws.columns import missing_core, services

ROWS = (
    {"line_item_unblended_cost": "9.6E-6", "line_item_resource_id": 'a "b", c\nd'},
    {"line_item_unblended_cost": "1000000.000000000001"},
    {"line_item_usage_account_id": "007"},
)
TAGS = {"user_team": "search", "user_empty": "", "aws_created_by": "Root:1"}


def written(cur, exports, kind):
    rows = [cur.row(**changes) for changes in ROWS]
    if kind == "parquet":
        return cur.parquet(exports / "report-00001.snappy.parquet", rows)
    if kind == "zip":
        return cur.zip(exports / "report-1.csv.zip", rows)
    suffix = ".csv.gz" if kind.endswith("gz") else ".csv"
    return cur.csv(exports / f"report-1{suffix}", rows, legacy="legacy" in kind)


@pytest.mark.parametrize(
    "kind", ["legacy", "legacy gz", "zip", "parquet", "cur2", "cur2 gz"]
)
def test_every_format_keeps_every_row_and_cent(cur, exports, ledger, kind):
    written(cur, exports, kind)

    rows = ledger(exports)

    costs = [charge.BilledCost for charge in rows]
    whole = Decimal("1000000.000000000001")
    assert costs[0] == Decimal("0.0000096")
    assert abs(costs[1] - whole) < Decimal("1e-9" if kind == "parquet" else "1e-15")
    assert [charge.x_SourceRowNumber for charge in rows] == [1, 2, 3]
    assert rows[0].ResourceId == 'a "b", c\nd'
    assert rows[2].SubAccountId == "007"


def test_an_unpacked_zip_is_gone_after_it_was_read(cur, exports, ledger, tmp_path):
    written(cur, exports, "zip")

    ledger(exports)

    assert not list((tmp_path / "home" / "tmp").glob("unzipped-*"))


def test_rows_are_numbered_through_all_files_of_a_delivery(cur, exports, ledger):
    for number in range(10, 0, -1):
        rows = [cur.row(line_item_unblended_cost=str(number))] * 2
        cur.parquet(exports / f"report-{number}.parquet", rows)

    rows = ledger(exports)

    assert [charge.x_SourceRowNumber for charge in rows] == list(range(1, 21))
    costs = [number for number in range(1, 11) for _ in range(2)]
    assert [charge.BilledCost for charge in rows] == costs


def test_csv_chunks_may_have_different_columns(cur, exports, ledger):
    cur.csv(exports / "report-1.csv", [cur.row()] * 2)
    cur.csv(exports / "report-2.csv", [cur.row(resource_tags_user_team="a")])

    rows = ledger(exports)

    assert [charge.x_SourceRowNumber for charge in rows] == [1, 2, 3]
    assert [charge.Tags for charge in rows] == [None, None, '{"team":"a"}']


def test_parquet_chunks_may_have_different_columns(cur, exports, ledger):
    cur.parquet(exports / "report-1.parquet", [cur.row()])
    cur.parquet(exports / "report-2.parquet", [cur.row(resource_tags_user_team="a")])

    assert [charge.Tags for charge in ledger(exports)] == [None, '{"team":"a"}']


@pytest.mark.parametrize("kind", ["parquet", "csv", "spaced csv"])
def test_tags_lose_the_prefix_and_empty_ones_disappear(cur, exports, ledger, kind):
    if kind == "parquet":
        cur.parquet(exports / "r.parquet", [cur.row(resource_tags=TAGS)])
    else:
        separators = (", ", ": ") if kind == "spaced csv" else (",", ":")
        text = json.dumps(TAGS, separators=separators)
        cur.csv(exports / "r.csv", [cur.row(resource_tags=text)], legacy=False)

    (charge,) = ledger(exports)

    assert json.loads(charge.Tags) == {"team": "search", "aws:created_by": "Root:1"}


def test_a_value_that_looks_like_a_prefix_is_left_alone(cur, exports, ledger):
    tags = {"user_a": 'user_x,"user_y', "user_b": '{"user_z": 1}'}
    cur.parquet(exports / "r.parquet", [cur.row(resource_tags=tags)])

    (charge,) = ledger(exports)

    assert json.loads(charge.Tags) == {"a": 'user_x,"user_y', "b": '{"user_z": 1}'}


def test_no_tags_are_null(cur, exports, ledger):
    rows = [cur.row(resource_tags={}), cur.row(resource_tags={"user_a": ""})]
    cur.parquet(exports / "r.parquet", rows)

    assert [charge.Tags for charge in ledger(exports)] == [None, None]


def test_tags_that_differ_only_in_case_are_two_tags(cur, exports, ledger):
    row = cur.row(resource_tags_user_Team="A", resource_tags_user_team="b")
    cur.csv(exports / "r.csv", [row])

    (charge,) = ledger(exports)

    assert json.loads(charge.Tags) == {"Team": "A", "team": "b"}


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_names_and_gpus_are_found_in_the_product_map(cur, exports, ledger, kind):
    product = {
        "product_name": "Strange Service",
        "gpu": "8",
        "vcpu": "96",
        "memory": "1152 GiB",
    }
    row = cur.row(line_item_product_code="Strange", product=product)
    if kind == "parquet":
        cur.parquet(exports / "r.parquet", [row])
    else:
        row["product"] = json.dumps(product)
        cur.csv(exports / "r.csv", [row], legacy=False)

    (charge,) = ledger(exports)

    assert charge.ServiceName == "Strange Service"
    assert json.loads(charge.SkuPriceDetails) == {
        "InstanceType": "m5.large",
        "GpuCount": 8,
        "CoreCount": 96,
        "MemorySize": 1152,
    }


def test_converting_twice_gives_the_same_rows(cur, exports, ledger):
    written(cur, exports, "parquet")

    assert ledger(exports) == ledger(exports)


def test_every_service_has_a_category_that_focus_allows():
    allowed = {column.name: column.allowed_values for column in columns()}

    for service in services():
        assert service["service_category"] in allowed["ServiceCategory"]


def test_core_columns_are_named_as_the_report_names_its_columns():
    assert "lineItem/UnblendedCost" in missing_core(["bill/PayerAccountId"])
    assert "line_item_unblended_cost" in missing_core(["bill_payer_account_id"])
