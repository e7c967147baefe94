"""Half, doubled, reordered and partial deliveries: right once, or refused by name."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.settings import LandingSettings

HERE = Path(__file__).parent
HEADER = (
    "BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,"
    "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,BilledCost,EffectiveCost,"
    "ListCost,ContractedCost,InvoiceIssuerName,ServiceName"
)


@pytest.fixture
def focus(put):
    """Put a FOCUS export of September: a charge per day, and its cost."""

    def write(name, costs, hour=0, **more):
        named = {"account": "111", "sub": "sa1", "issuer": "Acme"} | more
        account, sub, issuer = named["account"], named["sub"], named["issuer"]
        lines = [HEADER]
        lines += [
            f"{account},{sub},USD,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,"
            f"2026-09-{day:02}T00:00:00Z,2026-09-{day:02}T01:00:00Z,Usage,"
            f"{cost},{cost},{cost},{cost},{issuer},Machines"
            for day, cost in costs.items()
        ]
        return put(name, "\n".join(lines) + "\n", hour)

    return write


def reasons(found):
    return [refusal.reason for refusal in found.refusals]


@pytest.mark.parametrize(
    ("case", "cost"),
    [
        # The run of folder 202610040312 is the newer one, whatever the files' dates.
        ("az-two-runs-mtd", {"azure 2026-09": "9"}),
        # 4.00 of account 222 and 1.50 of account 111.
        ("focus-two-accounts-same-name", {"focus_export 2026-09": "5.5"}),
        # Oracle adds reports: 1 + 2 + 4 + 8.
        ("oci-focus-many-files", {"focus_export 2026-09": "15"}),
    ],
)
def test_deliveries_of_one_month_count_once_each(case, cost, billed):
    assert billed(case) == cost


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("aws-missing-chunk", ("cur-1.csv", "only 1, 3 are here, part 2 is missing")),
        ("oa-has-more-missing-page", ("page-001.json", "has_more", "page_AAAB")),
        ("gcp-standard-and-detailed", ("std.json", "det.json", "AAAAAA-BBBBBB-CCCCCC")),
        ("aws-cur-plus-focus-double", ("cur.csv", "focus.csv", "111122223333")),
    ],
)
def test_half_and_doubled_months_are_refused_by_name(case, words, inspected):
    found = inspected(case)

    assert not found.months
    (reason,) = reasons(found)
    for word in words:
        assert word in reason


def test_the_owner_may_choose_whose_export_bills_an_account(billed):
    chosen = LandingSettings(bill_from={"111122223333": "aws"})
    other = LandingSettings(bill_from={"111122223333": "focus_export"})

    assert billed("aws-cur-plus-focus-double", landing=chosen) == {"aws 2026-09": "0.1"}
    assert billed(landing=other) == {"focus_export 2026-09": "0.1"}


def test_daily_files_of_one_export_add_up(focus, billed):
    focus("focus-2026-09-01.csv", {1: 1})
    focus("focus-2026-09-02.csv", {2: 2})
    focus("focus-2026-09-03.csv", {3: 4})

    assert billed() == {"focus_export 2026-09": "7"}


def test_the_files_of_two_hours_of_a_day_add_up(focus, billed):
    for hour in (5, 6):
        path = focus(f"focus-202609030{hour}0000.csv", {3: hour})
        path.write_text(
            path.read_text()
            .replace("2026-09-03T00:00:00Z", f"2026-09-03T0{hour}:00:00Z")
            .replace("2026-09-03T01:00:00Z", f"2026-09-03T0{hour + 1}:00:00Z")
        )

    assert billed() == {"focus_export 2026-09": "11"}


def test_month_to_date_files_replace_each_other(focus, billed):
    focus("focus-20260902.csv", {1: 1, 2: 2}, hour=1)
    focus("focus-20260903.csv", {1: 1, 2: 3, 3: 5}, hour=2)

    assert billed() == {"focus_export 2026-09": "9"}


def test_a_file_of_the_last_days_replaces_those_days_only(focus, inspected):
    # Days 1 to 3 were 1 + 2 + 4; days 2 to 4 come again as 3 + 5 + 8: 1 + 16 = 17.
    focus("focus-20260903.csv", {1: 1, 2: 2, 3: 4}, hour=1)
    focus("focus-20260904.csv", {2: 3, 3: 5, 4: 8}, hour=2)

    found = inspected()

    assert [month.billed_cost for month in found.months] == [17]
    notes = " ".join(found.notes)
    assert "focus-20260903.csv: only 2026-09-01 counted" in notes
    assert "2 rows left out: a newer delivery has its day" in notes


def test_a_days_restatement_replaces_that_day_of_the_month(focus, billed):
    focus("focus-20261001.csv", {1: 1, 2: 2, 30: 4}, hour=1)
    focus("focus-20261002.csv", {2: 20}, hour=2)

    assert billed() == {"focus_export 2026-09": "25"}


def test_subscriptions_of_one_payer_are_not_reruns(focus, billed):
    focus("sub-1/focus.csv", {1: 1, 2: 2}, sub="s-1", hour=1)
    focus("sub-2/focus.csv", {1: 4, 2: 8}, sub="s-2", hour=2)

    assert billed() == {"focus_export 2026-09": "15"}


def test_two_exports_of_one_account_under_two_names_are_refused(focus, inspected):
    focus("old/focus.csv", {1: 1, 2: 2})
    focus("new/export.csv", {1: 1, 2: 2, 3: 3})

    (reason,) = reasons(inspected())

    assert "old/focus.csv" in reason
    assert "new/export.csv" in reason
    assert "both bill account 111 for 2026-09" in reason
    assert 'landing.bill_from for 111 to "focus_export/new/export"' in reason


@pytest.mark.parametrize("name", ["focus-{}.csv", "focus ({}).csv", "focus_v{}.csv"])
def test_numbers_that_may_be_parts_or_reruns_are_refused(name, focus, inspected):
    focus(name.format(1), {1: 1, 2: 2}, hour=1)
    focus(name.format(2), {1: 1, 2: 3}, hour=2)

    found = inspected()

    assert not found.months
    assert "count the same money twice" in reasons(found)[0]


def test_two_names_of_other_days_are_one_month(focus, billed):
    focus("first-half.csv", {1: 1, 15: 2})
    focus("second-half.csv", {16: 4, 30: 8})

    assert billed() == {"focus_export 2026-09": "15"}


@pytest.mark.parametrize(
    "names",
    [
        ("x-00001.csv", "x-00003.csv"),
        ("x_000000000000.csv", "x_000000000002.csv"),
        ("part-00000-a1b2.csv", "part-00002-c3d4.csv"),
        ("focus part 1 of 3.csv", "focus part 3 of 3.csv"),
        ("focus_1_of_3.csv", "focus_2_of_3.csv"),
        ("chunk-1.csv", "chunk-3.csv"),
        ("x-00002.csv",),
    ],
)
def test_a_gap_in_numbered_parts_is_refused(names, focus, inspected):
    for number, name in enumerate(names, 1):
        focus(name, {number: number})

    found = inspected()

    assert not found.months
    (refusal,) = found.refusals
    assert "is missing" in refusal.reason
    assert set(refusal.names) == set(names)


@pytest.mark.parametrize(
    "names",
    [
        ("x-00001.csv", "x-00002.csv", "x-00003.csv"),
        ("x000000000000.csv", "x000000000001.csv", "x000000000002.csv"),
        ("part-00000-a1.csv", "part-00001-b2.csv", "part-00002-c3.csv"),
        ("p 1 of 3.csv", "p 2 of 3.csv", "p 3 of 3.csv"),
        ("data_0_0_0.csv", "data_0_1_0.csv", "data_2_0_1.csv"),
    ],
)
def test_numbered_parts_are_one_delivery(names, focus, inspected):
    # The parts share days, as a writer splits rows by size: 1 + 2 + 4.
    for name, cost in zip(names, (1, 2, 4), strict=True):
        focus(name, {1: cost})

    (month,) = inspected().months

    assert month.billed_cost == 7
    assert [d.names for d in month.deliveries] == [names]


def test_one_broken_file_of_an_export_does_not_stop_the_others(focus, put, inspected):
    focus("focus-20260901.csv", {1: 1})
    bad = focus("focus-20260902.csv", {2: 2})
    bad.write_text(bad.read_text().replace(",2,2,2,2,", ",2,2,two,2,"))
    focus("focus-20260903.csv", {3: 4})

    found = inspected()

    assert [month.billed_cost for month in found.months] == [5]
    (refusal,) = found.refusals
    assert refusal.names == ("focus-20260902.csv",)
    assert "row 1, column ListCost: two is no number" in refusal.reason


def test_content_that_returns_is_the_newest_again(focus, billed):
    focus("focus-20260901.csv", {1: 100}, hour=1)
    focus("focus-20260902.csv", {1: 999}, hour=2)
    focus("focus-20260903.csv", {1: 100}, hour=3)

    assert billed() == {"focus_export 2026-09": "100"}


def test_an_oracle_report_that_comes_again_with_other_content_is_refused(
    focus, inspected
):
    name = "FOCUS Reports/2026/09/0{}/0001000001234501-00001.csv"
    focus(name.format(1), {1: 1}, issuer="Oracle")
    focus(name.format(2), {1: 2}, issuer="Oracle")

    (reason,) = reasons(inspected())

    assert "both report 0001000001234501 of Oracle" in reason


@pytest.fixture
def cur(put):
    """Put a Cost and Usage Report of September: an hour of usage per day."""
    template = (
        HERE / "aws-missing-chunk/in/cur/20260901-20261001/cur-1.csv"
    ).read_text()

    def write(name, costs, hour=0):
        header, row = template.splitlines()
        rows = [
            row.replace("2026-09-03", f"2026-09-{day:02}").replace(
                ",USD,0.1,0.1,", f",USD,{cost},{cost},"
            )
            for day, cost in costs.items()
        ]
        return put(name, "\n".join([header, *rows]) + "\n", hour)

    return write


def test_daily_extracts_of_a_report_add_up(cur, billed):
    cur("cur-2026-09-01.csv", {1: 1})
    cur("cur-2026-09-02.csv", {2: 2})
    cur("cur-2026-09-15.csv", {15: 4})

    assert billed() == {"aws 2026-09": "7"}


def test_month_to_date_extracts_of_a_report_replace_each_other(cur, billed):
    cur("20261003/cur.csv", {1: 1, 2: 2, 3: 4}, hour=2)
    cur("20261002/cur.csv", {1: 1, 2: 1}, hour=1)

    assert billed() == {"aws 2026-09": "7"}


def test_chunks_of_a_report_are_one_delivery(cur, billed):
    cur("cur-1.csv", {1: 1})
    cur("cur-2.csv", {1: 2})

    assert billed() == {"aws 2026-09": "3"}


def test_the_file_of_month_nine_is_no_chunk(cur, billed):
    cur("cur-9.csv", {1: 1})

    assert billed() == {"aws 2026-09": "1"}


@pytest.fixture
def azure(put):
    """Put cost details of September: a day of a machine, and its cost."""
    place = "az-two-runs-mtd/in/r/20260901-20260930/202609150312/a/part_0_0001.csv"
    template = (HERE / place).read_text()

    def write(name, costs, hour=0, sub="sub-1"):
        header, row = template.splitlines()
        rows = [
            row.replace("09/15/2026", f"09/{day:02}/2026")
            .replace("24,0.1,5,0.1", f"24,0.1,{cost},0.1")
            .replace("sub-1", sub)
            for day, cost in costs.items()
        ]
        return put(name, "\n".join([header, *rows]) + "\n", hour)

    return write


def test_daily_runs_of_an_azure_export_add_up(azure, billed):
    azure("e/20260914-20260914/202609150300/g1/part_0_0001.csv", {14: 1})
    azure("e/20260915-20260915/202609160300/g2/part_0_0001.csv", {15: 2})

    assert billed() == {"azure 2026-09": "3"}


def test_a_later_run_of_a_month_replaces_days_that_have_no_charge_now(azure, billed):
    # The run is of the whole month: a refunded day is gone, not kept.
    azure("e/20260901-20260930/202609300300/g1/part_0_0001.csv", {14: 1, 30: 4})
    azure("e/20260901-20260930/202610040300/g2/part_0_0001.csv", {14: 2})

    assert billed() == {"azure 2026-09": "2"}


def test_a_run_of_several_months_covers_each_to_its_end(azure, billed):
    # The older run has a charge on the 30th, which the newer one took back.
    azure("e/20260901-20260930/202610010300/g1/part_0_0001.csv", {14: 1, 30: 4})
    azure("e/20260815-20261010/202610110300/g2/part_0_0001.csv", {14: 2})

    assert billed() == {"azure 2026-09": "2"}


def test_a_missing_partition_of_an_azure_run_is_refused(azure, inspected):
    folder = "e/20260901-20260930/202610040300/g"
    azure(f"{folder}/part_0_0001.csv", {14: 1})
    azure(f"{folder}/part_2_0001.csv", {15: 2})

    found = inspected()

    assert not found.months
    assert "part 1 is missing" in reasons(found)[0]


@pytest.fixture
def aws_focus(focus, put):
    """Put a Data Export of a FOCUS table: files, and the manifest that names them."""

    def write(execution, *costs):
        folder = f"BILLING_PERIOD=2026-09/{execution}"
        names = [f"exp/data/{folder}/exp-{n:05}.csv" for n in range(1, len(costs) + 1)]
        for name, day in zip(names, costs, strict=True):
            focus(name, day)
        put(
            f"exp/metadata/{folder}/exp-Manifest.json",
            {
                "exportName": "exp",
                "executionId": execution,
                "dataFiles": [f"s3://bucket/prefix/{name}" for name in names],
                "columns": [{"name": "BilledCost"}],
            },
        )
        return names

    return write


def test_an_aws_focus_export_is_whole_by_its_manifest(aws_focus, inspected):
    aws_focus("20261003T050000Z-a", {1: 1}, {2: 1})
    aws_focus("20261004T050000Z-b", {1: 2}, {2: 4})

    found = inspected()

    assert not found.refusals
    (month,) = found.months
    assert month.billed_cost == 6
    (delivery,) = month.deliveries
    assert (delivery.complete_by, delivery.ordered_by) == ("manifest", "run folder")


def test_an_aws_focus_export_without_a_file_of_its_manifest_is_refused(
    aws_focus, inspected, settings
):
    _, last = aws_focus("20261004T050000Z-b", {1: 2}, {2: 4})
    (settings.exports_dir / last).unlink()

    found = inspected()

    assert not found.months
    (refusal,) = found.refusals
    assert "exp-00002.csv, which is not there" in refusal.reason
    assert len(refusal.names) == 2


def google(day, cost, exported="2026-10-01 05:00:00 UTC", **more):
    row = {
        "billing_account_id": "AAAAAA-BBBBBB-CCCCCC",
        "service": {"id": "6F81", "description": "Compute Engine"},
        "sku": {"id": "S", "description": "N2 Instance Core running in EMEA"},
        "usage_start_time": f"2026-09-{day:02} 10:00:00 UTC",
        "usage_end_time": f"2026-09-{day:02} 11:00:00 UTC",
        "project": {"id": "p1"},
        "location": {"location": "europe-west1", "region": "europe-west1"},
        "export_time": exported,
        "cost": str(cost),
        "currency": "EUR",
        "usage": {"amount": "3600", "unit": "seconds"},
        "credits": [],
        "invoice": {"month": "202609"},
        "cost_type": "regular",
    }
    return json.dumps(row | more) + "\n"


def test_rows_that_two_extracts_of_a_table_share_count_once(put, inspected):
    # 1 + 2 (twice, an equal line) in the first; the second has them again, and 4.
    put("first.json", google(1, 1) + google(2, 2) * 2, hour=1)
    put("second.json", google(1, 1) + google(2, 2) * 2 + google(3, 4), hour=2)

    found = inspected()

    assert [month.billed_cost for month in found.months] == [9]
    assert "3 rows left out: a newer extract has the same row" in " ".join(found.notes)


def test_equal_rows_of_two_extracts_without_export_time_are_refused(put, inspected):
    put("first.json", google(1, 1, exported=None), hour=1)
    put("second.json", google(1, 1, exported=None) + google(2, 2, exported=None))

    found = inspected()

    assert not found.months
    assert "an equal row without export_time" in reasons(found)[0]


def test_shards_of_an_extract_keep_their_equal_lines(put, billed):
    put("gcp-000000000000.json", google(1, 1) + google(2, 2))
    put("gcp-000000000001.json", google(2, 2))

    assert billed() == {"gcp 2026-09": "5"}


def page(*days, more=None, start=1):
    buckets = [
        {
            "object": "bucket",
            "start_time": moment(start + n),
            "end_time": moment(start + n + 1),
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": cost, "currency": "usd"},
                    "line_item": "x",
                }
            ],
        }
        for n, cost in enumerate(days)
    ]
    body = {"object": "page", "data": buckets, "has_more": more is not None}
    return json.dumps(body | {"next_page": more})


def moment(day):
    return int(datetime(2026, 9, day, tzinfo=UTC).timestamp())


@pytest.mark.parametrize("folder", ["20261001T020000Z/", ""])
def test_a_chain_of_pages_is_one_delivery(folder, put, inspected):
    put(f"{folder}page-001.json", page(1, 2, more="b"))
    put(f"{folder}page-002.json", page(4, start=3, more="c"))
    put(f"{folder}page-003.json", page(8, start=4))

    found = inspected()

    assert not found.refusals
    (month,) = found.months
    assert month.billed_cost == 15
    assert [d.complete_by for d in month.deliveries] == ["last page"]


@pytest.mark.parametrize("folder", ["20261001T020000Z/", ""])
@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_chain_without_one_of_its_pages_is_refused(folder, missing, put, inspected):
    pages = {
        1: page(1, 2, more="b"),
        2: page(4, start=3, more="c"),
        3: page(8, start=4),
    }
    del pages[missing]
    for number, content in pages.items():
        put(f"{folder}page-{number:03}.json", content)

    found = inspected()

    assert not found.months
    assert found.refusals


def test_a_page_that_is_here_again_counts_once(put, billed):
    put("20261001T020000Z/page-001.json", page(1, 2, more="b"))
    put("20261001T020000Z/page-002.json", page(4, start=3))
    put("20261001T020000Z/page-002 (1).json", page(4, start=3))

    assert billed() == {"openai 2026-09": "7"}


def test_results_without_a_project_of_two_folders_are_refused(put, inspected):
    put("o1/costs.json", page(1, 2))
    put("o2/costs.json", page(4, 8))

    found = inspected()

    assert not found.months
    assert "two organizations or one that was pulled twice" in reasons(found)[0]


def test_an_amount_that_is_null_is_unknown_and_said(put, inspected):
    put("page.json", page(1, None))

    found = inspected()

    assert [month.billed_cost for month in found.months] == [1]
    assert "1 row has no BilledCost; it is unknown" in " ".join(found.notes)


def test_an_assembly_in_the_folder_of_a_month_is_of_all_of_it(cur, billed):
    cur("r/20260901-20261001/a1/r-1.csv", {1: 1, 2: 2}, hour=1)
    cur("r/20260901-20261001/b2/r-1.csv", {1: 4}, hour=2)

    assert billed() == {"aws 2026-09": "4"}


def of_projects(**costs):
    body = json.loads(page(*costs.values()))
    bucket = body["data"][0]
    body["data"] = [bucket]
    bucket["results"] = [
        {
            "object": "organization.costs.result",
            "amount": {"value": cost, "currency": "usd"},
            "line_item": "x",
            "project_id": None if project == "none" else project,
        }
        for project, cost in costs.items()
    ]
    return json.dumps(body)


@pytest.mark.parametrize(
    ("first", "second", "cost"),
    [
        # A pull of project a replaces its day, and not that of b: 5 + 2.
        ({"a": 1, "b": 2}, {"a": 5}, "7"),
        ({"a": 1, "b": 2}, {"a": 5, "b": 3}, "8"),
        # Without projects on one side, nothing says that the other is a part of it.
        ({"none": 3}, {"a": 1, "b": 3}, "4"),
        ({"a": 1, "b": 2}, {"none": 4}, "4"),
    ],
)
def test_a_pull_of_some_projects_replaces_those(first, second, cost, put, billed):
    put("20261001T020000Z/page-001.json", of_projects(**first))
    put("20261002T020000Z/page-001.json", of_projects(**second))

    assert billed() == {"openai 2026-09": cost}


def test_an_oracle_cost_report_beside_its_focus_report_is_refused(
    put, focus, inspected
):
    tenancy = "ocid1.tenancy.oc1..aaaa"
    header = (
        "lineItem/referenceNo,lineItem/tenantId,lineItem/intervalUsageStart,"
        "lineItem/intervalUsageEnd,product/service,cost/productSku,cost/unitPrice,"
        "cost/myCost,cost/currencyCode,usage/billedQuantity,cost/skuUnitDescription,"
        "lineItem/isCorrection"
    )
    row = (
        f"r1,{tenancy},2026-09-03T00:00Z,2026-09-03T01:00Z,COMPUTE,B1,0.1,0.1,USD,1,"
        "OCPU Per Hour,false"
    )
    put("reports/0001000000612345.csv", f"{header}\n{row}\n")
    focus("0001000001234501-00001.csv", {3: 1}, sub=tenancy, issuer="Oracle")

    found = inspected()

    assert not found.months
    assert "count the same money twice" in reasons(found)[0]


def test_two_whole_pulls_in_one_folder_are_two(put, billed):
    put("september-a.json", page(1, 2))
    put("september-b.json", page(4, start=3))

    assert billed() == {"openai 2026-09": "7"}
