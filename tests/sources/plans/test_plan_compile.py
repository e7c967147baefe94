# ruff: noqa: DTZ001 - the ledger's times are UTC without a zone
import datetime as dt
from decimal import Decimal

import pytest

from pipelines.sources.plans import PlanError


def one(conversion, focus_column, args=None, column="a", **more):
    return {
        "conversion_type": conversion,
        "focus_column": focus_column,
        "column": column,
        "conversion_args": args,
    } | more


VALUES = {
    "a number in text is exact": (
        one("rename_column", "BilledCost"),
        "'0.123456789012'",
        Decimal("0.123456789012"),
    ),
    "a constant may be a number": (
        one("static_value", "PricingQuantity", {"static_value": 0.1}),
        "1",
        Decimal("0.1"),
    ),
    "a constant may be nothing": (
        one("static_value", "SkuId", {"static_value": None}),
        "1",
        None,
    ),
    "a constant may be tags": (
        one("static_value", "Tags", {"static_value": {"team": "o'neil"}}),
        "1",
        '{"team": "o\'neil"}',
    ),
    "a time with an offset is told in UTC": (
        one("assign_utc_timezone", "ChargePeriodStart"),
        "'2026-08-01T00:00:00+02:00'",
        dt.datetime(2026, 7, 31, 22),
    ),
    "the earlier of two equal hours is taken": (
        one("assign_timezone", "ChargePeriodStart", "Europe/Berlin"),
        "'2026-10-25 02:30:00'",
        dt.datetime(2026, 10, 25, 0, 30),
    ),
    "a time is parsed by its pattern": (
        one("parse_datetime", "ChargePeriodStart", "%d.%m.%Y %H:%M:%S%.3f"),
        "'31.08.2026 23:00:00.250'",
        dt.datetime(2026, 8, 31, 23, 0, 0, 250000),
    ),
    "a time with a zone in its pattern is told in UTC": (
        one("parse_datetime", "ChargePeriodStart", "%Y-%m-%d %H:%M %z"),
        "'2026-08-31 23:00 -0500'",
        dt.datetime(2026, 9, 1, 4),
    ),
    "a month begins on its first day": (
        one("month_start", "BillingPeriodStart"),
        "timestamp '2026-08-31 23:00:00'",
        dt.datetime(2026, 8, 1),
    ),
    "a month ends on its last day, as the language has it": (
        one("month_end", "BillingPeriodEnd"),
        "timestamp '2026-02-03 23:00:00'",
        dt.datetime(2026, 2, 28),
    ),
    "an unmapped value gets the default": (
        one(
            "map_values",
            "ChargeCategory",
            {"value_list": [{"key": 1, "value": "Usage"}], "default_value": "Tax"},
        ),
        "'2'",
        "Tax",
    ),
    "a NULL may stay NULL": (
        one(
            "map_values",
            "ChargeCategory",
            {
                "value_list": [],
                "default_value": "Tax",
                "apply_default_if_null": False,
            },
        ),
        "cast(null as varchar)",
        None,
    ),
    "the first part of a text has number 0": (
        one(
            "string_functions",
            "ResourceType",
            {
                "steps": [
                    {"operation_type": "split", "split_by": "/", "index": 0},
                    "lower",
                    "title",
                ]
            },
        ),
        "'GPU node/7'",
        "Gpu Node",
    ),
    "a field of JSON text is reached": (
        one("unnest", "SubAccountId", column="a.team.id"),
        """'{"team": {"id": "t1"}}'""",
        "t1",
    ),
    "a list of structures is added exactly": (
        one(
            "unnest",
            "EffectiveCost",
            {"children_type": "list", "aggregation_operation": "sum"},
            column="a.amount",
        ),
        "[{'amount': 0.1::double}, {'amount': 0.2::double}]",
        Decimal("0.3"),
    ),
    "an empty list adds up to 0": (
        one(
            "unnest",
            "EffectiveCost",
            {"children_type": "list", "aggregation_operation": "sum"},
            column="a.amount",
        ),
        "'[]'",
        Decimal(0),
    ),
    "text is a number where it is calculated with": (
        one(
            "sql_query",
            "ListCost",
            "SELECT *, CASE WHEN a > 9 THEN a * 0.1 * a ELSE 0 END AS ListCost "
            "FROM {{ TABLE_NAME }}",
        ),
        "'10.01'",
        Decimal("10.02001"),
    ),
    "no cast to a float survives": (
        one(
            "sql_query",
            "ListCost",
            "SELECT *, CAST(a AS DOUBLE) + 0.01 AS ListCost FROM {{ TABLE_NAME }}",
        ),
        "'12345678901234567.01'",
        Decimal("12345678901234567.02"),
    ),
    "a division by nothing is unknown": (
        one(
            "sql_query",
            "ListUnitPrice",
            "SELECT *, 1 / a AS ListUnitPrice FROM {{ TABLE_NAME }}",
        ),
        "'0'",
        None,
    ),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_conversion_says_what_it_should(case, write_plan, run):
    plan, given, expected = VALUES[case]
    folder = write_plan(**plan)

    rows, compiled = run(folder, f"select {given} as a")

    assert rows == [(expected,)]
    assert compiled.columns == (plan["focus_column"],)


BROKEN_ROWS = {
    "a cost that is no number": (one("rename_column", "BilledCost"), "'1,5'"),
    "tags that are no JSON": (one("rename_column", "Tags"), "'team=a'"),
    "a time that is none": (one("month_start", "BillingPeriodStart"), "'soon'"),
    "a time unlike its pattern": (one("parse_datetime", "SkuId", "%Y"), "'x'"),
    "a text that is calculated with": (
        one(
            "sql_query",
            "ListCost",
            "SELECT *, a * 2 AS ListCost FROM {{ TABLE_NAME }}",
        ),
        "'1,5'",
    ),
    "a strict type that does not fit": (
        one(
            "set_column_dtypes",
            "PlaceHolder",
            {"dtype_args": [{"column_name": "a", "dtype": "int", "strict": True}]},
        ),
        "'12.5'",
    ),
}


@pytest.mark.parametrize("case", BROKEN_ROWS)
def test_a_value_that_cannot_be_read_stops_the_month_by_name(case, write_plan, run):
    plan, given = BROKEN_ROWS[case]
    folder = write_plan(**plan)
    write_plan("z_S001", focus_column="x_A", column="a")

    with pytest.raises(Exception, match=r"cost_S001.yaml, plan 'the cost': .* got "):
        run(folder, f"select {given} as a")


def test_a_type_that_is_not_strict_gives_null_as_the_language_has_it(write_plan, run):
    write_plan(
        "0_S001",
        **one(
            "set_column_dtypes",
            "PlaceHolder",
            {"dtype_args": [{"column_name": "a", "dtype": "float"}]},
        ),
    )
    folder = write_plan(column="a")

    rows, _ = run(folder, "select 'n/a' as a union all select '2.50'")

    assert rows == [(None,), (Decimal("2.5"),)]


def test_kinds_act_in_the_engines_order_whatever_the_files_are_called(write_plan, run):
    write_plan(
        "a_S001",
        **one(
            "sql_condition",
            "ServiceName",
            {
                "conditions": ["WHEN tmp_s_ServiceName = 'x' THEN 'late'"],
                "default_value": "'-'",
            },
        ),
    )
    folder = write_plan(
        "b_S001",
        **one("static_value", "ServiceName", {"static_value": "x"}),
        column_prefix="tmp_s",
    )

    rows, compiled = run(folder, "select 1 as a")

    assert rows == [("late",)]
    assert compiled.columns == ("ServiceName",)


def test_a_column_made_by_a_later_kind_is_named_not_null(write_plan, run):
    write_plan(
        "a_S001",
        **one("sql_condition", "SkuId", {"conditions": [], "default_value": "a"})
        | {"conversion_args": {"conditions": ["WHEN a=1 THEN a"], "default_value": 0}},
    )
    folder = write_plan("b_S001", column="SkuId", focus_column="SkuMeter")

    with pytest.raises(PlanError, match=r"made by acme/a_S001.yaml.* runs later"):
        run(folder, "select 1 as a")


def test_a_source_column_is_not_mistaken_for_a_made_one_in_other_case(write_plan, run):
    write_plan("a_S001", column="billedcost", focus_column="ListCost")
    folder = write_plan("b_S001", column="other", focus_column="BilledCost")
    write_plan("c_S001", column="billedcost", focus_column="EffectiveCost")

    rows, _ = run(folder, "select 1 as billedcost, 2 as other")

    assert rows == [(1, 2, 1)]


def test_a_focus_named_source_column_stays_readable_unmapped(write_plan, run):
    # The engine blanks it before the plans run.
    folder = write_plan(column="ListCost", focus_column="BilledCost")

    rows, _ = run(folder, "select 3 as ListCost")

    assert rows == [(3,)]


def test_two_old_names_of_one_focus_column_are_refused(write_plan, run):
    write_plan("a_S001", focus_column="Provider")
    folder = write_plan("b_S001", focus_column="ServiceProviderName")

    with pytest.raises(PlanError, match=r"are both ServiceProviderName in FOCUS 1.4"):
        run(folder, "select 1 as amount")


def test_a_missing_column_is_null_and_named_once(write_plan, run):
    write_plan("a_S001", focus_column="ListCost")
    folder = write_plan("b_S001", focus_column="BilledCost")

    rows, compiled = run(folder, "select 1 as other")

    assert rows == [(None, None)]
    assert compiled.missing == ("amount",)


def test_a_missing_column_is_an_error_where_the_owner_wants_it(write_plan, run):
    folder = write_plan()

    with pytest.raises(
        PlanError, match=r"plan 'the cost': column: .* no column 'amount'; it has other"
    ):
        run(folder, "select 1 as other", missing_column="error")


def test_a_column_declared_as_optional_is_null_without_a_word(write_plan, run):
    folder = write_plan()
    write_plan(
        "0_S001",
        **one(
            "apply_default_if_column_missing",
            "PlaceHolder",
            {"data_type": "float"},
            column="amount",
        ),
    )

    rows, compiled = run(folder, "select 1 as other", missing_column="error")

    assert rows == [(None,)]
    assert compiled.missing == ()


REFUSED_SQL = {
    "SELECT a FROM {{ TABLE_NAME }}": r"expected SELECT \*, expressions",
    "SELECT *, a AS SkuId FROM elsewhere": "expected FROM {{ TABLE_NAME }} alone",
    "SELECT *, a FROM {{ TABLE_NAME }}": "expected a name: a AS",
    "SELECT *, a AS b FROM {{ TABLE_NAME }}": "makes b; expected .* AS SkuId",
    "SELECT DISTINCT *, a AS SkuId FROM {{ TABLE_NAME }}": "DISTINCT could lose",
    "SELECT *, sum(a) AS SkuId FROM {{ TABLE_NAME }} GROUP BY ALL": "GROUP BY could",
    "SELECT *, a AS SkuId FROM {{ TABLE_NAME }} LIMIT 1": "LIMIT could lose",
    "WITH x AS (SELECT 1) SELECT *, 1 AS SkuId FROM {{ TABLE_NAME }}": "WITH could",
    "SELECT *, (SELECT 1) AS SkuId FROM {{ TABLE_NAME }}": "expected FROM",
    "SELECT *, a AS SkuId FROM {{ TABLE_NAME }} JOIN b": "JOIN could lose",
    "DROP TABLE {{ TABLE_NAME }}": "expected one SELECT",
    "SELECT *, CASE a AS SkuId FROM {{ TABLE_NAME }}": "not SQL",
    "SELECT *, a AS SkuId FROM {{ OTHER_NAME }}": "not a template",
    "SELECT *, nosuch(a) AS SkuId FROM {{ TABLE_NAME }}": "nosuch does not exist",
    "SELECT *, sum(a) AS SkuId FROM {{ TABLE_NAME }}": "GROUP BY|aggregate",
}


@pytest.mark.parametrize("sql", REFUSED_SQL)
def test_sql_that_could_lose_or_merge_rows_is_refused(sql, write_plan, run):
    folder = write_plan(**one("sql_query", "SkuId", sql))

    with pytest.raises(
        PlanError, match="plan 'the cost': conversion_args: "
    ) as refused:
        run(folder, "select 1 as a")

    assert refused.match(REFUSED_SQL[sql].replace("{{", r"\{\{"))


def test_a_filter_may_leave_out_total_lines(write_plan, run):
    write_plan(
        "only_S001",
        **one(
            "sql_query",
            "PlaceHolder",
            "SELECT * FROM {{ TABLE_NAME }} WHERE kind <> 'total'",
        ),
    )
    folder = write_plan()

    rows, _ = run(
        folder, "select * from (values (1, 'a'), (1, 'total')) as t(amount, kind)"
    )

    assert rows == [(1,)]


@pytest.fixture
def look_up(write_plan):
    def write(table):
        folder = write_plan(
            **one(
                "lookup",
                "ServiceCategory",
                {
                    "reference_path_in_package": False,
                    "reference_dataset_path": "services.csv",
                    "source_value": "service",
                    "destination_value": "category",
                },
            )
        )
        (folder / "services.csv").write_text(table)
        return folder

    return write


def test_a_table_beside_the_plans_is_looked_up_and_rows_stay_rows(look_up, run):
    folder = look_up("service,category\ngpu,Compute\ngpu,Compute\ndisk,Storage\n")

    rows, _ = run(folder, "select * from (values ('gpu'), (null), ('tape')) as t(a)")

    assert sorted(rows, key=str) == [("Compute",), (None,), (None,)]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("service,category\ngpu,Compute\ngpu,AI\n", "line 3 gives 'gpu' a second"),
        ("service,kind\ngpu,Compute\n", "services.csv has no 'category'"),
        ("service,category\n", "services.csv has no rows"),
    ],
)
def test_a_table_that_would_double_money_is_refused(table, message, look_up, run):
    folder = look_up(table)

    with pytest.raises(PlanError, match=message):
        run(folder, "select 'gpu' as a")


def test_a_field_that_a_structure_lacks_is_a_missing_column(write_plan, run):
    folder = write_plan(**one("unnest", "SkuId", column="a.id"))

    rows, compiled = run(folder, "select {'name': 'x'} as a")

    assert rows == [(None,)]
    assert compiled.missing == ("a.id",)
