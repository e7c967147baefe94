"""What an agent asks is answered from the published version, and nothing else is."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest

from pipelines.mcp_server.answers import AskError, plain
from pipelines.mcp_server.prompts import prompts
from pipelines.mcp_server.server import ServeError, server
from pipelines.mcp_server.tools import Tools
from pipelines.publishing.reading import QueryError
from pipelines.publishing.versions import current
from pipelines.questions.months import MonthError
from pipelines.settings import PROJECT_DIR, Settings

FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENDLESS = "select count(*) from range(10_000_000_000) as a, range(10_000) as b"


@pytest.fixture
def tools(home):
    return Tools(home)


def by_name(answer):
    return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


def test_each_answer_names_its_version_and_what_does_not_reconcile(tools):
    calls = [
        tools.marts(),
        tools.columns("focus"),
        tools.metrics(),
        tools.metric("token_cost"),
        tools.reconciliation(),
        tools.charts(),
        tools.rows(),
        tools.query("select 1"),
    ]

    assert len(calls) == len(tools.all())
    for answer in calls:
        assert answer["version"] == "20261103T060000Z-one"
        assert answer["months_not_reconciled"] == ["2026-11 openai: no invoice"]


def test_a_newer_version_is_seen_by_the_next_call(tools, publish):
    sql = "select sum(effective_cost) from fct_token_costs_daily"
    older = tools.query(sql)
    publish("20261104T060000Z-two", "update fct_token_costs_daily set effective_cost=3")

    newer = tools.query(sql)

    assert (older["version"], older["rows"]) == ("20261103T060000Z-one", [["21"]])
    assert (newer["version"], newer["rows"]) == ("20261104T060000Z-two", [["15"]])


def test_a_home_without_a_version_says_what_to_run(tmp_path):
    with pytest.raises(AskError, match=r"nothing is published .* run: unitmill build"):
        Tools(Settings(exports=tmp_path, home=tmp_path / "none")).marts()


def test_a_mart_is_found_by_its_question_and_told_with_its_grain(tools):
    [mart] = by_name(tools.marts("THOUSAND"))

    assert mart == {
        "name": "fct_token_costs_daily",
        "kind": "mart",
        "question": "What did a thousand tokens cost?",
        "grain": "One row per day, model and currency.",
        "rows": 5,
    }
    assert {"focus", "deliveries"} < {x["name"] for x in by_name(tools.marts())}
    with pytest.raises(AskError, match="no table has 'kelvin'"):
        tools.marts("kelvin")


def test_columns_say_what_they_mean(tools):
    found = {x["name"]: x for x in tools.columns("fct_token_costs_daily")["columns"]}

    assert found["model_id"] == {
        "name": "model_id",
        "type": "VARCHAR",
        "means": "The model.",
    }
    assert found["token_count"]["type"] == "DECIMAL(38,12)"
    with pytest.raises(AskError, match="did you mean fct_token_costs_daily"):
        tools.columns("token_costs_daily")


def test_metrics_are_found_by_what_they_mean(tools):
    [metric] = by_name(tools.metrics("a THOUSAND tokens"))

    assert metric == {
        "metric": "cost_per_1k_tokens",
        "mart": "fct_token_costs_daily",
        "unit": "billing_currency per 1,000 token_count",
        "means": "What a thousand tokens cost.",
        "trap": "A cost without a count has no unit cost.",
    }
    assert tools.metrics()["total"] == 4
    with pytest.raises(AskError, match="no metric has 'kelvin'"):
        tools.metrics("kelvin")


def test_a_unit_cost_is_two_sums_divided_and_leaves_out_what_nobody_counts(tools):
    """October in USD: (4 + 2) x 1000 / (1000 + 3000); Anthropic's 9 has no count."""
    answer = tools.metric("cost_per_1k_tokens")

    assert answer["months"] == "2026-10"
    assert answer["formula"] == "1000 * effective_cost / token_count"
    assert answer["trap"] == "A cost without a count has no unit cost."
    assert by_name(answer) == [
        {
            "billing_currency": "EUR",
            "numerator": "1",
            "denominator": "500",
            "value": 2.0,
            "row_count": 1,
            "rows_left_out": 0,
        },
        {
            "billing_currency": "USD",
            "numerator": "6",
            "denominator": "4000",
            "value": 1.5,
            "row_count": 3,
            "rows_left_out": 1,
        },
    ]


def test_a_metric_of_what_nobody_counts_is_unknown_not_zero(tools):
    answer = tools.metric("cost_per_1k_tokens", where={"model_id": "claude"})

    [row] = by_name(answer)
    assert (row["numerator"], row["denominator"], row["value"]) == (None, None, None)
    assert row["rows_left_out"] == 1


def test_a_metric_keeps_its_filter(tools):
    """Billed in USD in October: 4 / 1000."""
    answer = tools.metric("cost_per_billed_token", where={"billing_currency": "USD"})

    assert [row["value"] for row in by_name(answer)] == [0.004]
    assert by_name(answer)[0]["rows_left_out"] == 2


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"month": "2026-09"}, {"2026-09": 2.5}),
        ({"period": "2026-09/2026-10"}, {"2026-09": 2.5, "2026-10": 1.5}),
        ({"period": "all"}, {"2026-09": 2.5, "2026-10": 1.5}),
        ({"month": "2026-12"}, {}),
    ],
)
def test_a_metric_is_followed_over_months(tools, asked, expected):
    answer = tools.metric(
        "cost_per_1k_tokens", by=["month"], where={"billing_currency": "USD"}, **asked
    )

    assert {row["month"]: row["value"] for row in by_name(answer)} == expected


@pytest.mark.parametrize(
    ("where", "cost"),
    [
        ({"model_id": ["gpt", "claude"]}, "15"),
        ({"token_count": None}, "9"),
        ({"token_count": [None, 1000]}, "13"),
        ({"charge_date": "2026-10-01"}, "4"),
        ({"is_billed": False}, "2"),
        ({"model_id": "gpt' or '1' = '1"}, None),
        ({"model_id": []}, None),
    ],
)
def test_values_of_a_condition_are_bound(tools, where, cost):
    answer = tools.metric("token_cost", where={"billing_currency": "USD", **where})

    assert [row["value"] for row in by_name(answer)] == ([cost] if cost else [])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"name": "cost_per_1k_token"}, "did you mean cost_per_1k_tokens"),
        ({"by": ["model"]}, "has no column 'model'; did you mean model_id"),
        ({"by": ['model_id", (select 1) as "x']}, "has no column"),
        ({"where": {"1=1) or (1": "1"}}, "has no column"),
        ({"period": "2026"}, "is no period; expected one like 2026-08/2026-10"),
        ({"period": "all", "month": "2026-10"}, "give one of them"),
        ({"name": "models", "by": ["month"]}, "has no time, so there is no month"),
    ],
)
def test_what_a_metric_does_not_have_is_refused(tools, asked, says):
    with pytest.raises(AskError, match=says):
        tools.metric(**{"name": "token_cost", **asked})


def test_a_metric_without_a_time_is_of_all_rows(tools):
    answer = tools.metric("models")

    assert answer["months"] == "all"
    assert by_name(answer) == [{"value": 5, "row_count": 5, "rows_left_out": 0}]


def test_a_version_without_metrics_says_so(publish):
    tools = Tools(publish("20261105T060000Z-old", "drop table metrics"))

    with pytest.raises(AskError, match="defines no metrics; publish again"):
        tools.metrics()


def test_a_month_reconciles_with_each_difference_by_its_cause(tools):
    answer = tools.reconciliation()

    assert answer["month"] == "2026-10"
    [openai] = answer["sources"]
    assert openai["verdict"] == "proven"
    assert openai["invoice_amount"] == "12.5"
    assert openai["ledger_billed_cost"] == openai["marts_billed_cost"] == "10.5"
    assert openai["invoice_differs_from_ledger_by"] == {"tax": "2"}
    assert openai["telemetry"] == {
        "token_billed_cost": "8",
        "metered_cost_estimate": "7.75",
        "billed_token_count": "4000",
        "metered_token_count": "4000",
        "bill_differs_from_telemetry_by": {"price_drift": "0.25"},
    }
    with pytest.raises(AskError, match="known months: 2026-09, 2026-10, 2026-11"):
        tools.reconciliation("2027-01")


def test_the_rows_behind_a_number_have_their_sum_and_their_file_and_line(tools):
    where = {
        "source_name": "openai",
        "sub_account_id": "proj_a",
        "charge_date": "2026-10-05",
    }

    answer = tools.rows(where, limit=1)

    assert answer["sums"]["rows"] == [["USD", 2, "3.15", "3.1"]]
    assert (answer["total"], answer["more"]) == (2, True)
    [charge] = by_name(answer)
    assert (charge["BilledCost"], charge["EffectiveCost"]) == ("2.05", "2")
    assert (charge["file_names"], charge["x_SourceRowNumber"]) == (["costs.json"], 8)
    assert tools.rows({"SubAccountId": "proj_b"})["total"] == 1
    assert tools.rows(where, month="2026-09")["sums"]["rows"] == []


def test_a_charge_has_no_team(tools):
    with pytest.raises(AskError, match="A charge has no team, project or workload"):
        tools.rows({"team_name": "search"})


def test_a_query_has_the_newest_reconciled_month_or_the_named_one(tools):
    sql = (
        "select sum(effective_cost) from fct_token_costs_daily where "
        "charge_date >= $month and charge_date < $month + interval 1 month"
    )

    assert (tools.query(sql)["month"], tools.query(sql)["rows"]) == (
        "2026-10",
        [["16"]],
    )
    assert tools.query(sql, month="2026-09")["rows"] == [["5"]]
    assert "month" not in tools.query("select 1")
    with pytest.raises(MonthError, match="'May' is no month"):
        tools.query(sql, month="May")


def test_a_cut_answer_says_so_and_how_many_rows_there_are(tools):
    answer = tools.query("select * from range(1234)", limit=2)

    assert answer["rows"] == [[0], [1]]
    assert (answer["total"], answer["more"]) == (1234, True)
    assert tools.query("select 1")["more"] is False


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/hostname')",
        "select * from read_csv('/etc/hostname')",
        "select * from '/etc/hostname'",
        "select * from glob('/etc/*')",
        "copy focus to 'focus.csv'",
        "attach 'mine.duckdb'",
        "install httpfs",
        "load httpfs",
        "set memory_limit = '90GB'",
        "pragma database_list",
        "delete from focus",
        "create table mine as select 1",
        "select 1; drop table focus",
        "selct 1",
        "",
    ],
)
def test_sql_that_does_more_than_read_the_version_is_refused(tools, sql, tmp_path):
    there = sorted(tmp_path.rglob("*"))

    with pytest.raises(QueryError):
        tools.query(sql)

    assert sorted(tmp_path.rglob("*")) == there
    assert tools.query("select count(*) from focus")["rows"] == [[4]]


def test_a_query_without_end_is_stopped(home):
    with pytest.raises(QueryError, match=r"took longer than 0\.2 s and was stopped"):
        Tools(home, seconds=0.2).query(ENDLESS)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Decimal("66657.140000000000"), "66657.14"),
        (Decimal("100.00"), "100"),
        (Decimal("0E-12"), "0"),
        (Decimal("0.000000000001"), "0.000000000001"),
        (Decimal("1E+3"), "1000"),
        (2**53, 9007199254740992),
        (2**53 + 1, "9007199254740993"),
        (0.1, 0.1),
        (float("nan"), None),
        (True, True),
        (None, None),
        (date(2026, 10, 1), "2026-10-01"),
        (datetime(2026, 10, 1, 12, tzinfo=UTC), "2026-10-01T12:00:00+00:00"),
        ({"a": [Decimal("1.50")]}, {"a": ["1.5"]}),
    ],
)
def test_json_loses_no_digit(value, said):
    assert plain(value) == said
    assert type(plain(value)) is type(said)


def test_every_prompt_has_a_name_of_its_own():
    names = [prompt.name for prompt in prompts()]

    assert len(names) == len(set(names)) > 100
    assert all(name.replace("_", "").isalnum() and len(name) <= 60 for name in names)


def test_without_the_sdk_it_says_what_to_install(home, monkeypatch):
    monkeypatch.setattr("pipelines.mcp_server.server.find_spec", lambda _: None)

    with pytest.raises(ServeError, match=r"pip install 'unitmill\[mcp\]'"):
        server(home)


@pytest.mark.slow
def test_the_session_of_the_docs_is_what_the_sample_company_answers(sample_settings):
    """A call is followed by its SQL, if it has any, and by a part of its answer."""
    tools = Tools(sample_settings)
    page = (PROJECT_DIR / "docs" / "mcp.md").read_text("utf-8")
    session = page.partition("\n## A session\n")[2].partition("\n## ")[0]
    blocks = FENCE.findall(session)

    replayed = 0
    while blocks:
        call = json.loads(blocks.pop(0)[1])
        arguments = call["arguments"]
        if blocks[0][0] == "sql":
            arguments["sql"] = blocks.pop(0)[1]
        kind, expected = blocks.pop(0)
        replayed += 1
        if kind == "text":
            with pytest.raises(QueryError, match="Cannot access file"):
                getattr(tools, call["tool"])(**arguments)
            continue
        answer = getattr(tools, call["tool"])(**arguments)
        shown = json.loads(expected)
        rows = shown.pop("rows")
        assert {name: answer[name] for name in shown} == shown
        assert [row for row in rows if row not in answer["rows"]] == []
    assert replayed == 3


@pytest.mark.slow
def test_every_metric_of_the_sample_company_is_what_its_mart_says(sample_settings):
    """The version has for each metric an expression that other tools compute."""
    expected = {}
    with duckdb.connect(str(current(sample_settings).database), read_only=True) as db:
        for metric, mart, expression, currency in db.execute(
            "select metric, mart, expression, currency_column from metrics"
        ).fetchall():
            sql = f"select {currency or 'null'}, {expression} from {mart} group by all"
            expected[metric, currency] = dict(db.execute(sql).fetchall())

    tools = Tools(sample_settings)
    for (metric, currency), values in expected.items():
        rows = by_name(tools.metric(metric, period="all"))
        found = {row.get(currency): row["value"] for row in rows}
        assert found.keys() == values.keys(), metric
        for key, value in values.items():
            told = found[key] if found[key] is None else float(found[key])
            wanted = None if value is None else pytest.approx(float(value), rel=1e-12)
            assert told == wanted, metric

    assert len(expected) > 40


# What the rows of the chart `unit-economics/tokens` read beside the columns there are.
WIDER = """
alter table fct_token_costs_daily add column service_provider_name varchar;
alter table fct_token_costs_daily add column sku_meter varchar;
alter table fct_token_costs_daily add column processing_tier varchar;
alter table fct_token_costs_daily add column sub_account_id varchar;
alter table fct_token_costs_daily add column billing_period_start timestamp;
update fct_token_costs_daily set
    service_provider_name = source_name, sku_meter = 'Output Tokens',
    billing_period_start = date_trunc('month', charge_date);
"""


def test_a_chart_s_number_opens_into_rows_that_sum_to_it(publish):
    tools = Tools(publish("20261102T000000Z-b2", WIDER))

    [gpt] = [
        row
        for row in by_name(tools.charts("unit-economics/tokens", limit=10))
        if row["model"] == "gpt"
    ]
    behind = tools.rows(
        where={"model": "gpt", "class": "Output Tokens"}, chart="unit-economics/tokens"
    )

    # October: 4 + 2 of 1000 + 3000 tokens, by the million.
    assert gpt["cost"] == pytest.approx(1500)
    assert behind["sums"]["rows"] == [["6"]]
    assert sorted(row["cost"] for row in by_name(behind)) in (["2", "4"], ["6"])


def test_charts_are_listed_and_one_that_there_is_not_is_named(tools):
    charts = tools.charts()["charts"]

    assert {
        "chart": "executive/headline",
        "question": "How did the month go?",
    } in charts
    with pytest.raises(AskError, match="there is no chart 'executive/teem'; did you"):
        tools.charts("executive/teem")
