"""The sample exports are reproducible, and look like what vendors deliver."""

import csv
import gzip
import json
import re
from decimal import Decimal
from itertools import pairwise

import pytest

from pipelines.settings import PROJECT_DIR
from sample_company.make import write_samples

SAMPLES = PROJECT_DIR / "sample_exports"
LEGACY = SAMPLES / "aws/legacy/lumenloop-cur/20260801-20260901"
CUR2 = SAMPLES / "aws/cur2/lumenloop-cur2"


def content(path):
    """Give a file's bytes; what compression adds to a text is not ours to promise."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def test_regenerating_gives_the_tracked_files(tmp_path):
    write_samples(tmp_path)
    made, tracked = (
        {p.relative_to(root): content(p) for p in root.rglob("*") if p.is_file()}
        for root in (tmp_path, SAMPLES)
    )
    assert sorted(made) == sorted(tracked)
    assert [str(name) for name in made if made[name] != tracked[name]] == []


def test_samples_do_not_overwrite_real_exports(tmp_path):
    (tmp_path / "aws").mkdir()
    with pytest.raises(FileExistsError, match=r"aws is not a sample"):
        write_samples(tmp_path)


def test_the_samples_stay_small():
    assert sum(p.stat().st_size for p in SAMPLES.rglob("*")) < 6_500_000


def test_no_sample_names_a_person_or_a_secret():
    for path in SAMPLES.rglob("*"):
        if path.suffix in {".csv", ".txt", ".json", ".md"}:
            text = path.read_text()
            assert not re.search(r"[\w.]+@[\w.]+|AKIA|\bsk-", text), path


def test_amounts_have_at_most_ten_decimals(db):
    numbers = db.execute(
        "select value from (unpivot (select cost, plan_effective, "
        "split_cost from aws) on columns(*)) where value <> round(value, 10)"
    )
    assert numbers.fetchall() == []
    for path in (SAMPLES / "openai/costs").rglob("*.json"):
        page = json.loads(path.read_text(), parse_float=Decimal)
        for bucket in page["data"]:
            for result in bucket["results"]:
                value = Decimal(result["amount"]["value"])
                assert value == value.quantize(Decimal("1E-10"))


def test_every_line_item_type_is_there(db):
    kinds = {kind for (kind,) in db.execute("select distinct kind from aws").fetchall()}
    assert kinds == {
        "Usage",
        "DiscountedUsage",
        "RIFee",
        "SavingsPlanCoveredUsage",
        "SavingsPlanNegation",
        "SavingsPlanRecurringFee",
        "SavingsPlanUpfrontFee",
        "Fee",
        "Tax",
        "Credit",
        "Refund",
        "EdpDiscount",
    }


def test_line_item_ids_are_unique_within_a_period(db):
    repeated = db.execute(
        "select period, identity from aws group by all having count(*) > 1"
    )
    assert repeated.fetchall() == []


def test_negations_cancel_covered_usage_hour_by_hour(db):
    left = db.execute(
        """
        select period, plan, resource, started, sum(cost)
        from aws
        where kind in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
        group by all
        having sum(cost) <> 0 or count(*) <> 2
        """
    )
    assert left.fetchall() == []


def test_a_savings_plan_costs_what_was_used_and_what_was_not(db):
    plans = db.execute(
        """
        select
            period,
            plan,
            sum(cost + plan_upfront) filter (kind = 'SavingsPlanRecurringFee') as paid,
            sum(plan_effective) as used,
            sum(plan_total - plan_used) as unused
        from aws
        where plan <> '' and kind <> 'SavingsPlanUpfrontFee'
        group by all
        order by all
        """
    ).fetchall()
    assert len(plans) == 6
    assert all(paid == used + unused for _, _, paid, used, unused in plans)
    assert {period for period, *_, unused in plans if unused} == {"2026-08"}


def test_a_reservation_costs_what_was_used_and_what_was_not(db):
    months = db.execute(
        """
        select
            period,
            sum(cost + reserved_upfront) filter (kind = 'RIFee') as paid,
            sum(reserved_effective) as used,
            sum(reserved_unused + reserved_unused_upfront) as unused
        from aws
        where kind in ('RIFee', 'DiscountedUsage')
        group by all
        order by all
        """
    ).fetchall()
    assert [(paid, used + unused) for _, paid, used, unused in months] == [
        (Decimal("167.4"),) * 2,
        (Decimal(162),) * 2,
        (Decimal("167.4"),) * 2,
    ]
    assert [unused for *_, unused in months] == [0, Decimal("21.6"), 0]


def test_both_books_of_azure_have_the_same_sum_and_a_part_that_nobody_used(db):
    months = db.execute(
        """
        select period, sum(cost) filter (book = 1) as paid,
            sum(cost) filter (book = 2) as spread,
            sum(cost) filter (kind = 'UnusedReservation') as unused
        from (
            select *, 1 as book from azure
            union all
            select *, 2 as book from azure_amortized
        )
        group by all order by all
        """
    ).fetchall()
    assert [period for period, *_ in months] == ["2026-08", "2026-09", "2026-10"]
    assert all(paid == spread and unused > 0 for _, paid, spread, unused in months)


def test_pods_share_exactly_the_cost_of_their_node(db):
    different = db.execute(
        """
        with pods as (
            select parent, started, sum(split_cost + split_unused) as shared,
                sum(cost) as own
            from aws where operation = 'EKSPod-EC2' group by all
        )
        select * from pods
        left join aws on aws.resource = pods.parent and aws.started = pods.started
        where aws.cost is distinct from shared or own <> 0
        """
    )
    assert different.fetchall() == []


def test_spot_lines_carry_their_type_in_the_description_only(db):
    spot = db.execute(
        "select distinct coalesce(instance_type, ''), split_part(description, ' ', 1) "
        "from aws where usage_type like 'SpotUsage:%'"
    )
    assert spot.fetchall() == [("", "g5.12xlarge")]


def test_an_early_delivery_is_a_part_without_invoice_and_tax(db):
    early = min((CUR2 / "data/BILLING_PERIOD=2026-10").iterdir())
    rows, invoices, taxes = db.execute(
        f"""
        select count(*), count(*) filter (bill_invoice_id <> ''),
            count(*) filter (line_item_line_item_type = 'Tax')
        from '{early}/*.parquet'
        """
    ).fetchone()
    final = db.execute("select count(*) from aws where period = '2026-10'").fetchone()
    assert 0 < rows < final[0]
    assert (invoices, taxes) == (0, 0)
    assembly = min(path for path in LEGACY.iterdir() if path.is_dir())
    with gzip.open(assembly / "lumenloop-cur-1.csv.gz", "rt") as file:
        lines = list(csv.DictReader(file))
    assert "bill/InvoiceId" not in lines[0]
    assert {line["lineItem/LineItemType"] for line in lines}.isdisjoint({"Tax"})


def test_manifests_name_files_that_exist():
    for path in (SAMPLES / "aws").rglob("*Manifest.json"):
        manifest = json.loads(path.read_text())
        for key in manifest.get("reportKeys") or manifest["dataFiles"]:
            parts = key.removeprefix("s3://lumenloop-billing/").split("/")
            assert SAMPLES.joinpath("aws", *parts).is_file(), key


def test_pages_follow_each_other():
    for folder in (SAMPLES / "openai").glob("*/*"):
        for kind in {path.name.partition("-")[0] for path in folder.iterdir()}:
            pages = [
                json.loads(path.read_text())
                for path in sorted(folder.glob(f"{kind}-*.json"))
            ]
            assert [page["has_more"] for page in pages] == [
                *[True] * (len(pages) - 1),
                False,
            ]
            assert all(bool(p["next_page"]) == p["has_more"] for p in pages)
            starts = [b["start_time"] for page in pages for b in page["data"]]
            assert all(after - day == 86_400 for day, after in pairwise(starts))


def test_later_pulls_replace_buckets_that_were_incomplete():
    seen = {}
    for path in sorted((SAMPLES / "openai/costs").rglob("*.json")):
        for bucket in json.loads(path.read_text())["data"]:
            total = sum(r["amount"]["value"] for r in bucket["results"])
            seen.setdefault(bucket["start_time"], []).append(total)
    repeated = [totals for totals in seen.values() if len(totals) > 1]
    assert len(repeated) == 15
    assert sum(totals[0] < totals[-1] for totals in repeated) == 10
    assert len(seen) == 92
