"""Every page of the sample company has its numbers, and they are the marts'."""

from decimal import Decimal

import duckdb
import pytest

from pipelines.pages.answers import answers, expression
from pipelines.pages.data import columns_of, rows_of
from pipelines.pages.definition import Kind, pages
from pipelines.pages.folder import write_file
from pipelines.publishing.versions import PAGES, current
from pipelines.questions.months import newest_reconciled_month
from pipelines.settings import Settings

pytestmark = pytest.mark.slow

CHARTS = [
    pytest.param(page, chart, id=f"{page.name}/{chart.id}")
    for page in pages()
    for chart in page.charts
]
ROWS = [
    pytest.param(page, rows, id=f"{page.name}/{rows}")
    for page in pages()
    for rows in page.rows
]
# Nothing that the sample company published was restated.
EMPTY = {("reconciliation", "restatements")}
# What a tile says, and the mart that says the same.
SAME = [
    (
        "executive",
        "Spend",
        "select reporting_effective_cost from fct_executive_monthly",
    ),
    ("executive", "AI share", "select ai_cost_ratio from fct_executive_monthly"),
    ("executive", "Wasted", "select reporting_wasted_cost from fct_executive_monthly"),
    (
        "executive",
        "Saved against list",
        "select effective_savings_rate from fct_executive_monthly",
    ),
    (
        "executive",
        "ROI of valued projects",
        "select roi_ratio from fct_executive_monthly",
    ),
    (
        "executive",
        "Without an owner",
        "select reporting_unassigned_cost from fct_executive_monthly",
    ),
    ("my-team", "Spend", "select reporting_effective_cost from fct_executive_monthly"),
    (
        "the-bleed",
        "Paid for nothing",
        "select reporting_wasted_cost from fct_executive_monthly",
    ),
    (
        "multi-cloud",
        "Effective cost",
        "select reporting_effective_cost from fct_executive_monthly",
    ),
    (
        "rates",
        "Effective Savings Rate",
        "select effective_savings_rate from fct_executive_monthly",
    ),
    (
        "first-half",
        "All savings a month",
        "select reporting_potential_saving from fct_executive_monthly",
    ),
    (
        "reconciliation",
        "Marts",
        "select sum(marts_billed_cost) from fct_reconciliation_monthly",
    ),
    ("training", "Cost", "select sum(effective_cost) from fct_training_run_costs"),
    ("coding", "Cost", "select sum(effective_cost) from fct_coding_costs_daily"),
    (
        "unit-economics",
        "Per 1M tokens",
        """
        select sum(effective_cost) * 1000000 / sum(token_count)
        from (select * from fct_token_costs_daily where token_count is not null)
        """,
    ),
    (
        "gpus-and-kubernetes",
        "Cost of GPU machines",
        "select sum(effective_cost) from fct_gpu_hour_costs",
    ),
]


@pytest.fixture(scope="module")
def version(sample_home):
    return current(Settings(home=sample_home))


@pytest.fixture(scope="module")
def db(version):
    with duckdb.connect(str(version.database), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def month(db):
    return newest_reconciled_month(db).start


@pytest.mark.parametrize(("page", "chart"), CHARTS)
def test_every_chart_has_an_answer(db, month, page, chart):
    found = list(answers(db, page, chart, month))

    assert (page.name, chart.id) in EMPTY or found
    if chart.kind is Kind.TILES:
        unknown = [label for label, value in found[0].items() if value is None]
        assert unknown == []


@pytest.mark.parametrize(("page", "rows"), ROWS)
def test_the_rows_of_each_number_sum_to_it(db, month, page, rows):
    columns = columns_of(db, page, rows)
    if not columns.measures:
        pytest.skip("nothing is summed")
    keys = ", ".join(columns.keys)
    sums = ", ".join(f"sum({measure}) as {measure}" for measure in columns.measures)
    values = {"month": month} if "$month" in page.rows[rows] else {}
    wanted = {
        row[: len(columns.keys)]: row[len(columns.keys) :]
        for row in db.execute(
            f"select {keys}, {sums} from ({page.rows[rows]}) group by all", values
        ).fetchall()
    }

    carried = rows_of(db, page, rows, month)
    packed = {column["name"]: column for column in carried["columns"]}
    lists = {
        name: [column["texts"][at] if at >= 0 else None for at in column["at"]]
        if "texts" in column
        else column["values"]
        for name, column in packed.items()
    }
    found = {}
    for at in range(len(lists["row_count"])):
        key = tuple(str(lists[name][at]) for name in columns.keys)
        for place, measure in enumerate(columns.measures):
            value = lists[measure][at]
            if value is not None:
                sums_ = found.setdefault(key, [None] * len(columns.measures))
                sums_[place] = (sums_[place] or 0) + value
    for key, values_ in wanted.items():
        named = tuple(
            str(
                v.isoformat(" ", "minutes").removesuffix(" 00:00")
                if hasattr(v, "hour")
                else v
            )
            for v in key
        )
        got = found.get(named, [None] * len(columns.measures))
        for value, carried_value in zip(values_, got, strict=True):
            if value is None:
                assert carried_value is None
            else:
                assert carried_value == pytest.approx(float(value), abs=1e-6)


@pytest.mark.parametrize(("page", "label", "sql"), SAME)
def test_a_tile_is_the_mart_s_number(db, month, page, label, sql):
    [asked] = [one for one in pages() if one.name == page]
    tiles = next(answers(db, asked, asked.charts[0], month))
    row = db.execute(
        f"{sql} where billing_period_start = $month", {"month": month}
    ).fetchone()

    assert float(tiles[label]) == pytest.approx(float(row[0]), abs=1e-9)


@pytest.mark.parametrize("step", ["token", "inference"])
def test_the_steps_of_a_bridge_sum_to_the_change(db, month, step):
    [page] = [one for one in pages() if one.name == "unit-economics"]
    [chart] = [
        c for c in page.charts if c.measure and c.measure.where == {"unit": step}
    ]
    found = {row["step"]: row["cost"] for row in answers(db, page, chart, month)}
    found = {name: value for name, value in found.items() if value is not None}

    assert found.pop("Now") == pytest.approx(
        sum(found.values()), abs=Decimal("0.000001")
    )
    assert len(found) > 3


@pytest.mark.parametrize("rows", ["invoice", "metered"])
def test_what_lies_between_two_books_sums_to_the_second(db, month, rows):
    [page] = [one for one in pages() if one.name == "reconciliation"]
    [chart] = page.charts_of(rows)
    found = {row["step"]: row["cost"] for row in answers(db, page, chart, month)}

    last = found.pop(chart.order[-1])
    assert last == pytest.approx(sum(found.values()), abs=Decimal("0.000001"))
    assert last > 1000


def test_what_gpus_did_sums_to_what_they_cost(db, month):
    [page] = [one for one in pages() if one.name == "gpus-and-kubernetes"]
    use = page.charts_of("use")[1]
    parts = sum(row["cost"] for row in answers(db, page, use, month))
    row = db.execute(
        "select sum(effective_cost) from fct_gpu_hour_costs "
        "where billing_period_start = ?",
        [month],
    ).fetchone()

    assert parts == row[0]


def test_a_thousand_answers_cost_what_counted_answers_cost(db, month):
    [page] = [one for one in pages() if one.name == "unit-economics"]
    [chart] = [one for one in page.charts if one.id == "answers-by-month"]
    found = {
        (row["month"], row["hosting"]): row["cost"]
        for row in answers(db, page, chart, month)
    }
    wanted = db.execute(
        """
        select
            strftime(billing_period_start, '%Y-%m'),
            hosting,
            1000 * sum(effective_cost) / sum(inference_count)
        from fct_inference_costs_daily
        where is_billed and inference_count is not null
        group by all
        """
    ).fetchall()

    assert len(wanted) == len(found) == 6
    for name, hosting, cost in wanted:
        assert found[name, hosting] == pytest.approx(cost)


@pytest.mark.parametrize(("page", "rows"), ROWS)
def test_no_row_is_of_no_month_where_a_month_is_chosen(db, month, page, rows):
    values = {"month": month} if "$month" in page.rows[rows] else {}
    if "month" not in columns_of(db, page, rows).keys:
        pytest.skip("it has no month")
    row = db.execute(
        f"select count(*) from ({page.rows[rows]}) where month is null", values
    ).fetchone()

    assert row == (0,)


def test_a_copy_without_rows_names_no_resource_run_account_or_message(db, tmp_path):
    write_file(db, tmp_path / "all.html")
    write_file(db, tmp_path / "some.html", with_details=False)
    every, some = (
        (tmp_path / name).read_text("utf-8") for name in ("all.html", "some.html")
    )

    for name in (
        "i-0d3c792466bc065c3",
        "210000000002",
        "lumen-12b-pretrain",
        "arn:aws",
    ):
        assert name in every
        assert name not in some
    assert "was spent by" not in some
    assert "marketing-chatbot" in some


def test_a_version_s_pages_are_small(version):
    folder = version.folder / PAGES
    bundle = (folder / "vega.js").stat().st_size
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    assert size < 1_600_000
    assert bundle < 900_000


def test_a_ratio_s_sum_counts_only_rows_that_have_both():
    [page] = [one for one in pages() if one.name == "unit-economics"]
    tile = page.charts[0].tiles[0]

    assert expression(tile) == (
        "1000 * sum(case when tokens is not null then cost end) "
        "/ nullif(sum(tokens), 0)"
    )
