"""The spec of a picture: a chart's spec with its rows, in the light colours of a page.

Belongs here: what ``static/charts.js`` adds to a spec in a browser: colours, sizes and
fonts. Does not belong here: the words around a chart (``pictures``).
"""

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from textwrap import wrap
from typing import Any

from pipelines.pages.cells import Cell, Cells
from pipelines.pages.definition import Chart, Kind
from pipelines.pages.specs import COLORS, HEIGHT, Spec, spec

WIDTH = 640
INK, DIM, GRID, LINE = "#16202b", "#55636f", "#e8edf1", "#e2e7ec"
# Of these a machine has one; nothing is downloaded.
FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"
# Fewer days than these make no line that anybody sees.
FEW = 3
# A heat map and a waterfall have a text in each column, and are as wide as it needs.
LETTERS = 12
LEAST = {Kind.HEAT: (200, 76), Kind.WATERFALL: (60, 62)}


def _place_zeros(drawn: Spec, cells: Cells) -> None:
    """Make a log scale linear near 0 where a value has no logarithm."""
    values = [float(str(row["value"])) for row in cells.rows]
    if min(values, default=1) > 0:
        return
    constant = min([abs(value) for value in values if value], default=1)
    encoding = drawn["layer"][0]["encoding"] if "layer" in drawn else drawn["encoding"]
    for channel in ("x", "color"):
        scale = encoding[channel].get("scale", {})
        if scale.get("type") == "log":
            scale |= {"type": "symlog", "constant": min(constant, 1)}


def laid_out(chart: Chart, cells: Cells, width: int) -> Spec:
    """Give a chart's spec with its rows, complete but for a title.

    Args:
        chart: one that is a picture.
        cells: what it is drawn of.
        width: in pixels.
    """
    drawn = deepcopy(spec(chart))
    aside, column = LEAST.get(chart.kind, (0, 0))
    count = len({row["x"] for row in cells.rows if "x" in row})
    drawn["width"] = max(width, aside + column * count)
    drawn["autosize"] = {"type": "fit-x", "contains": "padding"}
    if chart.kind not in {Kind.RANKED, Kind.DOTS, Kind.HEAT}:
        drawn["height"] = HEIGHT if width >= WIDTH else HEIGHT * 2 // 3
    if chart.kind is Kind.BAND:
        _leave_out_unknown(drawn, cells)
    if chart.kind is Kind.RANKED:
        totals = [float(str(row["total"])) for row in cells.rows]
        # Room for the text behind the longest bar.
        most = max([*totals, 0]) * (1 + 64 / max(width - 230, 90))
        drawn["layer"][0]["encoding"]["x"]["scale"] = {"domainMax": most}
        for layer in drawn["layer"]:
            layer["encoding"]["y"]["axis"]["labelLimit"] = min(210, 0.36 * width)
    if chart.kind in {Kind.HEAT, Kind.DOTS}:
        _place_zeros(drawn, cells)
    seen = {str(row.get("by")) for row in cells.rows}
    drawn = dict(_colored(drawn, cells.names, seen))
    rows = _broken(drawn, cells.rows) if chart.kind is Kind.HEAT else cells.rows
    drawn["data"] = {"name": "rows", "values": rows}
    drawn["config"] = _config(chart, width)
    drawn["background"] = "white"
    drawn["padding"] = 12
    return drawn


def _broken(drawn: Spec, rows: Sequence[Cell]) -> list[Cell]:
    """Break the names of a heat map's columns, below which there is room for lines."""
    lines = {"orient": "bottom", "labelExpr": r"split(datum.label, '\n')"}
    for layer in drawn["layer"]:
        layer["encoding"]["x"]["axis"].update(lines)
    return [row | {"x": "\n".join(wrap(str(row["x"]), LETTERS))} for row in rows]


def _leave_out_unknown(drawn: Spec, cells: Cells) -> None:
    """Draw and name no line of a band that has no number, and a lone one as a point."""
    known = Counter(k for row in cells.rows for k, v in row.items() if v is not None)
    kept = []
    for one in drawn["layer"]:
        fields = [
            one["encoding"][y]["field"] for y in ("y", "y2") if y in one["encoding"]
        ]
        if all(known[field] for field in fields):
            kept.append(one)
        if known[fields[0]] < FEW and one["mark"]["type"] == "line":
            one["mark"]["point"] = {"size": 40}
    names = {one["encoding"]["color"]["datum"] for one in kept}
    for one in kept:
        scale = one["encoding"]["color"]["scale"]
        pairs = zip(scale["domain"], scale["range"], strict=True)
        shown = {name: color for name, color in pairs if name in names}
        one["encoding"]["color"]["scale"] = {
            "domain": [*shown],
            "range": [*shown.values()],
        }
    drawn["layer"] = kept


def _colored(part: Any, names: Sequence[str], seen: set[str]) -> Any:  # noqa: ANN401
    """Give each value of `by` the colour that it has in all charts of its rows."""
    if isinstance(part, list):
        return [_colored(one, names, seen) for one in part]
    if not isinstance(part, dict):
        return part
    found = {key: _colored(value, names, seen) for key, value in part.items()}
    if found.get("field") == "by" and "range" in found.get("scale", {}):
        shown = {
            name: COLORS[at % len(COLORS)]
            for at, name in enumerate(names)
            if name in seen
        }
        found["scale"] = {"domain": [*shown], "range": [*shown.values()]}
    return found


def _config(chart: Chart, width: int) -> Spec:
    """Give the light colours of ``static/pages.css``."""
    aside = 170 if chart.kind in {Kind.RANKED, Kind.DOTS} else 0
    axis = {"gridColor": GRID, "domainColor": LINE, "tickColor": LINE}
    text = {"labelColor": DIM, "titleColor": DIM, "titleFontWeight": 400}
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis | text | {"labelFontSize": 11, "tickCount": 5},
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False},
        "legend": {
            "orient": "top",
            "title": None,
            "labelColor": DIM,
            "symbolType": "circle",
            "symbolSize": 70,
            "labelLimit": 150,
            "padding": 0,
            "columns": max(2, (width - aside) // 128),
        },
        "text": {"fill": INK, "fontSize": 11},
    }
