"""Pictures of charts: the numbers that a browser draws, in files of their own."""

import importlib.util
import struct
import sys
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

import duckdb
import pytest

from pipelines.pages.cells import cells_of
from pipelines.pages.definition import Chart, Kind, Unit, pages
from pipelines.pages.onepager import write_onepager
from pipelines.pages.pictures import (
    PictureError,
    _converted,
    find_chart,
    picture_of,
)
from pipelines.pages.wording import shown
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR

OCTOBER = date(2026, 10, 1)


def script():
    spec = importlib.util.spec_from_file_location(
        "pictures", PROJECT_DIR / "docs" / "pictures.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


README = script()


@pytest.fixture
def draw(db, page):
    """Give the cells of a chart of cost by team, other than it is said."""

    def cells(month=OCTOBER, filters=None, **changes):
        chart = page.charts[0].model_copy(update=changes)
        return cells_of(db, page, chart, month, filters or {})

    return cells


def measured(**parts):
    return Chart(
        id="a", question="A?", rows="a", kind="bars", x="x", says="a", measure=parts
    ).measure


def triples(cells, *names):
    return [tuple(row[name] for name in names) for row in cells.rows]


def test_ranked_bars_are_the_dearest_and_the_others_as_one(db, draw):
    """October: pay 8, search 1 + 2 + 4 = 7, ops 2, web 0.5; the last three are 9.5."""
    db.execute(
        "insert into spent values ('2026-10', 'ops', 'a', 2, 1), "
        "('2026-10', 'web', 'a', 0.5, 1)"
    )

    cells = draw(top=1)

    assert triples(cells, "x", "value", "shown", "total_shown", "is_last") == [
        ("pay", 8.0, "8.00", "8.00", True),
        ("3 others", 9.5, "9.50", "9.50", True),
    ]
    assert triples(draw(top=3), "x") == [("pay",), ("search",), ("ops",), ("web",)]


def test_a_stacked_bar_has_its_sum_behind_its_last_part(draw):
    """Item a is the dearest with 3.5 + 1 + 8, then c with 4, then b with 2."""
    cells = draw(by="item")

    assert cells.names == ["a", "c", "b"]
    assert triples(cells, "x", "by", "value", "place", "is_last", "total") == [
        ("pay", "a", 8.0, 0, True, 8.0),
        ("search", "a", 1.0, 0, False, 7.0),
        ("search", "c", 4.0, 1, False, 7.0),
        ("search", "b", 2.0, 2, True, 7.0),
    ]


def test_others_have_one_ratio_of_their_sums(db, draw):
    """Per token: pay 8/40 = 0.2, ops 3/10 = 0.3, search 3/30 = 0.1.

    The dearest is ops; the others are (8 + 1 + 2) / (40 + 10 + 20). What search paid
    for c is in neither sum: nobody counted its tokens.
    """
    db.execute("insert into spent values ('2026-10', 'ops', 'a', 3, 10)")

    cells = draw(top=1, measure=measured(sum="cost", of="tokens"))

    assert triples(cells, "x", "value") == [
        ("ops", pytest.approx(0.3)),
        ("2 others", pytest.approx(11 / 70)),
    ]


def test_bars_of_months_are_in_their_order_and_leave_out_nothing_spent(db, draw):
    db.execute("insert into spent values ('2026-08', 'search', 'a', 0, 1)")

    cells = draw(kind=Kind.BARS, x="month", by="team", is_trend=True)

    assert triples(cells, "x", "by", "value") == [
        ("2026-09", "search", 3.5),
        ("2026-10", "search", 7.0),
        ("2026-10", "pay", 8.0),
    ]


def test_a_step_of_a_waterfall_starts_where_the_one_before_ends(db, draw):
    db.execute("delete from spent")
    db.execute(
        "insert into spent values ('2026-10', 'Before', 'a', 10, 1), "
        "('2026-10', 'Price', 'a', -4, 1), ('2026-10', 'Volume', 'a', 3, 1), "
        "('2026-10', 'Mix', 'a', 0, 1), ('2026-10', 'Now', 'a', 9, 1)"
    )

    cells = draw(
        kind=Kind.WATERFALL, order=["Before", "Price", "Volume", "Mix", "Now"], top=1
    )

    assert triples(cells, "x", "is_total", "foot", "head", "top") == [
        ("Before", True, 0.0, 10.0, 10.0),
        ("Price", False, 10.0, 6.0, 10.0),
        ("Volume", False, 6.0, 9.0, 9.0),
        ("Mix", False, 9.0, 9.0, 9.0),
        ("Now", True, 0.0, 9.0, 9.0),
    ]


def test_a_mark_says_its_names_and_every_cent(draw):
    assert triples(draw(by="item", filters={"team": "pay"}), "said") == [
        ("pay · a: 8.00",)
    ]
    assert shown(Decimal("1234.567"), Unit.MONEY, "USD", exact=True) == "$1,234.57"
    assert shown(Decimal("4930000.4"), Unit.COUNT, exact=True) == "4,930,000"


def test_rows_of_another_kind_are_no_bar_of_nothing(db, draw):
    """Only item c counts: search has 4 of it, pay none, and pay is not `1 other`."""
    cells = draw(top=1, measure=measured(sum="cost", where={"item": "c"}))

    assert triples(cells, "x", "value") == [("search", 4.0)]


def test_the_reporting_currency_comes_before_that_of_most_rows(db, page):
    """October: search 1 + 2 + 4 in EUR, pay 8 in USD."""
    rows = {"spent": "select if(team = 'pay', 'USD', 'EUR') as currency, * from spent"}
    page = page.model_copy(update={"rows": rows})

    usual = cells_of(db, page, page.charts[0], OCTOBER, {})
    preferred = cells_of(db, page, page.charts[0], OCTOBER, {}, preferred="USD")

    assert (usual.currency, triples(usual, "shown")) == ("EUR", [("€7.00",)])
    assert (preferred.currency, triples(preferred, "shown")) == ("USD", [("$8.00",)])
    assert preferred.left_out == ["EUR"]


def test_a_filter_that_rows_have_no_column_for_is_told(draw):
    cells = draw(filters={"team": "search", "provider": "AWS"})

    assert triples(cells, "x", "value") == [("search", 7.0)]
    assert cells.not_split == ["provider"]


@pytest.mark.parametrize(
    ("value", "unit", "currency", "text"),
    [
        (None, Unit.MONEY, "USD", "unknown"),
        ("1234.5", Unit.MONEY, "USD", "$1,235"),
        ("999.994", Unit.MONEY, "EUR", "€999.99"),
        ("-3.14159", Unit.MONEY, "CHF", "-CHF\u00a03.14"),
        ("0.0005364", Unit.MONEY, "USD", "$0.000536"),
        ("0.5", Unit.MONEY, "USD", "$0.50"),
        ("0", Unit.MONEY, "USD", "$0.00"),
        ("0.1333", Unit.PERCENT, "", "13.3 %"),
        ("0.02", Unit.PERCENT, "", "2 %"),
        ("999999", Unit.COUNT, "", "999,999"),
        ("4930000", Unit.COUNT, "", "4.9M"),
        ("12.34", Unit.HOURS, "", "12.3 h"),
    ],
)
def test_a_number_is_written_as_on_the_pages(value, unit, currency, text):
    assert shown(None if value is None else Decimal(value), unit, currency) == text


def test_a_picture_says_which_version_month_and_team_it_is(db, page):
    db.execute("insert into spent values ('2026-11', 'search', 'a', 1, 1)")
    rows = page.rows | {"spent": "select 'USD' as currency, * from spent"}
    page = page.model_copy(update={"rows": rows})

    october = picture_of(db, page, page.charts[0], filters={"team": "search"})
    november = picture_of(db, page, page.charts[0], month=date(2026, 11, 1))

    version = "version 20261101T000000Z-b1, published 2026-11-01"
    assert october.lines == (
        "October 2026 · team search · USD",
        f"{version} · reconciled",
    )
    assert november.lines == (
        "November 2026 · USD",
        f"{version} · not reconciled: 2026-11 acme: no invoice",
    )


def test_an_svg_has_the_numbers_and_a_png_its_size(db, page):
    picture = picture_of(db, page, page.charts[0], width=400)

    texts = "".join(ET.fromstring(picture.svg()).itertext())
    png = picture.png(scale=1)

    assert "Who spends?" in texts
    assert "8.00" in texts
    assert "version 20261101T000000Z-b1" in texts
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height > 100) == (400, True)


def test_a_name_that_is_markup_stays_a_name(db, page):
    """It has a control character, too, which no XML may hold."""
    name = "<script>alert(1)</script>&\"'\x01"
    db.execute("update spent set team = $name where team = 'pay'", {"name": name})

    svg = picture_of(db, page, page.charts[0]).svg()

    tags = {element.tag for element in ET.fromstring(svg).iter()}
    texts = "".join(ET.fromstring(svg).itertext())
    assert "<script" not in svg
    assert not [tag for tag in tags if "script" in tag or tag.endswith("}image")]
    assert "<script>alert(1)</script>&\"'" in texts


def test_nothing_is_fetched():
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"url": "http://127.0.0.1:9/rows.json"},
        "mark": "bar",
        "encoding": {"x": {"field": "a"}},
    }

    with pytest.raises(PictureError, match="vl-convert cannot draw it"):
        _converted("svg", spec)


def test_without_the_extra_one_sentence_names_it(db, page, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)

    with pytest.raises(PictureError, match=r"pip install 'unitmill\[images\]'"):
        picture_of(db, page, page.charts[0]).svg()


@pytest.mark.parametrize(
    ("page", "chart", "message"),
    [
        (
            "nowhere",
            "teams",
            "no page 'nowhere'; there are: executive, unit-economics,",
        ),
        (
            "executive",
            "budgets",
            "executive/budgets is of kind table, no picture; pictures of executive",
        ),
        ("executive", "x", "executive/x is not there; pictures of executive: "),
    ],
)
def test_what_is_no_picture_is_said_with_those_that_are(page, chart, message):
    with pytest.raises(PictureError) as refused:
        find_chart(page, chart)

    assert str(refused.value).startswith(message)


def test_a_month_without_numbers_is_named(db, page):
    with pytest.raises(PictureError, match="spending/teams has no numbers of 2020-01"):
        picture_of(db, page, page.charts[0], month=date(2020, 1, 1))


@pytest.mark.slow
def test_every_picture_of_the_samples_has_its_chart_s_sum(sample_settings):
    """The sums of a chart's answers and of what its picture draws are the same."""
    from pipelines.pages.answers import answers  # noqa: PLC0415
    from pipelines.questions.months import newest_reconciled_month  # noqa: PLC0415

    compared = 0
    with duckdb.connect(str(current(sample_settings).database), read_only=True) as db:
        month = newest_reconciled_month(db).start
        for page in pages():
            for chart in page.charts:
                if chart.measure is None or chart.measure.of or chart.kind is Kind.BAND:
                    continue
                drawn = cells_of(db, page, chart, month, {})
                if drawn.left_out:
                    continue
                told = answers(db, page, chart, month)
                total = sum(row[chart.measure.sum] or 0 for row in told)
                assert sum(row["value"] for row in drawn.rows) == pytest.approx(
                    float(total)
                ), f"{page.name}/{chart.id}"
                compared += 1
    assert compared > 20


@pytest.mark.slow
@pytest.mark.parametrize("name", README.PICTURES)
def test_a_picture_of_the_readme_has_the_numbers_of_the_samples(name, sample_settings):
    drawn = README.svg_of(current(sample_settings).database, name)
    shown_there = (README.IMAGES / name).read_text("utf-8")

    assert len(shown_there) < 150_000
    assert texts_of(shown_there) == texts_of(drawn), "run: make pictures"


def texts_of(svg):
    """Give the texts of a picture but for the version that it is of."""
    texts = [element.text for element in ET.fromstring(svg).iter() if element.text]
    return [text for text in texts if not text.startswith(("version ", "published "))]


@pytest.mark.slow
def test_the_one_pager_has_figures_and_four_pictures_and_no_script(sample_settings):
    with duckdb.connect(str(current(sample_settings).database), read_only=True) as db:
        text = write_onepager(db)

    assert "AI spend, October 2026" in text
    assert "<b>$67,481</b>" in text
    assert "▲ 32.1 % on Sep" in text
    assert text.count("<svg") == 4
    assert "<script" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert len(text.encode()) < 200_000
