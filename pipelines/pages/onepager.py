"""A month on one page: figures and four charts in one HTML file without any script.

Belongs here: which charts an executive gets, and how the page is laid out. Does not
belong here: a chart (``pictures``), and the pages that a browser opens (``folder``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import duckdb
from jinja2 import Environment, FileSystemLoader, Template

from pipelines.pages.definition import Chart, Page, Tile, Unit, pages
from pipelines.pages.folder import STATIC
from pipelines.pages.look import look_at
from pipelines.pages.pictures import SMALL, PictureError, find_chart, picture_of
from pipelines.pages.sums import ChartRows
from pipelines.pages.wording import shown

PAGE, TILES = "executive", "headline"
CHARTS = ("spend-by-class", "outlook", "teams", "waste")
# Less of a change is none that anybody sees.
LEAST_CHANGE = Decimal("0.05")
CLIP = re.compile(r'(id="|url\(#)(clip\d+)')


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a month beside that of the month before, as people read it.

    Attributes:
        label: what it is called.
        shown: the number; a word where it is unknown.
        change: such as ``▲ 32.2 % on Sep``; '' where no change is known.
        verdict: whether the change is for the better; '' where neither is.
    """

    label: str
    shown: str
    change: str
    verdict: Literal["better", "worse", ""]


def write_onepager(db: duckdb.DuckDBPyConnection, month: date | None = None) -> str:
    """Give a month's page as HTML.

    Args:
        db: a published version.
        month: its first day; None for the newest reconciled one.

    Raises:
        PictureError: the extra that draws is not installed.
    """
    look = look_at(db)
    month = month or look.month
    page = next(one for one in pages() if one.name == PAGE)
    tiles = next(one for one in page.charts if one.id == TILES)
    return _template().render(
        title=f"AI spend, {month:%B %Y}",
        about=look.about,
        not_reconciled=[o for o in look.not_reconciled if o[:7] == f"{month:%Y-%m}"],
        tiles=figures(db, page, tiles, month, look.about),
        says=tiles.says,
        figures=list(_figures(db, month)),
    )


def figures(
    db: duckdb.DuckDBPyConnection,
    page: Page,
    chart: Chart,
    month: date,
    about: Mapping[str, Any],
) -> list[Figure]:
    """Give the numbers of a chart of tiles.

    Args:
        db: a published version.
        page: whose chart.
        chart: one of kind tiles, whose rows have months.
        month: its first day.
        about: of the version: ``currency``, which goes before others, and ``partial``,
            the last day of months whose bills end early.
    """
    found = []
    for tile in chart.tiles:
        of_tile = chart.model_copy(update={"measure": tile})
        found.append(_figure(ChartRows(db, page, of_tile, month), tile, month, about))
    return found


def _figure(
    asked: ChartRows, tile: Tile, month: date, about: Mapping[str, Any]
) -> Figure:
    currency = next(iter(asked.currencies(about["currency"] or "")), "")
    kept = {"currency": currency} if currency else {}
    months = {
        str(key): sums.value(tile)
        for (key,), sums in asked.sums(["month"], kept).items()
    }
    earlier = [one for one in sorted(months) if one < f"{month:%Y-%m}"]
    now = months.get(f"{month:%Y-%m}")
    before = months.get(earlier[-1]) if earlier else None
    # A month that is not all there is compared with none, as on the pages.
    compared = [f"{month:%Y-%m}", *earlier[-1:]]
    if part := next((one for one in compared if one in about["partial"]), None):
        of = "bills to" if part == compared[0] else f"{part} has bills to"
        text = f"{of} {about['partial'][part]}"
        return Figure(tile.label, shown(now, tile.unit, currency), text, "")
    change, verdict = _change(tile, now, before, earlier)
    return Figure(tile.label, shown(now, tile.unit, currency), change, verdict)


def _change(
    tile: Tile, now: Decimal | None, before: Decimal | None, earlier: Sequence[str]
) -> tuple[str, Literal["better", "worse", ""]]:
    is_points = tile.unit is Unit.PERCENT
    if now is None or before is None or (before <= 0 and not is_points):
        return "", ""
    by = 100 * (now - before) if is_points else 100 * (now / before - 1)
    than = date.fromisoformat(f"{earlier[-1]}-01")
    text = (
        f"{'▼' if by < 0 else '▲'} {abs(by):,.1f} {'points' if is_points else '%'} "
        f"on {than:%b}"
    )
    if abs(by) < LEAST_CHANGE or tile.better is None:
        return text, ""
    return text, "better" if (by < 0) == (tile.better == "less") else "worse"


def _figures(db: duckdb.DuckDBPyConnection, month: date) -> Iterator[dict[str, str]]:
    for place, name in enumerate(CHARTS):
        page, chart = find_chart(PAGE, name)
        try:
            picture = picture_of(db, page, chart, month=month, width=SMALL)
        except PictureError as error:
            yield {"why": str(error), "says": chart.says}
            continue
        # Each picture counts its clips from anew, and a document has a name once.
        svg = CLIP.sub(rf"\1p{place}-\2", picture.svg())
        yield {"svg": svg, "says": chart.says}


@cache
def _template() -> Template:
    loader = FileSystemLoader(STATIC)
    return Environment(loader=loader, autoescape=True).get_template("onepager.html")
