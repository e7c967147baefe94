"""A page's rows sum to its numbers, however many of them it carries."""

from datetime import date

import pytest

from pipelines.pages import data
from pipelines.pages.answers import answer_sql, answers
from pipelines.pages.data import columns_of, rows_behind, rows_of
from pipelines.pages.definition import PageError, Tile, pages
from pipelines.pages.onepager import figures

OCTOBER = date(2026, 10, 1)


def unpacked(packed):
    """Rows as the browser makes them of what it gets."""
    columns = {
        column["name"]: [
            column["texts"][at] if at >= 0 else None for at in column["at"]
        ]
        if "texts" in column
        else column["values"]
        for column in packed["columns"]
    }
    return [
        dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def test_the_dearest_rows_are_kept_and_the_others_are_one_row(db, page, monkeypatch):
    monkeypatch.setattr(data, "ROWS_PER_NUMBER", 1)

    rows = unpacked(rows_of(db, page, "spent", OCTOBER))

    search = [r for r in rows if (r["month"], r["team"]) == ("2026-10", "search")]
    assert {(r["item"], r["cost"], r["tokens"], r["row_count"]) for r in search} == {
        ("c", 4.0, None, 1),
        (None, 3.0, 30, 2),
    }
    assert sum(r["cost"] for r in rows) == 18.5


def test_the_row_of_the_others_keeps_unknown_quantities_apart(db, page, monkeypatch):
    monkeypatch.setattr(data, "ROWS_PER_NUMBER", 0)

    rows = unpacked(rows_of(db, page, "spent", OCTOBER))

    # 1 + 2 of 10 + 20 tokens, and 4 whose tokens nobody counted.
    search = [r for r in rows if (r["month"], r["team"]) == ("2026-10", "search")]
    assert {(r["cost"], r["tokens"], r["row_count"]) for r in search} == {
        (3.0, 30, 2),
        (4.0, None, 1),
    }


def test_rows_of_several_marts_rank_each_by_its_own_measure(db, page, monkeypatch):
    monkeypatch.setattr(data, "ROWS_PER_NUMBER", 1)
    db.execute(
        "insert into spent "
        "select '2026-10', 'gpu', 'i' || n, null, n from range(9) t (n)"
    )

    rows = unpacked(rows_of(db, page, "spent", OCTOBER))

    [dearest] = [r for r in rows if r["team"] == "gpu" and r["row_count"] == 1]
    assert (dearest["item"], dearest["tokens"]) == ("i8", 8)


def test_what_is_no_number_is_unknown():
    assert data._plain(float("nan")) is None
    assert data._plain(float("inf")) is None


def test_a_page_without_rows_has_only_what_its_numbers_are_of(db, page):
    packed = rows_of(db, page, "spent", OCTOBER, with_details=False)

    assert [c["name"] for c in packed["columns"]] == [
        "month",
        "team",
        "cost",
        "tokens",
        "row_count",
    ]
    # What has no tokens is a row of its own: it counts in no cost per token.
    assert sorted(
        (r["team"], r["cost"], r["tokens"] is None)
        for r in unpacked(packed)
        if r["month"] == "2026-10"
    ) == [("pay", 8.0, False), ("search", 3.0, False), ("search", 4.0, True)]
    assert packed["count"] == 5


def test_the_sql_of_a_number_answers_it_for_the_month(db, page):
    teams, rate = page.charts

    assert [
        (r["team"], float(r["cost"])) for r in answers(db, page, teams, OCTOBER)
    ] == [
        ("pay", 8.0),
        ("search", 7.0),
    ]
    # (1 + 2 + 8) / (10 + 20 + 40) tokens x 10; what c cost has no tokens to divide by.
    [answer] = answers(db, page, rate, OCTOBER)
    assert answer["Per 10 tokens"] == pytest.approx(110 / 70)
    assert "$month" in answer_sql(page, rate)


def test_a_trend_is_of_every_month(db, page):
    chart = page.charts[0].model_copy(update={"x": "month", "is_trend": True})

    assert [
        (r["month"], float(r["cost"])) for r in answers(db, page, chart, OCTOBER)
    ] == [
        ("2026-09", 3.5),
        ("2026-10", 15.0),
    ]


def test_all_rows_of_a_number_are_had_live_and_sum_to_it(db, page):
    columns = columns_of(db, page, "spent")
    asked = db.execute(page.rows["spent"])
    names = [column[0] for column in asked.description]
    keys = [{"month": "2026-10", "team": "search"}]

    found = rows_behind(iter(asked.fetchall()), columns, names, keys, 2)

    rows = unpacked(found)
    assert found["count"] == 3
    assert [(r["item"], r["cost"], r["row_count"]) for r in rows] == [
        ("c", 4.0, 1),
        ("b", 2.0, 1),
        (None, 1.0, 1),
    ]


def test_months_older_than_the_newest_thirteen_are_asked_in_sql(db, page):
    db.execute("delete from spent")
    db.execute(
        "insert into spent select strftime(date '2025-01-01' + to_months(n::int), "
        "'%Y-%m'),"
        " 'search', 'a', 1, 1 from range(15) t (n)"
    )

    months = {r["month"] for r in unpacked(rows_of(db, page, "spent", OCTOBER))}

    assert len(months) == 13
    assert min(months) == "2025-03"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: [", "1-bad.yml: "),
        (
            "title: A\nquestion: B?\nneeds: C\nroles: [king]\nrows: {}\ncharts: []",
            "roles",
        ),
        (
            (
                "title: A\nquestion: B?\nneeds: C\nroles: []\ncharts: []\n"
                "rows: {a: select 1}"
            ),
            "do not fit: a",
        ),
    ],
)
def test_a_file_that_is_no_page_is_refused_by_its_name(tmp_path, text, message):
    (tmp_path / "1-bad.yml").write_text(text, "utf-8")

    with pytest.raises(PageError, match=message) as refused:
        pages(tmp_path)

    assert str(refused.value).startswith("1-bad.yml: ")


def test_a_column_that_rows_lack_is_named(db, page):
    lacking = page.model_copy(
        update={"rows": {"spent": "select 1 as cost, 'x' as team"}}
    )

    with pytest.raises(KeyError, match="spending: rows spent have no column tokens"):
        columns_of(db, lacking, "spent")


def test_a_one_pager_compares_no_month_that_is_not_all_there(db, page):
    """As the pages do: bills to the second are no fall against a whole month."""
    about = {"currency": None, "partial": {"2026-10": "2026-10-02"}}
    spend = page.charts[1].model_copy(
        update={"tiles": [Tile(label="Spend", sum="cost", better="less")]}
    )

    [part] = figures(db, page, spend, OCTOBER, about)
    [whole] = figures(db, page, spend, OCTOBER, about | {"partial": {}})
    [after] = figures(
        db, page, spend, OCTOBER, about | {"partial": {"2026-09": "2026-09-03"}}
    )

    # October 15, September 3.5: 328.6 % more, were both whole.
    assert (part.shown, part.change, part.verdict) == (
        "15.00",
        "bills to 2026-10-02",
        "",
    )
    assert (whole.change, whole.verdict) == ("▲ 328.6 % on Sep", "worse")
    assert after.change == "2026-09 has bills to 2026-09-03"
