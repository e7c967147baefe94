"""The self-hosted models: bill, servers, GPUs and cluster tell of the same machine."""

import csv
import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from pipelines.settings import PROJECT_DIR

SAMPLES = PROJECT_DIR / "sample_exports"
HOUR = 3600


def documents(pattern):
    """Give what the compressed JSON files of a pattern say, in the order of months."""
    paths = sorted(SAMPLES.glob(pattern))
    assert len(paths) == 3
    return [json.loads(gzip.decompress(path.read_bytes())) for path in paths]


def samples(pattern, **labels):
    """Give a series of a pattern's files: moment to value, months joined."""
    found = {}
    for document in documents(pattern):
        for series in document["data"]["result"]:
            if labels.items() <= series["metric"].items():
                found |= dict(series["values"])
    return found


def deployments():
    with (SAMPLES / "deployments/deployments.csv").open() as file:
        return list(csv.DictReader(file))


TOKENS = "vllm:generation_tokens_total"
FIRST = "answers-llm-6c9f7d5b8-4kq2x"


def test_a_server_restarted_once_and_counts_from_zero():
    found = samples("prometheus/vllm-*", __name__=TOKENS, pod=FIRST)

    fell = [
        datetime.fromtimestamp(after, UTC)
        for before, after in pairwise(found)
        if int(found[after]) < int(found[before])
    ]

    assert [str(moment)[:16] for moment in fell] == ["2026-08-27 15:00"]


@pytest.mark.parametrize("kind", ["vllm", "dcgm"])
def test_the_metrics_of_one_night_are_lost(kind):
    labels = {"cluster": "inference"} | ({"pod": FIRST} if kind == "vllm" else {})
    found = samples(f"prometheus/{kind}-*", **labels)

    gaps = [
        (str(datetime.fromtimestamp(before, UTC))[:16], (after - before) // HOUR)
        for before, after in pairwise(sorted(found))
        if after - before > HOUR
    ]

    assert gaps == [("2026-09-20 00:00", 9)]


def test_every_machine_that_serves_is_on_a_bill(db):
    on_premises = (SAMPLES / "onprem/machines.csv").read_text()
    for row in deployments():
        billed = db.execute(
            "select count(*) from aws where resource = $id", {"id": row["resource_id"]}
        ).fetchone()[0]
        assert billed or f"\n{row['resource_id']}," in on_premises


def test_allocations_of_a_day_sum_to_what_the_machine_is_billed(db):
    billed = dict(
        db.execute(
            "select strftime(started, '%Y-%m-%d'), cost from aws "
            "where usage_type = 'BoxUsage:g6.12xlarge'"
        ).fetchall()
    )
    days = {}
    for document in documents("opencost/*"):
        for step in document["data"]:
            held = [Decimal(str(found["totalCost"])) for found in step.values()]
            day = next(iter(step.values()))["window"]["start"][:10]
            days[day] = sum(held)

    # 24 hours at $4.6016; OpenCost rounds each to five decimals.
    assert set(billed.values()) == {Decimal("110.4384")}
    assert days.keys() == billed.keys()
    assert all(
        abs(days[day] - cost) < Decimal("0.0001") for day, cost in billed.items()
    )


def test_two_gpus_are_idle_until_the_second_replica_comes():
    idle = {}
    for document in documents("opencost/*"):
        for step in document["data"]:
            nobodys = step["__idle__"]
            idle[nobodys["window"]["start"][:10]] = nobodys["gpuHours"]

    # 06:00 the first one, 09:00 the second one.
    assert idle["2026-08-12"] == 4 * 24 - 2 * 18
    assert idle["2026-10-04"] == 2 * 24
    assert idle["2026-10-05"] == 2 * 9
    assert idle["2026-10-31"] == 0
