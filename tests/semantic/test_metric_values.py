"""A metric over a few rows, worked out by hand, and what a declaration must have."""

import re

import duckdb
import pytest

from pipelines.publishing.metrics_table import COLUMNS, write_metrics
from pipelines.semantic.declared import MetricError, declared
from pipelines.semantic.metrics import Metric
from pipelines.semantic.ossie import of_dataset
from pipelines.semantic.published import UndescribedError, tables

COST = Metric(
    metric="cost_per_1k_tokens",
    mart="fct_tokens",
    column="cost_per_1k_tokens",
    numerator="effective_cost",
    denominator="token_count",
    per=1000,
    filter="is_billed",
    time_column="charge_date",
    currency_column="billing_currency",
    description="What a thousand tokens cost.",
)
# Cost, tokens, billed: 6.00 for 3,000 tokens count, and 1.00 for none of them. Of the
# others the tokens, the cost or the bill is unknown.
ROWS = """
    values
        (4.00, 2000, true),
        (2.00, 1000, true),
        (1.00, 0, true),
        (50.00, null, true),
        (null, 700, true),
        (9.00, 100, false),
        (9.00, 100, null)
"""


def asked(expression, rows=ROWS, named="fct_tokens"):
    with duckdb.connect() as db:
        [(answer,)] = db.execute(
            f"select {expression} from ({rows}) as {named}"
            "(effective_cost, token_count, is_billed)"
        ).fetchall()
    return answer


def changed(**fields):
    there = {name: getattr(COST, name) for name in COST.__dataclass_fields__}
    return Metric(**(there | fields))


def test_a_ratio_divides_the_sums_of_rows_whose_both_parts_are_known():
    # (4 + 2 + 1) x 1000 / 3000
    assert asked(COST.expression) == pytest.approx(7 / 3)


def test_a_ratio_without_a_filter_takes_all_rows_with_both_parts():
    # (4 + 2 + 1 + 9 + 9) x 1000 / (3000 + 200)
    assert asked(changed(filter=None).expression) == pytest.approx(7.8125)


def test_what_bought_nothing_or_has_no_row_is_unknown():
    assert asked(COST.expression, "values (5.00, 0, true)") is None
    assert asked(COST.expression, "values (5.00, null::int, true)") is None
    assert asked(COST.expression, "values (5.00, 10, false)") is None


def test_a_sum_is_exact_and_counts_all_that_is_known():
    total = changed(denominator=None, per=1, filter=None)

    assert str(asked(total.expression)) == "75.00"
    assert total.unit == "billing_currency"
    assert str(asked(changed(denominator=None, per=1).expression)) == "57.00"


def test_parts_that_are_sums_keep_their_brackets():
    share = changed(
        column="free_ratio",
        numerator="token_count - 500",
        denominator="token_count",
        per=1,
        filter="is_billed and effective_cost > 1",
    )

    # 1500 and 500 of 3000
    assert asked(share.expression) == pytest.approx(2 / 3)
    assert share.unit == "ratio"


def test_ossie_names_the_mart_of_each_column_and_means_the_same():
    said = of_dataset(COST)

    assert set(re.findall(r"\w+\.\w+", said)) == {
        "fct_tokens.effective_cost",
        "fct_tokens.token_count",
        "fct_tokens.is_billed",
    }
    assert asked(said) == pytest.approx(7 / 3)


def test_the_unit_says_by_how_much_of_what():
    assert COST.unit == "billing_currency per 1,000 token_count"


MART = """
models:
  - name: fct_tokens
    description: >
      What did it
      cost? One row per day.
    columns:
      - name: charge_date
        data_type: date
        description: '{{ doc("day") }}'
      - name: billing_currency
        data_type: varchar
      - name: cost_per_token
        description: cost / tokens.
        config:
          meta:
            metric:
              cost_basis: effective
              numerator: cost
              denominator: tokens
              per: 1
"""


@pytest.fixture
def models(tmp_path):
    (tmp_path / "docs.md").write_text("{% docs day %}\nThe day.\n{% enddocs %}\n")

    def write(*texts):
        for number, text in enumerate(texts):
            (tmp_path / f"{number}.yml").write_text(text, "utf-8")
        return declared([tmp_path])

    return write


def test_a_metric_is_called_by_mart_and_column_and_has_the_marts_time_and_currency(
    models,
):
    [mart] = models(MART)
    [metric] = mart.metrics

    assert mart.description == "What did it cost? One row per day."
    assert mart.columns[0].description == "The day."
    assert metric.metric == "tokens_cost_per_token"
    assert metric.time_column == "charge_date"
    assert metric.currency_column == "billing_currency"


def test_what_does_not_add_up_is_no_metric(models):
    line = "              not_additive: Peaks do not add up.\n"

    [mart] = models(MART + line)

    assert mart.metrics == ()


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (
            (
                MART + "              name: cost\n",
                MART.replace("fct_tokens", "fct_calls") + "              name: cost\n",
            ),
            "two metrics are called cost; give one another `name`",
        ),
        (
            (MART + "              time_column: month\n",),
            "fct_tokens.cost_per_token: meta.metric has the time_column month",
        ),
        ((MART + " - no yml: [",), "0.yml: no yml that can be read"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_refused_in_a_sentence(
    models, texts, said
):
    with pytest.raises(MetricError, match=re.escape(said)):
        [mart.metrics for mart in models(*texts)]


def test_the_published_table_has_the_metrics_of_published_marts(tmp_path):
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect() as db:
        db.execute(f"attach '{file}' as version")
        db.execute("create table version.fct_tokens (effective_cost decimal(38, 12))")
        write_metrics(
            db, [COST, changed(metric="b", mart="fct_gone")], ["fct_tokens", "dim_days"]
        )

    [table] = tables(file, ["fct_tokens", "dim_days"])
    assert table.metrics == (COST,)
    assert table.time_column == "charge_date"
    assert [(field.name, field.type) for field in table.fields] == [
        ("effective_cost", "DECIMAL(38,12)")
    ]
    with duckdb.connect(str(file)) as db:
        said = db.execute(
            "select column_name from duckdb_columns() "
            "where table_name = 'metrics' and comment is not null"
        ).fetchall()
        assert [name for (name,) in said] == list(COLUMNS)
        assert db.execute("select metric, unit from metrics").fetchall() == [
            ("cost_per_1k_tokens", "billing_currency per 1,000 token_count")
        ]


def test_a_version_of_an_older_release_is_refused_in_a_sentence(tmp_path):
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as db:
        db.execute("create table fct_tokens (a int)")

    with pytest.raises(UndescribedError, match="no table metrics"):
        tables(file, ["fct_tokens"])
