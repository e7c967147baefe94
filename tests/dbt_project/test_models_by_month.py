"""Models that are made month by month, of all months and of one alone.

A model that looks at other months does so through a table that has a row for each of
them, so each case here is of several models, from charges to what they say.
"""

import json

import duckdb
import pytest

from pipelines.transform.database import LedgerSources
from pipelines.transform.graph import Graph
from pipelines.transform.inputs import Inputs
from pipelines.transform.months import Span

LAYERS = ("staging", "intermediate", "marts", "reference", "landing", "ledger")


@pytest.fixture(scope="module")
def graph(new_home, tmp_path_factory):
    home = new_home(tmp_path_factory.mktemp("models") / "home")
    manifest = json.loads((home / "dbt/target/manifest.json").read_text())
    return Graph.of_manifest(manifest)


@pytest.fixture
def db(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as db:
        for layer in LAYERS:
            db.execute(f"create schema {layer}")
        yield db


@pytest.fixture
def run(graph, db):
    """Make models of given tables, in order; give rows of the last, by its columns."""

    def once(given, models, columns):
        for name, query in given.items():
            [node] = (n for n in graph.nodes.values() if n.name == name)
            db.execute(f"create table {node.relation} as {query}")
        named = {n.name: n for n in graph.nodes.values() if n.kind == "model"}
        for name in models:
            node = named[name]
            db.execute(f"create table {node.relation} as {node.code}")
        return db.execute(
            f"select {columns} from {named[models[-1]].relation} order by all"
        ).fetchall()

    return once


# 1 is the GPU itself and 2 a bucket of its project; 3 is a disk of an account that is
# mostly AI (80 of 93), and so is its tax (5); 4 is of a project that is not. In
# November the account has the disk alone (6), and is AI's by what it was in October.
ENRICHED = """
select
    'aws' as source_name, 'acc' as sub_account_id, 'Compute' as service_category,
    'EC2' as service_name, 'm' as meter, false as is_of_gpu_machine,
    null as commitment_discount_id, null as charge_class, effective_cost as billed_cost,
    null as commitment_discount_status, 1 as pricing_quantity, *
from (values
    (1, timestamp '2026-10-01', 'gpu-1', 'lm', 'Usage', 80.0, 'gpu'),
    (2, timestamp '2026-10-01', 'bucket', 'lm', 'Usage', 5.0, 'store'),
    (3, timestamp '2026-10-01', 'disk', null, 'Usage', 3.0, 'store'),
    (4, timestamp '2026-10-01', 'web-1', 'shop', 'Usage', 5.0, 'cpu'),
    (5, timestamp '2026-10-01', null, null, 'Tax', 7.0, 'cpu'),
    (6, timestamp '2026-11-01', 'disk', null, 'Usage', 3.0, 'late')
) as t (source_row_number, billing_period_start, resource_id, label_project,
    charge_category, effective_cost, signature)
"""
EVIDENCE = """
select * from (values
    ('gpu', timestamp '2026-10-01', 'gpu', 'a GPU', true),
    ('store', timestamp '2026-10-01', 'storage', 'a disk', false),
    ('cpu', timestamp '2026-10-01', 'other_ai', 'a CPU', false),
    ('late', timestamp '2026-11-01', 'storage', 'a disk', false)
) as t (signature, billing_period_start, ai_cost_class, classification_reason,
    is_ai_itself)
"""


def test_a_charge_is_ai_by_itself_or_by_what_it_belongs_to_in_any_month(run):
    rows = run(
        {
            "int_charges_enriched": ENRICHED,
            "int_ai_cost_evidence": EVIDENCE,
            "stg_usage__training_attempts": "select 'LM' as project_name",
            "stg_lists__ownership_rules": "select 'shop' as match_pattern, "
            "false as is_ai",
        },
        ["int_ai_costs_by_scope", "int_ai_scopes", "int_charges_ai_flagged"],
        "source_row_number, ai_evidence, rule_class",
    )

    assert rows == [
        (1, "itself", "gpu"),
        (2, "project", "storage"),
        (3, "account", "storage"),
        (4, None, "other_ai"),
        (5, "account", "other_ai"),
        (6, "account", "storage"),
    ]


# 80 of the service's usage is of GPUs and 5 of a web server that is not AI; its tax (3)
# names no resource, so it is as the GPUs. The discount (4) on the GPU machine is as its
# machine, and that on the web server (5), too; the refund (6) of the machine comes in a
# month without usage. A plan covered 5 of the web server alone: its unused part (8) is
# no AI. Another covered 30 of GPUs and 20 of the web server: its unused part (11) and
# its fee (12) are as the GPUs. A credit of the service in a month without usage (13) is
# as the month before. A licence without a quantity (14) lowers nothing: it is what it
# says.
FLAGGED = """
select
    'aws' as source_name, 'Compute' as service_category, 'EC2' as service_name,
    null as rule_reason, null as rule_class, *,
    make_timestamp(2026, month, 1, 0, 0, 0) as billing_period_start
from (values
    (1, 10, 'gpu-1', 80.0, 'itself', 'gpu', null, false),
    (2, 10, 'web-1', 5.0, null, 'not_ai', null, false),
    (3, 10, null, 7.0, 'account', 'other_ai', null, true),
    (4, 10, 'gpu-1', -20.0, 'GPU machine', 'other_ai', null, true),
    (5, 10, 'web-1', -1.0, 'account', 'other_ai', null, true),
    (6, 11, 'gpu-1', -4.0, null, 'not_ai', null, true),
    (7, 10, 'web-1', 5.0, null, 'not_ai', 'p', false),
    (8, 10, null, 72.0, 'account', 'other_ai', 'p', true),
    (9, 10, 'gpu-1', 30.0, 'itself', 'gpu', 'q', false),
    (10, 10, 'web-1', 20.0, null, 'not_ai', 'q', false),
    (11, 10, null, 9.0, null, 'not_ai', 'q', true),
    (12, 10, null, 0.0, null, 'not_ai', 'q', true),
    (13, 11, null, -3.0, null, 'not_ai', null, true),
    (14, 10, 'web-1', 2.0, 'account', 'other_ai', null, false)
) as t (source_row_number, month, resource_id, effective_cost, ai_evidence, own_class,
    commitment_discount_id, measures_nothing)
"""


def test_what_measures_nothing_is_as_what_it_belongs_to_in_any_month(run):
    rows = run(
        {"int_charges_ai_flagged": FLAGGED},
        [
            "int_ai_class_costs",
            "int_ai_classes_of_most_usage",
            "int_charges_classified",
        ],
        "source_row_number, ai_cost_class, classification_reason",
    )

    kinds = {number: kind for number, kind, _ in rows}
    assert {n for n, kind in kinds.items() if kind == "gpu"} == {
        *(1, 3, 4, 6, 9, 11, 12, 13)
    }
    assert {n for n, kind in kinds.items() if kind == "not_ai"} == {2, 5, 7, 8, 10}
    assert kinds[14] == "other_ai"
    reasons = {number: reason for number, _, reason in rows}
    assert reasons[3] == "as most usage of EC2"
    assert reasons[6] == "as most usage of its resource"
    assert reasons[12] == "as most usage of what its commitment covered"


# Support of 1 October and 1 November: October's was followed on 1 November, November's
# by nothing yet. A subscription that is billed on three days of a month is daily. A
# one-time fee is not expected again. Usage on the 15th of two months is monthly
# although nothing says so; usage of one day is not. An unused reservation stands on the
# first of its month, whatever the length of its period. A fee of a month that begins
# early is replaced then. A refund of an earlier bill is no daily cost and is not
# expected again; corrections on three days of a month are daily, on whichever bills
# they are.
CHARGES = """
select
    'd' as delivery_id, 1 as source_row_part, 's' as source_name,
    null as sub_account_id, 'x' as service_name, null as sku_id, null as sku_meter,
    null as commitment_discount_id, null as resource_id, 'USD' as billing_currency,
    null::timestamp as commitment_end, 1.0 as billed_cost, 1.0 as effective_cost,
    bill::timestamp as billing_period_start, day::date as charge_date,
    day::timestamp as charge_period_start,
    day::timestamp + days * interval 1 day as charge_period_end,
    id as source_row_number, name as charge_description, category as charge_category,
    frequency as charge_frequency, status as commitment_discount_status,
    if(name in ('refund', 'rerated'), 'Correction', null) as charge_class
from (values
    (1, 'support', 'Usage', 'Usage-Based', null, '2026-10-01', '2026-10-01', 31),
    (2, 'support', 'Usage', 'Usage-Based', null, '2026-11-01', '2026-11-01', 30),
    (3, 'seats', 'Purchase', 'Recurring', null, '2026-10-01', '2026-10-01', 1),
    (4, 'seats', 'Purchase', 'Recurring', null, '2026-10-02', '2026-10-01', 1),
    (5, 'seats', 'Purchase', 'Recurring', null, '2026-10-03', '2026-10-01', 1),
    (6, 'migration', 'Purchase', 'One-Time', null, '2026-10-09', '2026-10-01', 1),
    (7, 'report', 'Usage', 'Usage-Based', null, '2026-10-15', '2026-10-01', 1),
    (8, 'report', 'Usage', 'Usage-Based', null, '2026-11-15', '2026-11-01', 1),
    (9, 'job', 'Usage', 'Usage-Based', null, '2026-11-15', '2026-11-01', 1),
    (10, 'plan', 'Usage', 'Usage-Based', 'Unused', '2026-11-01', '2026-11-01', 1),
    (11, 'seat fee', 'Purchase', 'Recurring', null, '2026-10-05', '2026-10-01', 1),
    (12, 'seat fee', 'Purchase', 'Recurring', null, '2026-11-02', '2026-11-01', 1),
    (13, 'refund', 'Usage', 'Usage-Based', null, '2026-10-20', '2026-10-01', 1),
    (14, 'rerated', 'Usage', 'Usage-Based', null, '2026-10-20', '2026-10-01', 1),
    (15, 'rerated', 'Usage', 'Usage-Based', null, '2026-10-21', '2026-10-01', 1),
    (16, 'rerated', 'Usage', 'Usage-Based', null, '2026-10-22', '2026-11-01', 1)
) as t (id, name, category, frequency, status, day, bill, days)
"""


def test_what_does_not_come_every_day_is_scheduled_by_all_bills(run):
    rows = run(
        {"stg_ledger__charges": CHARGES},
        [
            "int_charge_lines",
            "int_charge_lines_monthly",
            "int_charge_lines_scheduled",
            "int_charges_scheduled",
        ],
        "source_row_number, cast(replaced_on as varchar)",
    )

    assert rows == [
        (1, "2026-11-01"),
        (2, None),
        (6, "2026-10-09"),
        (7, "2026-11-15"),
        (8, None),
        (10, None),
        (11, "2026-11-02"),
        (12, None),
        (13, "2026-10-20"),
    ]


@pytest.mark.parametrize("by", ["billing", "charge"])
def test_each_month_of_the_samples_alone_is_what_it_is_among_others(
    graph, sample_settings, tmp_path, by
):
    """All months of the build database, made one by one of its own inputs."""
    made = [n for n in graph.order if n.kind == "model" and n.made_by == by]
    months = ("2026-08", "2026-09", "2026-10")
    different = {}
    with duckdb.connect(str(sample_settings.build_database), read_only=True) as db:
        db.execute("set TimeZone = 'UTC'")
        inputs = Inputs(graph, {}, LedgerSources(sample_settings), tmp_path, str)
        for node in made:
            for month in months:
                span = Span(month, month)
                columns = ", ".join(
                    name
                    for name, *_ in db.execute(f"describe {node.relation}").fetchall()
                )
                alone = f"select {columns} from ({inputs.code(node, by, span)})"
                among = (
                    f"select {columns} from {node.relation} "
                    f"where {span.condition(node.months[by])}"
                )
                count = db.execute(
                    f"select count(*) from (({alone} except all {among}) "
                    f"union all ({among} except all {alone}))"
                ).fetchone()
                if count != (0,):
                    different[f"{node.name} {month}"] = count

    assert made
    assert different == {}
