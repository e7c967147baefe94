"""Each rule of the dialect, on rows in DuckDB and in Spark.

All are in one file, so that one process starts one Spark for them. What stands behind
an expression is worked out by hand; both engines must say it, of all rows at once.
"""

import math
import random
import shutil
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.spark.dialect import DialectError, translated, translated_steps, view_of
from pipelines.spark.session import session

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(not shutil.which("java"), reason="a Spark needs Java"),
    # Of pyspark's own making, on its way through pandas and Arrow.
    pytest.mark.filterwarnings("ignore"),
]

INF, NAN = math.inf, math.nan
D = Decimal


def at(*parts):
    """Give a time as both engines give it: without a zone."""
    return datetime(*parts)  # noqa: DTZ001 - UTC, as all times are


TABLE = '"warehouse"."x"."t"'
# Without compilation, which takes longer than rows so few.
QUICK = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
}


@pytest.fixture(scope="module")
def spark():
    engine = {"kind": "spark", "remote": "local[1]", "options": QUICK}
    return session(Settings(engine=engine))


@pytest.fixture(scope="module")
def duck():
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute("attach ':memory:' as warehouse")
        db.execute("create schema warehouse.x")
        yield db


@pytest.fixture
def both(spark, duck, tmp_path):
    """Ask a query of the table t on both engines; give the rows that both say."""

    def ask(query, rows="select 1 as one", order="all"):
        duck.execute(f"create or replace table {TABLE} as {rows}")
        described = duck.execute(f"describe {TABLE}").fetchall()
        types = {name: kind for name, kind, *_ in described}
        columns = ", ".join(
            f'cast("{name}" as decimal(38, 0)) as "{name}"'
            if kind == "HUGEINT"
            else f'"{name}"'
            for name, kind in types.items()
        )
        place = tmp_path / f"{len(list(tmp_path.iterdir()))}.parquet"
        duck.execute(f"copy (select {columns} from {TABLE}) to '{place}'")
        spark.read.parquet(str(place)).createOrReplaceTempView(view_of(TABLE))
        query = query.replace("from t", f"from {TABLE} as t")
        code = translated(query, {TABLE: types})
        ours = duck.execute(query).fetchall()
        theirs = spark.sql(code).collect()
        ours = [tuple(plain(v) for v in row) for row in ours]
        theirs = [tuple(plain(v) for v in row) for row in theirs]
        if order == "all":
            ours, theirs = sorted(ours, key=repr), sorted(theirs, key=repr)
        assert theirs == ours, code
        return ours

    return ask


def plain(value):
    """Write a value so that both engines' are equal if they mean the same."""
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if isinstance(value, Decimal):
        return value.normalize() + 0
    if hasattr(value, "asDict"):
        return tuple(plain(v) for v in value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


@pytest.fixture
def says(both):
    """Ask expressions of the rows of t; compare with what was worked out by hand."""

    def check(rows, expected):
        listed = ", ".join(
            f"{expression} as c{n}" for n, expression in enumerate(expected)
        )
        numbered = f"select row_number() over () as n_, * from ({rows})"
        found = both(f"select n_, {listed} from t", numbered)
        found.sort()
        for n, (expression, values) in enumerate(expected.items(), start=1):
            assert [row[n] for row in found] == [plain(v) for v in values], expression

    return check


def test_a_division_is_one_of_doubles_by_zero_too(says):
    says(
        "from (values (7::decimal(38, 12), 2, 0.5::double), (-1, 0, 0), (0, 0, 1), "
        "(1, null, null)) t(a, b, x)",
        {
            "a / b": [3.5, -INF, "nan", None],
            "a / nullif(b, 0)": [3.5, None, None, None],
            "b / 30.4375": [2 / 30.4375, 0.0, 0.0, None],
            "1 / x": [2.0, INF, 1.0, None],
            "cast(a as double) / nullif(cast(b as double), 0) * 100": [
                *(350.0, None, None, None)
            ],
            "a / b / 2": [1.75, -INF, "nan", None],
        },
    )


def test_a_double_becomes_money_by_its_product_rounded_half_away_from_zero(says):
    # 0.1 + 0.2 is 0.30000000000000004; 1e-12 / 2 is half of the last digit.
    says(
        "from (values (0.1::double + 0.2), (-1.25), (5e-13), (-5e-13), (4e-13), "
        "(9300000.1), (123456789012.345), (null)) t(x)",
        {
            "cast(x as decimal(38, 12))": [
                D("0.3"),
                D("-1.25"),
                D("0.000000000001"),
                D("-0.000000000001"),
                D(0),
                # 9300000.1 * 1e12 is 9300000100000000000 as a double.
                D("9300000.1"),
                # Beyond 2^63 units the digits of the product itself.
                D(int(123456789012.345 * 1e12)).scaleb(-12),
                None,
            ],
            "cast(x as decimal(18, 2))": [
                *(D("0.3"), D("-1.25"), D(0), D(0), D(0)),
                *(D("9300000.1"), D("123456789012.35"), None),
            ],
        },
    )


def test_a_double_is_rounded_by_its_product(says):
    # 1.005 * 100 is 100.49999999999999 and 2.675 * 100 is 267.5: so 1.0 and 2.68.
    says(
        "from (values (1.005::double, 2.5::decimal(38, 12), 3), (2.675, -2.5, -3), "
        "(-0.5, 0.125, 0), (1e17, 1000, 1), (null, null, null)) t(x, a, i)",
        {
            "round(x, 2)": [1.0, 2.68, -0.5, 1e17, None],
            "round(x)": [1.0, 3.0, -1.0, 1e17, None],
            "round(a)": [3, -3, 0, 1000, None],
            "round(a, 2)": [D("2.5"), D("-2.5"), D("0.13"), 1000, None],
            "round(i, 2)": [3, -3, 0, 1, None],
        },
    )


def test_numbers_become_whole_numbers_by_rounding(says):
    says(
        "from (values (2.5::double, 2.5::decimal(38, 12), '16.0'), "
        "(-2.5, -2.5, ' 2.5 '), (3.5, 3.4, '-1e2'), (null, null, null)) t(x, a, s)",
        {
            # A double is rounded half to even, a decimal and a text half away from 0.
            "cast(x as integer)": [2, -2, 4, None],
            "cast(a as integer)": [3, -3, 3, None],
            "cast(s as bigint)": [16, 3, -100, None],
            "try_cast(s as integer)": [16, 3, -100, None],
            "try_cast(s || 'x' as integer)": [None] * 4,
            "cast(x as hugeint)": [2, -2, 4, None],
            "cast(a as hugeint)": [3, -3, 3, None],
            "cast(a as decimal(10, 1)) || ''": ["2.5", "-2.5", "3.4", None],
            "try_cast(s as decimal(18, 3))": [16, D("2.5"), -100, None],
        },
    )


def test_money_becomes_a_double_as_in_duckdb(both):
    """Of 2,000 amounts beyond 2^53 units as of small ones."""
    some = random.Random(42)
    values = ", ".join(
        f"({some.uniform(-1, 1) * 10 ** some.randint(-6, 15):.12f}::decimal(38, 12))"
        for _ in range(2000)
    )
    rows = both(
        "select a, cast(a as double), cast(cast(a as double) * 1.1 as decimal(38, 12)) "
        "from t",
        f"select a from (values {values}) t(a)",
    )
    assert len(rows) == 2000


def test_doubles_become_money_as_in_duckdb(both):
    """Of 2,000 doubles of any size, and halves of the last digit."""
    some = random.Random(7)
    wild = [some.uniform(-1, 1) * 10 ** some.randint(-13, 12) for _ in range(1500)]
    halves = [(some.randint(-(10**9), 10**9) + 0.5) / 1e12 for _ in range(500)]
    values = ", ".join(f"({x!r}::double)" for x in wild + halves)
    rows = both(
        "select x, cast(x as decimal(38, 12)), round(x, 6), round(x, 9), ceil(x) "
        "from t",
        f"select x from (values {values}) t(x)",
    )
    assert len(rows) == 2000


def test_whole_numbers_and_decimals_keep_their_digits(says):
    most = "12345678901234567890.123456789012"
    says(
        f"from (values ({most}::decimal(38, 12), 7, 170141183460469::hugeint), "
        "(-1.5, -7, -5), (null, null, null)) t(a, i, h)",
        {
            "a + h": [D(most) + 170141183460469, D("-6.5"), None],
            "coalesce(h, a)": [170141183460469, -5, None],
            "case when i > 0 then a else h end": [D(most), -5, None],
            "greatest(a, h, 0)": [D(most), 0, 0],
            "least(i, null, 5)": [5, -7, 5],
            "a > h": [True, True, None],
            "h * 100000": [17014118346046900000, -500000, None],
            "(h * 1000) // i": [24305883351495571, 714, None],
            "(h * 1000) % i": [3, -2, None],
            "i // 2": [3, -3, None],
            "i % 2": [1, -1, None],
            "-i": [-7, 7, None],
            "abs(a)": [D(most), D("1.5"), None],
            "sign(a)": [1, -1, None],
            "ceil(a)": [12345678901234567891, -1, None],
            "floor(a)": [12345678901234567890, -2, None],
            "sqrt(i * i)": [7.0, 7.0, None],
            "power(i, 2)": [49.0, 49.0, None],
            "a in (-1.5, 3)": [False, True, None],
            "a between -2 and 0": [False, True, None],
            "nullif(i, 7)": [None, -7, None],
            "i is distinct from 7": [False, True, True],
            "i is not distinct from null": [False, False, True],
        },
    )


def test_dates_and_times(says):
    noon = at(2026, 10, 31, 12, 30)
    says(
        "from (values (date '2026-10-31', timestamp '2026-10-31 12:30:00', 2), "
        "(date '2024-02-29', timestamp '1969-12-31 23:59:59.5', -1), "
        "(null, null, null)) t(d, ts, n)",
        {
            "d + interval 1 month": [
                at(2026, 11, 30),
                at(2024, 3, 29),
                None,
            ],
            "d - interval 1 day": [at(2026, 10, 30), at(2024, 2, 28), None],
            "d + n * interval 1 month": [*(at(2026, 12, 31), at(2024, 1, 29), None)],
            "d + n": [date(2026, 11, 2), date(2024, 2, 28), None],
            "d - n": [date(2026, 10, 29), date(2024, 3, 1), None],
            "d - date '2026-10-01'": [30, -945, None],
            "ts - timestamp '2026-10-01' >= interval 30 day": [True, False, None],
            "ts + to_hours(2)": [
                *(
                    at(2026, 10, 31, 14, 30),
                    at(1970, 1, 1, 1, 59, 59, 500000),
                ),
                None,
            ],
            # Borders are counted, not whole units.
            "date_diff('day', ts, timestamp '2026-11-01 00:00:01')": [1, 20759, None],
            "date_diff('month', d, ts)": [0, -650, None],
            "date_diff('second', ts, timestamp '1970-01-01 00:00:00.2')": [
                *(-1793449800, 1, None)
            ],
            "date_diff('millisecond', ts, timestamp '1970-01-01 00:00:00.2')": [
                *(-1793449799800, 700, None)
            ],
            "date_trunc('month', d)": [
                at(2026, 10, 1),
                at(2024, 2, 1),
                None,
            ],
            "date_trunc('hour', ts)": [
                *(at(2026, 10, 31, 12), at(1969, 12, 31, 23), None)
            ],
            "date_trunc('day', ts)": [*(at(2026, 10, 31), at(1969, 12, 31), None)],
            "cast(ts as date)": [date(2026, 10, 31), date(1969, 12, 31), None],
            "cast(ts as varchar)": [
                *("2026-10-31 12:30:00", "1969-12-31 23:59:59.5", None)
            ],
            "d || ''": ["2026-10-31", "2024-02-29", None],
            # Saturday and Thursday.
            "isodow(d)": [6, 4, None],
            "day(last_day(d))": [31, 29, None],
            "last_day(ts)": [date(2026, 10, 31), date(1969, 12, 31), None],
            "year(d) * 100 + month(d)": [202610, 202402, None],
            "strftime(ts, '%Y-%m')": ["2026-10", "1969-12", None],
            "strptime(strftime(d, '%Y-%m'), '%Y-%m')": [
                *(at(2026, 10, 1), at(2024, 2, 1), None)
            ],
            "d = '2026-10-31'": [True, False, None],
            "d < ts": [True, False, None],
            "coalesce(d, ts)": [at(2026, 10, 31), at(2024, 2, 29), None],
            "greatest(ts, d)": [noon, at(2024, 2, 29), None],
        },
    )


def test_ranges_end_before_their_end(says):
    says(
        "from (values (date '2026-10-30', date '2026-11-01', 1, 3), "
        "(date '2026-10-30', date '2026-10-30', 3, 1), (null, null, null, 2)) "
        "t(a, b, i, j)",
        {
            "len(range(a, b, interval 1 day))": [2, 0, None],
            "range(i, j)[1]": [1, None, None],
            "len(range(i, j))": [2, 0, None],
            "range(date_trunc('month', a), b + interval 1 second, interval 1 month)": [
                [at(2026, 10, 1), at(2026, 11, 1)],
                [at(2026, 10, 1)],
                None,
            ],
        },
    )


def test_text(says):
    says(
        "from (values ('Ab c ', 1.50::decimal(38, 12), 7), ('', -0.001, null), "
        "('ä%_\\', 1234567.895, 0), (null, null, null)) t(s, a, i)",
        {
            "lower(s)": ["ab c ", "", "ä%_\\", None],
            "trim(s)": ["Ab c", "", "ä%_\\", None],
            "rtrim(cast(a as varchar), '0')": ["1.5", "-0.001", "1234567.895", None],
            "length(s)": [5, 0, 4, None],
            "s || i": ["Ab c 7", None, "ä%_\\0", None],
            "concat(s, i)": ["Ab c 7", "", "ä%_\\0", ""],
            "concat_ws('|', s, i, a)": [
                *("Ab c |7|1.500000000000", "|-0.001000000000"),
                *("ä%_\\|0|1234567.895000000000", ""),
            ],
            "left(md5(s), 4)": ["6504", "d41d", "73c3", None],
            "s || chr(31)": ["Ab c \x1f", "\x1f", "ä%_\\\x1f", None],
            "replace(s, ' ', '-')": ["Ab-c-", "", "ä%_\\", None],
            "starts_with(s, 'Ab')": [True, False, False, None],
            "contains(s, '%')": [False, False, True, None],
            "format('{}: {:,.2f}, {:,.0f}', s, cast(a as double), cast(i as double))": [
                *("Ab c : 1.50, 7", None, "ä%_\\: 1,234,567.90, 0", None)
            ],
            "format('{:,.2f}', cast(a as double))": [
                *("1.50", "-0.00", "1,234,567.90", None)
            ],
            "coalesce(s, 'x') = 'x'": [False, False, False, True],
            "cast(i is null as varchar)": ["false", "true", "false", "true"],
            "str_split(s, ' ')": [["Ab", "c", ""], [""], ["ä%_\\"], None],
        },
    )


def test_doubles_are_written_as_in_duckdb(says):
    values = (
        0.0,
        1.0,
        -2.5,
        1e-3,
        1.25e-4,
        1e-5,
        1.5e-7,
        12345678.9,
        1e15,
        1e16,
        1.5e20,
    )
    listed = ", ".join(f"({x!r}::double)" for x in values)
    says(
        f"from (values {listed}, ('inf'), ('nan'), (null)) t(x)",
        {
            "cast(x as varchar)": [
                *("0.0", "1.0", "-2.5", "0.001", "0.000125", "1e-05", "1.5e-07"),
                *("12345678.9", "1000000000000000.0", "1e+16", "1.5e+20"),
                *("inf", "nan", None),
            ]
        },
    )


def test_patterns(says):
    says(
        "from (values ('user:a  b_c', 'user*', 'user:%'), ('a.b', 'a.?', 'a_b'), "
        "('10 gb-month\n', '*', '%\n'), ('a\\b', 'x', 'a\\b'), "
        "(null, null, null)) t(s, g, l)",
        {
            "regexp_replace(s, '^user:', '')": [
                *("a  b_c", "a.b", "10 gb-month\n", "a\\b", None)
            ],
            "regexp_replace(s, '[ _]+', '-', 'g')": [
                *("user:a-b-c", "a.b", "10-gb-month\n", "a\\b", None)
            ],
            # Without 'g' the first alone.
            "regexp_replace(s, '[ab]', 'X')": [
                *("user:X  b_c", "X.b", "10 gX-month\n", "X\\b", None)
            ],
            "regexp_replace(s, '(a|gb)(.)', '<\\2\\1>')": [
                *("user:< a> b_c", "<.a>b", "10 <-gb>month\n", "<\\a>b", None)
            ],
            "regexp_replace(s, '([\\\\.])', '\\\\\\1', 'g')": [
                *("user:a  b_c", "a\\.b", "10 gb-month\n", "a\\\\b", None)
            ],
            # The end is the very end, not before a last line feed.
            "regexp_matches(s, 'month$')": [False, False, False, False, None],
            "regexp_matches(s, '^a.b$')": [False, True, False, True, None],
            "regexp_extract(s, '[^.]+$')": [
                *("user:a  b_c", "b", "10 gb-month\n", "a\\b", None)
            ],
            "regexp_extract(s, '^(\\d+) (k|g)b', ['n', 'size']).size": [
                *("", "", "g", "", None)
            ],
            "s glob g": [True, True, True, False, None],
            "s like l": [True, True, True, True, None],
            "s like 'a\\b'": [False, False, False, True, None],
            "s like replace(replace(l, '\\', '\\\\'), '*', '%') escape '\\'": [
                *(True, True, True, True, None)
            ],
        },
    )


def test_lists_and_maps(says):
    says(
        'from (values ([3, null, 1], \'b\', \'{"a": "1", "x y": null}\'::json, 1), '
        "([], 'z', '{}', 0), (null, null, null, null)) t(l, s, j, i)",
        {
            "l[1]": [3, None, None],
            "l[-1]": [1, None, None],
            "['a', 'b'][i]": ["a", None, None],
            "len(l)": [3, 0, None],
            "list_contains(l, 1)": [True, False, None],
            "list_contains(l, 9)": [False, False, None],
            "list_contains(l, i)": [True, False, None],
            "list_position(['a', 'b'], s)": [2, None, None],
            "list_max(l)": [3, None, None],
            "list_sum(l)": [4, None, None],
            "list_sort(l)": [[1, 3, None], [], None],
            "list_sort(l)[:2]": [[1, 3], [], None],
            "list_filter(l, lambda x: x > i)": [[3], [], None],
            "list_transform(str_split('1; 2', ';'), lambda p: p::integer)": [
                *([[1, 2]] * 3),
            ],
            "[i, 2.5]": [[D(1), D("2.5")], [D(0), D("2.5")], [None, D("2.5")]],
            "cast(j as map(varchar, varchar))['a']": ["1", None, None],
            "cast(j as map(varchar, varchar))[s]": [None, None, None],
            "j->>'$.a'": ["1", None, None],
            "j->>s": [None, None, None],
            "j->>'x y'": [None, None, None],
            'from_json(\'["p", "q"]\', \'["VARCHAR"]\')': [["p", "q"]] * 3,
            "coalesce(l, [])": [[3, None, 1], [], []],
            "l || [7]": [[3, None, 1, 7], [7], None],
        },
    )


ROWS = """
select * from (values
    ('a', 1, 2.0::decimal(38, 12), 'x', true), ('a', 3, null, 'y', false),
    ('a', null, 2.0, null, null), ('b', null, null, null, null),
    ('c', 5, 1.0, 'z', true)
) as t (k, i, a, s, f)
"""


def test_aggregates_of_groups(both):
    rows = both(
        "select k, sum(i), count(*), count(distinct a), count(i), count_if(f), "
        "max(i), min(s), bool_or(f), bool_and(f), any_value(s) filter (where i = 1), "
        "avg(cast(i as double)), sum(i) filter (where i > 1), sum(a) * 2 "
        "from t group by all",
        ROWS,
    )

    assert rows == [
        ("a", 4, 3, 1, 2, 1, 3, "x", True, False, "x", 2.0, 3, D(8)),
        ("b", None, 1, 0, 0, None, None, None, None, None, None, None, None, None),
        ("c", 5, 1, 1, 1, 1, 5, "z", True, True, None, 5.0, 5, D(2)),
    ]


def test_of_the_largest_are_rows_with_a_value(both):
    # In a tuple a NULL is the largest; without one, such rows are left out.
    rows = both(
        "select k, arg_max(s, i), arg_max(s, (a, s)), arg_max(i, (a, i)), "
        "arg_min(s, (a, s)), arg_min(i, a) from t group by all",
        ROWS,
    )

    assert rows == [
        ("a", "y", "y", 3, "x", 1),
        ("b", None, None, None, None, None),
        ("c", "z", "z", 5, "z", 5),
    ]


def test_lists_of_groups_keep_nulls_and_are_null_of_no_rows(both):
    rows = both(
        "select k, list(s order by i), list(i order by s) filter (where i > 1), "
        "list_sort(list(distinct a)), string_agg(s, '+' order by i), "
        "map_from_entries(coalesce("
        "list((s, i) order by s) filter (where s is not null), []))['x'] "
        "from t group by all",
        ROWS,
    )

    assert rows == [
        ("a", ["x", "y", None], [3], [2, None], "x+y", 1),
        ("b", [None], None, [None], None, None),
        ("c", ["z"], [5], [1], "z", None),
    ]


def test_quantiles_lie_between_two_values(both):
    values = ", ".join(f"({x!r}::double)" for x in (7.7, 1.1, 2.3, 9.05, 4.4))
    rows = both(
        "select median(x), round(quantile_cont(x, 0.9), 6), "
        "round(quantile_cont(x, 0.95) filter (where x < 4), 6), "
        "median(x) filter (where x > 10) from t",
        f"from (values {values}) t(x)",
    )

    # The 0.9 of five values is 3.6 steps up: 0.4 * 7.7 + 0.6 * 9.05.
    assert rows == [(4.4, 8.51, 2.24, None)]


def test_windows(both):
    rows = both(
        "select k, i, row_number() over w, dense_rank() over (order by k), "
        "sum(i) over (w rows between 1 preceding and current row), "
        "lag(i) over w, lead(s) over w, max(a) over (partition by k), "
        "product(cast(i as double)) over (w rows between unbounded preceding "
        "and 1 preceding) from t "
        "window w as (order by k, i)",
        ROWS,
    )

    assert rows == [
        ("a", 1, 1, 1, 1, None, "y", 2, None),
        ("a", 3, 2, 1, 4, 1, None, 2, 1.0),
        ("a", None, 3, 1, 3, 3, None, 2, 3.0),
        ("b", None, 4, 2, None, None, "z", None, 3.0),
        ("c", 5, 5, 3, 5, None, None, 1, 3.0),
    ]


def test_shapes_of_queries(both):
    rows = both(
        "with picked as (select * exclude (f) replace (i + 1 as i) from t "
        "qualify row_number() over (partition by k order by i desc nulls last) = 1), "
        "united as (select k, i from picked union all by name "
        "select 9.5 as i, 'n' as k, 1 as other) "
        "select k, i, other, i * 2 as twice, twice + 1 as more from united "
        "where more is not null",
        ROWS,
    )

    assert rows == [
        ("a", D(4), None, D(8), D(9)),
        ("c", D(6), None, D(12), D(13)),
        ("n", D("9.5"), 1, D(19), D(20)),
    ]


def test_grouping_sets(both):
    rows = both(
        "select k, s, sum(i), grouping(s) from t where i is not null "
        "group by grouping sets ((k, s), (k))",
        ROWS,
    )

    assert len(rows) == 5
    assert ("a", None, 4, 1) in rows


def test_lists_become_rows(both):
    once = "select k, unnest(l) as one from t"
    beside = "select k, unnest(l) as one, unnest([10, 20]) as other from t"
    window = (
        "select k, count(*) over () as n, cast(unnest(l) as bigint) + 1 as one from t"
    )
    grouped = "select max(k) as k, unnest([1, 2]) as one from t"
    rows = "from (values ('a', [1, 2, 3]), ('b', []), ('c', null)) t(k, l)"

    assert both(once, rows) == [("a", 1), ("a", 2), ("a", 3)]
    assert both(beside, rows) == [
        *(("a", 1, 10), ("a", 2, 20), ("a", 3, None)),
        *(("b", None, 10), ("b", None, 20), ("c", None, 10), ("c", None, 20)),
    ]
    assert both(window, rows) == [("a", 3, 2), ("a", 3, 3), ("a", 3, 4)]
    assert both(grouped, rows) == [("c", 1), ("c", 2)]


def test_columns_become_rows_without_nulls(both):
    rows = both(
        "with joined as (select * from t), "
        "parts as (unpivot joined on idle, training into name kind value cost) "
        "select * from parts",
        "select 'a' as k, 1.5 as idle, null::decimal(2, 1) as training",
    )

    assert rows == [("a", "idle", D("1.5"))]


def test_joins_using_and_conditions_in_subqueries(both):
    rows = both(
        "with other as (select k, i * 10 as ten from t where i > 1) "
        "select k, ten, exists (select 1 from other as o where o.k = t.k) as has, "
        "t.k in (select k from other) as is_in "
        "from t left join other using (k) where s is not null",
        ROWS,
    )

    assert rows == [
        ("a", 30, True, True),
        ("a", 30, True, True),
        ("c", 50, True, True),
    ]


def test_what_only_duckdb_reads_in_a_text_is_an_error_in_spark(both):
    with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
        both("select cast(s as integer) from t", "select '1_000' as s")


def test_a_pattern_that_nobody_checked_is_an_error_in_spark(both):
    with pytest.raises(Exception, match="no rule for"):
        both("select 'a' glob g from t", "select '[a]' as g")
    with pytest.raises(Exception, match="no rule reads a number"):
        both("select try_cast(s as integer) from t", "select '1_000' as s")
    with pytest.raises(Exception, match="no rule for the path"):
        both("select j->>k from t", "select '{}'::json as j, '$.a' as k")


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("reverse(s)", "no rule translates REVERSE"),
        ("chr(i)", "no rule for CHR"),
        ("chr(955)", "no rule for CHR"),
        ("row_number() over ()", "has no order"),
        ("regexp_matches(s, '(?=a)b')", "in the pattern"),
        ("regexp_matches(s, s)", "is computed"),
        ("regexp_replace(s, 'x*', '-', 'g')", "also finds nothing"),
        ("strftime(timestamp '2026-01-01', '%B')", "no rule for the format"),
        ("avg(i)", "cast it to double"),
        ("s > i", "Cannot mix values"),
        ("list(i order by s desc)", "descending"),
        ("string_agg(s, ',')", "has no order"),
        ("lag(i, 1, 0) over (order by i)", "write coalesce"),
        ("format('{:d}', i)", "no rule for the format"),
        ("median(i)", "cast it to double"),
        ("md5_number(s)", "no rule translates"),
        ("h", "UHUGEINT"),
        ("cast(s as date)", "no rule reads"),
        ("distinct on (i) s", "no rule for distinct on"),
        ("distinct m", "the map m is told apart"),
    ],
)
def test_what_no_rule_covers_is_refused_by_name(expression, says):
    columns = {"s": "VARCHAR", "i": "INTEGER", "h": "UHUGEINT"}
    types = {TABLE: columns | {"m": "MAP(VARCHAR, VARCHAR)"}}

    with pytest.raises(DialectError, match=says):
        translated(f"select {expression} from {TABLE} as t", types)


def test_what_is_materialized_is_a_step_before(spark, duck):
    code = (
        f"with t as (select * from {TABLE}), "
        "numbered as materialized (select *, row_number() over () as n from t), "
        "big as (select * from numbered where i > 1), "
        "left_over as materialized (select a.k, a.n from numbered as a "
        "anti join big on a.n = big.n) "
        "select k, count(*) as rows_, count(distinct n) as numbers from left_over "
        "group by all"
    )
    duck.execute(f"create or replace table {TABLE} as {ROWS}")
    values = [
        tuple(row) for row in duck.execute(f"select k, i from {TABLE}").fetchall()
    ]
    spark.createDataFrame(values, "k string, i int").createOrReplaceTempView("x__t")
    types = {TABLE: {"k": "VARCHAR", "i": "INTEGER"}}

    *before, last = translated_steps(code, types)
    for step in before:
        spark.sql(step.code).createOrReplaceTempView(step.view)
    theirs = sorted(tuple(row) for row in spark.sql(last.code).collect())

    assert [step.view for step in before] == ["step__numbered", "step__left_over"]
    assert theirs == sorted(duck.execute(code).fetchall())
    assert theirs == [("a", 2, 2), ("b", 1, 1)]
    with pytest.raises(DialectError, match="it takes steps: step__numbered"):
        translated(code, types)


def test_recursion_is_refused():
    code = (
        "with recursive steps as (select 1 as n union all select n + 1 from steps "
        "where n < 3) select * from steps"
    )

    with pytest.raises(DialectError, match=r"recursive \(steps\)"):
        translated(code, {})
