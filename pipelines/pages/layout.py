"""The spec of a picture: a chart's spec with its rows, in the light colours of a page.

Belongs here: what ``static/charts.js`` adds to a spec in a browser: colours, sizes and
fonts. Does not belong here: the words around a chart (``pictures``).
"""

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from pipelines.pages.cells import Cells
from pipelines.pages.definition import Chart, Kind
from pipelines.pages.specs import COLORS, HEIGHT, Spec, spec

WIDTH = 640
INK, DIM, GRID, LINE = "#16202b", "#55636f", "#e8edf1", "#e2e7ec"
# Of these a machine has one; nothing is downloaded.
FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"
# Fewer days than these make no line that anybody sees.
FEW = 3


def laid_out(chart: Chart, cells: Cells, width: int) -> Spec:
    """Give a chart's spec with its rows, complete but for a title.

    Args:
        chart: one that is a picture.
        cells: what it is drawn of.
        width: in pixels.
    """
    drawn = deepcopy(spec(chart))
    drawn["width"] = width
    if chart.kind not in {Kind.RANKED, Kind.DOTS, Kind.HEAT}:
        drawn["height"] = HEIGHT if width >= WIDTH else HEIGHT * 2 // 3
    if chart.kind is Kind.BAND:
        _leave_out_unknown(drawn, cells)
    if chart.kind is Kind.RANKED:
        totals = [float(str(row["total"])) for row in cells.rows]
        drawn["layer"][0]["encoding"]["x"]["scale"] = {
            "domainMax": 1.16 * max([*totals, 0])
        }
    seen = {str(row.get("by")) for row in cells.rows}
    drawn = dict(_colored(drawn, cells.names, seen))
    drawn["data"] = {"name": "rows", "values": cells.rows}
    drawn["config"] = _config(chart, width)
    drawn["background"] = "white"
    drawn["padding"] = 12
    return drawn


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
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis | {"labelColor": DIM, "labelFontSize": 11, "tickCount": 5},
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
