"""Sets of files with one missing, doubled, reordered or cut: right, or refused.

A month that is published is the whole month once. What no file can show is left: the
last of numbered parts, a day's file, or rows cut off at the end of a line, where no
manifest counts them. ``UNITMILL_FUZZ_SETS`` tries that many sets, others on every run.
"""

import json
import os
import random
import shutil

import pytest
from test_whole_and_once import HEADER, HERE, google, moment

from pipelines.ledger.inspection import inspect
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources

SETS = int(os.environ.get("UNITMILL_FUZZ_SETS", "90"))
SEED = "sets" if SETS <= 90 else os.urandom(4).hex()
CHANGES = ("none", "missing", "copied", "beside", "reordered", "cut")


def focus(costs):
    lines = [HEADER]
    lines += [
        f"111,sa1,USD,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,2026-09-{day:02}T00:00:00Z,"
        f"2026-09-{day:02}T01:00:00Z,Usage,{cost},{cost},{cost},{cost},{{issuer}},Machines"
        for day, cost in costs
    ]
    return "\n".join(lines) + "\n"


def from_case(place, old_day, new_day, old_cost, new_cost):
    header, row = (HERE / place).read_text().splitlines()

    def text(costs):
        rows = [
            row.replace(old_day, new_day.format(day)).replace(
                old_cost, new_cost.format(cost)
            )
            for day, cost in costs
        ]
        return "\n".join([header, *rows]) + "\n"

    return text


CUR = from_case(
    "aws-missing-chunk/in/cur/20260901-20261001/cur-1.csv",
    "2026-09-03",
    "2026-09-{:02}",
    ",USD,0.1,0.1,",
    ",USD,{0},{0},",
)
AZURE = from_case(
    "az-two-runs-mtd/in/r/20260901-20260930/202609150312/a/part_0_0001.csv",
    "09/15/2026",
    "09/{:02}/2026",
    "24,0.1,5,0.1",
    "24,0.1,{},0.1",
)


class Files:
    """A set of files that is right: their content, costs, and what a loss shows.

    Attributes:
        content: text by name.
        cost: by name.
        undetectable: names whose loss nothing shows.
        is_counted: whether a manifest or a chain says how much there must be.
        total: what is right, if it is not the sum: the newest run's.
    """

    def __init__(self, content, cost, undetectable=(), **more):
        self.content = content
        self.cost = cost
        self.undetectable = set(undetectable)
        self.is_counted = more.get("is_counted", False)
        self.is_newest_only = more.get("is_newest_only", False)

    def totals(self, without=None):
        """Give the total without a file."""
        left = {name: cost for name, cost in self.cost.items() if name != without}
        return [*left.values()][-1] if self.is_newest_only else sum(left.values())


def costs_of(random, count):
    return [
        [
            (number + 1, random.randrange(1, 90))
            for number in range(random.randint(1, 3))
        ]
        for _ in range(count)
    ]


def parts(random, name, write, **more):
    costs = costs_of(random, random.randint(2, 4))
    names = [name.format(n) for n in range(more.pop("first", 1), 9)][: len(costs)]
    content = {n: write(c) for n, c in zip(names, costs, strict=True)}
    cost = {n: sum(x for _, x in c) for n, c in zip(names, costs, strict=True)}
    return Files(content, cost, names[-1:], **more)


def days(random, name, write):
    count = random.randint(2, 4)
    costs = {day: random.randrange(1, 90) for day in range(1, count + 1)}
    content = {name.format(day): write([(day, cost)]) for day, cost in costs.items()}
    named = {name.format(day): cost for day, cost in costs.items()}
    return Files(content, named, named)


def runs(random, name, write):
    count = random.randint(2, 3)
    made = {}
    for run in range(1, count + 1):
        made[name.format(run)] = [
            (day, random.randrange(1, 90)) for day in range(1, run + 2)
        ]
    content = {n: write(costs) for n, costs in made.items()}
    cost = {n: sum(x for _, x in costs) for n, costs in made.items()}
    return Files(content, cost, cost, is_newest_only=True)


def pages(random):
    costs = [random.randrange(1, 90) for _ in range(random.randint(2, 4))]
    content = {}
    for number, cost in enumerate(costs, 1):
        last = number == len(costs)
        bucket = {
            "object": "bucket",
            "start_time": moment(number),
            "end_time": moment(number + 1),
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": cost, "currency": "usd"},
                    "line_item": "x",
                }
            ],
        }
        body = {
            "object": "page",
            "data": [bucket],
            "has_more": not last,
            "next_page": None if last else f"p{number}",
        }
        content[f"costs/20261001T020000Z/page-{number:03}.json"] = json.dumps(body)
    return Files(content, dict(zip(content, costs, strict=True)), is_counted=True)


def with_cur_manifest(random):
    made = parts(random, "cur/20260901-20261001/a1/cur-{}.csv", CUR)
    body = {
        "reportName": "cur",
        "assemblyId": "a1",
        "billingPeriod": {"start": "20260901T000000.000Z"},
        "reportKeys": list(made.content),
    }
    made.content["cur/20260901-20261001/a1/cur-Manifest.json"] = json.dumps(body)
    made.undetectable = {"cur/20260901-20261001/a1/cur-Manifest.json"}
    return made


def with_azure_manifest(random):
    folder = "e/20260901-20260930/202610040312/g"
    made = parts(random, folder + "/part_{}_0001.csv", AZURE, first=0, is_counted=True)
    blobs = [
        {"blobName": n, "byteCount": len(text), "dataRowCount": text.count("\n") - 1}
        for n, text in made.content.items()
    ]
    body = {
        "exportConfig": {"type": "ActualCost", "resourceId": "/subscriptions/sub-1"},
        "runInfo": {
            "submittedTime": "2026-10-04T03:12:00Z",
            "startDate": "2026-09-01T00:00:00",
            "endDate": "2026-09-30T00:00:00",
            "runId": "r",
        },
        "blobs": blobs,
    }
    made.content[f"{folder}/manifest.json"] = json.dumps(body)
    made.undetectable = {f"{folder}/manifest.json"}
    return made


def issued(issuer):
    return lambda costs: focus(costs).replace("{issuer}", issuer)


def lines(costs):
    return "".join(google(day, cost, f"2026-10-01 05:00:{n:02} UTC") for n, (day, cost)
                   in enumerate(costs))  # fmt: skip


def extracts(random):
    made = {
        f"{n}.json": [(n, random.randrange(1, 90))]
        for n in range(1, random.randint(3, 5))
    }
    content = {name: lines(costs) for name, costs in made.items()}
    return Files(content, {n: c[0][1] for n, c in made.items()}, made)


def parts_of_oracle(random):
    made = parts(random, "FOCUS Reports/2026/09/01/000100000123450{}-00001.csv",
                 issued("Oracle"))  # fmt: skip
    made.undetectable = set(made.content)
    return made


MAKERS = {
    "pages": pages,
    "focus parts": lambda r: parts(r, "x/focus-{:05}.csv", issued("Acme")),
    "focus days": lambda r: days(r, "x/focus-2026-09-{:02}.csv", issued("Acme")),
    "focus runs": lambda r: runs(r, "x/2026100{}T000000Z/focus.csv", issued("Acme")),
    "oracle": parts_of_oracle,
    "cur": with_cur_manifest,
    "cur chunks": lambda r: parts(r, "cur/cur-{}.csv", CUR),
    "cur days": lambda r: days(r, "cur/cur-2026-09-{:02}.csv", CUR),
    "azure": with_azure_manifest,
    "azure parts": lambda r: parts(
        r, "e/20260901-20260930/202610040312/g/part_{}_0001.csv", AZURE, first=0
    ),
    "azure runs": lambda r: runs(
        r, "e/20260901-20260930/20261004030{}/g/part_0_0001.csv", AZURE
    ),
    "google shards": lambda r: parts(r, "g/rows-{:012}.json", lines, first=0),
    "google extracts": extracts,
}


def changed(random, made, change, folder):
    """Write a set with one change; give the totals that are not wrong then."""
    names = list(made.content)
    name = random.choice(names)
    text = made.content[name]
    right = {made.totals()}
    for place, content in made.content.items():
        write(folder / place, content)
    if change == "missing":
        (folder / name).unlink()
        if name in made.undetectable:
            right.add(made.totals(without=name))
    elif change == "copied":
        write(folder / "copy" / name, text)
    elif change == "beside":
        stem, _, suffix = name.rpartition(".")
        write(folder / f"{stem} (1).{suffix}", text)
    elif change == "cut":
        kept = text[: random.randrange(len(text))]
        write(folder / name, kept)
        right |= cut_totals(made, name, kept)
    if change == "reordered" or random.random() < 0.3:
        for place in names:
            if (folder / place).exists():
                at = random.randrange(10**9)
                os.utime(folder / place, (at, at))
    return right


def cut_totals(made, name, kept):
    """Give the totals of rows that are whole before a cut that nothing counts."""
    if made.is_counted or name not in made.cost:
        return set()
    header, *rows = kept.split("\n")
    if name.endswith(".json"):
        whole = [json.loads(row)["cost"] for row in (header, *rows) if row[-1:] == "}"]
        cost = sum(map(int, whole))
    else:
        complete = [row for row in rows if row.count(",") == header.count(",")]
        full = made.content[name].split("\n")[0]
        cost = sum(row_cost(header, row) for row in complete) if header == full else 0
    if made.is_newest_only:
        return {cost} if name == [*made.cost][-1] and cost else {made.totals(name)}
    return {made.totals(without=name) + cost}


def row_cost(header, row):
    cells = dict(zip(header.split(","), row.split('"')[-1].split(","), strict=False))
    for column in ("BilledCost", "CostInBillingCurrency"):
        if column in header.split(","):
            return int(
                dict(zip(header.split(","), row.split(","), strict=True))[column]
            )
    del cells
    # The legal entity of AWS has a comma, so its row has one cell more.
    names, values = header.split(","), row.replace('"Amazon Web Services, Inc."', "x")
    return int(
        dict(zip(names, values.split(","), strict=False))["line_item_unblended_cost"]
    )


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_changed_set_is_right_or_refused(kind, change, tmp_path):
    chosen = Settings(exports=tmp_path / "exports", home=tmp_path / "home")
    sources = [
        source
        for source in all_sources(chosen)
        if source.table == "focus" and source.name != "litellm"
    ]
    for number in range(max(1, SETS // (len(MAKERS) * len(CHANGES)))):
        seed = f"{SEED} {kind} {change} {number}"
        drawn = random.Random(seed)
        chosen.exports_dir.mkdir()
        right = changed(drawn, MAKERS[kind](drawn), change, chosen.exports_dir)
        found = inspect(chosen, sources)
        total = sum(month.billed_cost for month in found.months)
        assert found.refusals or total in right, f"{seed}: {total} is none of {right}"
        shutil.rmtree(chosen.exports_dir)
        shutil.rmtree(chosen.home_dir)
