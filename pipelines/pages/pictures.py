"""A chart of a published version as a picture, made without a browser or a network.

Belongs here: what a picture says around the numbers, and SVG and PNG by vl-convert,
which the extra ``images`` brings. Does not belong here: the spec of a kind of chart
(``specs``), and which numbers are drawn (``cells``).
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.pages.cells import Cells, cells_of
from pipelines.pages.definition import FOLDER, Chart, Page, pages
from pipelines.pages.folder import UNPICTURED
from pipelines.pages.layout import DIM, INK, WIDTH, laid_out
from pipelines.pages.look import look_at
from pipelines.pages.specs import Spec
from pipelines.pages.wording import worded

# In pixels; a picture of twice its size stays sharp on screens and in print.
SMALL = 460
SCALE = 2
NAMED_MONTHS = 3
EXTRA = (
    "a picture needs vl-convert, which is not installed; "
    "run: pip install 'unitmill[images]'"
)


class PictureError(Exception):
    """A chart cannot be drawn; the message names what is missing."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its numbers, ready to be drawn.

    Attributes:
        title: the question that it answers.
        lines: what is said below the title: unit, month, filters, version.
        spec: Vega-Lite with rows, title and colours.
    """

    title: str
    lines: tuple[str, ...]
    spec: Spec

    def svg(self) -> str:
        """Draw it as SVG, whose texts can be searched and copied.

        Raises:
            PictureError: the extra is not installed, or cannot draw it.
        """
        return str(_converted("svg", self.spec))

    def png(self, scale: float = SCALE) -> bytes:
        """Draw it as PNG, so many times its size.

        Raises:
            PictureError: the extra is not installed, or cannot draw it.
        """
        return bytes(_converted("png", self.spec, scale=scale))


def find_chart(page: str, chart: str, folder: Path = FOLDER) -> tuple[Page, Chart]:
    """Find a chart that is a picture by the name of its page and its own.

    Raises:
        PictureError: there is none; the message names those that there are.
    """
    by_name = {one.name: one for one in pages(folder)}
    if page not in by_name:
        raise PictureError(f"no page {page!r}; there are: {', '.join(by_name)}")
    found = by_name[page]
    drawn = {one.id: one for one in found.charts if one.kind not in UNPICTURED}
    if chart in drawn:
        return found, drawn[chart]
    kinds = {one.id: one.kind for one in found.charts}
    why = f"is of kind {kinds[chart]}, no picture" if chart in kinds else "is not there"
    raise PictureError(
        f"{page}/{chart} {why}; pictures of {page}: {', '.join(drawn) or 'none'}"
    )


def picture_of(  # noqa: PLR0913 - what a picture is of, by name
    db: duckdb.DuckDBPyConnection,
    page: Page,
    chart: Chart,
    *,
    month: date | None = None,
    filters: Mapping[str, str] | None = None,
    width: int = WIDTH,
    title: str = "",
    named: Sequence[str] | None = None,
) -> Picture:
    """Lay out a chart with a version's numbers.

    Args:
        db: a published version.
        page: whose chart.
        chart: one that is a picture.
        month: its first day; None for the newest reconciled one.
        filters: of columns of the rows, the one value that counts.
        width: of the picture, in pixels.
        title: what stands above it; '' for the chart's question.
        named: the filters as they are told; None for the values of ``filters``.

    Raises:
        PictureError: the version has no number for it, or cannot be asked.
    """
    filters = filters or {}
    try:
        look = look_at(db)
        month = month or look.month
        preferred = look.about["currency"] or ""
        cells = cells_of(db, page, chart, month, filters, preferred=preferred)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise PictureError(
            f"{page.name}/{chart.id} cannot be asked of this version: {reason}"
        ) from error
    if not cells.rows:
        of = [f"{month:%Y-%m}"] if cells.has_month and not chart.is_trend else []
        what = ", ".join([*of, *filters.values()]) or "any month"
        raise PictureError(f"{page.name}/{chart.id} has no numbers of {what}")
    told = [f"{n} {v}" for n, v in filters.items() if n not in cells.not_split]
    told = list(named) if named is not None else told
    lines = (
        _what(chart, cells, month, told),
        _when(chart, cells, month, look.about, look.not_reconciled),
    )
    title = title or chart.question
    drawn = laid_out(chart, cells, width) | {"title": _title(title, lines, width)}
    return Picture(title, lines, drawn)


def _what(chart: Chart, cells: Cells, month: date, told: Sequence[str]) -> str:
    """Say of which month and filters the numbers are, and in which unit."""
    said = [*told]
    if not cells.has_month:
        said.insert(0, "as of the newest day")
    elif not chart.is_trend:
        said.insert(0, f"{month:%B %Y}")
    said.append(_unit(chart, cells.currency))
    said += [f"not split by {name}" for name in cells.not_split]
    if cells.left_out:
        said.append(f"{', '.join(cells.left_out)} left out")
    return " · ".join(worded("", part) for part in said if part)


def _unit(chart: Chart, currency: str) -> str:
    measure = chart.measure
    if measure is None or (measure.unit == "money" and measure.of is None):
        return currency
    if measure.unit != "money":
        return "" if measure.of else measure.unit.value
    of = (measure.of or "").replace("_", " ")
    per = f"{measure.per:,} {of}" if measure.per > 1 else of.removesuffix("s")
    return f"{currency} per {per}"


def _when(
    chart: Chart,
    cells: Cells,
    month: date,
    about: Mapping[str, Any],
    not_reconciled: Sequence[str],
) -> str:
    """Say which version it is, and what of the months shown does not reconcile."""
    said = [f"version {about['version']}, published {about['published_at'][:10]}"]
    months = {f"{month:%Y-%m}"}
    if chart.x == "month" and chart.is_trend:
        months = {str(row["x"]) for row in cells.rows}
    if not cells.has_month:
        return said[0]
    if odd := [line for line in not_reconciled if line[:7] in months]:
        more = len(odd) - NAMED_MONTHS
        listed = "; ".join(odd[:NAMED_MONTHS]) + (f"; {more} more" if more > 0 else "")
        said.append(f"not reconciled: {listed}")
    else:
        said.append("reconciled")
    return " · ".join(worded("", part) for part in said)


def _title(title: str, lines: Sequence[str], width: int) -> Spec:
    """Write question and lines into the picture, broken where it ends."""
    broken = [part for line in lines for part in textwrap.wrap(line, width // 6)]
    return {
        "text": textwrap.wrap(worded("", title), width // 9),
        "subtitle": broken,
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 15,
        "color": INK,
        "subtitleColor": DIM,
        "subtitleFontSize": 11,
        "subtitlePadding": 4,
        "offset": 10,
    }


def _converted(form: str, drawn: Spec, **options: float) -> Any:  # noqa: ANN401
    try:
        import vl_convert  # noqa: PLC0415 - of an extra
    except ImportError as error:
        raise PictureError(EXTRA) from error
    convert = getattr(vl_convert, f"vegalite_to_{form}")
    try:
        # An empty list allows no address at all: nothing is fetched.
        return convert(drawn, allowed_base_urls=[], **options)
    except ValueError as error:
        raise PictureError(f"vl-convert cannot draw it: {error}") from error
