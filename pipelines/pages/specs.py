"""A chart as a Vega-Lite spec; the rows come later, so that pages and images share it.

Belongs here: marks, axes and scales of each kind. Does not belong here: colours of a
page in light and dark (``static/pages.js``), and summing.

The rows of a spec have the columns ``x``, ``by``, ``value``, ``shown`` (the value as
text) and ``said`` (all of it as text); those of a band ``at``,
``value``, ``expected``, ``upper`` and ``limit``; those of a waterfall also ``foot`` and
``head``.
"""

from collections.abc import Callable
from typing import Any

from pipelines.pages.definition import Chart, Kind, Unit

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FORMATS = {
    Unit.MONEY: "~s",
    Unit.PERCENT: ".0%",
    Unit.COUNT: "~s",
    Unit.HOURS: "~s",
    Unit.NUMBER: "~g",
}
# By their order: the first is the accent; each differs in hue and in lightness, so that
# neighbours stay apart for people who see fewer colours (after Okabe and Ito).
COLORS = [
    "#3b6fd4",
    "#e69f00",
    "#1f9e77",
    "#c2579a",
    "#56b4e9",
    "#b5542b",
    "#7d6bc4",
    "#9aa33a",
    "#8a93a0",
    "#d1495b",
]
SPENT, EXPECTED, LIMIT = COLORS[0], COLORS[4], "#d1495b"
MORE, LESS, TOTAL = "#d1495b", "#1f9e77", "#8a93a0"
HEIGHT = 260
# What a screen reader says of a mark.
SAID = {"field": "said", "type": "nominal"}


def spec(chart: Chart) -> Spec:
    """Give the spec of a chart that has one; tiles and tables are no pictures."""
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": HEIGHT,
        "data": {"name": "rows"},
        **DRAWN[chart.kind](chart),
    }


def _text(field: str, **more: object) -> Spec:
    return {"field": field, "type": "nominal", "title": None, "sort": None, **more}


def _number(field: str, chart: Chart, **more: object) -> Spec:
    unit = chart.measure.unit if chart.measure else Unit.MONEY
    axis = {"format": FORMATS[unit]}
    return {
        "field": field,
        "type": "quantitative",
        "title": None,
        "axis": axis,
        **more,
    }


def _color(chart: Chart) -> Spec:
    if chart.by is None:
        return {"value": COLORS[0]}
    return _text("by", scale={"range": COLORS})


def _tooltip(chart: Chart) -> list[Spec]:
    """Show a mark's texts as the page writes them: no HTML, no second format."""
    shown = [("x", chart.x), ("by", chart.by), ("shown", "value")]
    return [
        {"field": field, "type": "nominal", "title": (title or "").replace("_", " ")}
        for field, title in shown
        if title
    ]


def _bars(chart: Chart) -> Spec:
    return {
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadiusEnd": 2},
        "encoding": {
            "x": _text("x", axis={"labelAngle": 0, "labelOverlap": "greedy"}),
            "y": _number("value", chart, stack="zero"),
            "color": _color(chart),
            "order": {"field": "place", "type": "quantitative"},
            "tooltip": _tooltip(chart),
            "description": SAID,
        },
    }


def _lines(chart: Chart) -> Spec:
    return {
        "mark": {
            "type": "line",
            "point": {"size": 70, "cursor": "pointer"},
            "strokeWidth": 2,
        },
        "encoding": {
            "x": _text("x", axis={"labelAngle": 0, "labelOverlap": "greedy"}),
            "y": _number("value", chart, scale={"zero": True}),
            "color": _color(chart),
            "tooltip": _tooltip(chart),
            "description": SAID,
        },
    }


def _ranked(chart: Chart) -> Spec:
    encoding = {
        "y": _text("x", axis={"labelLimit": 210, "ticks": False, "domain": False}),
        "x": _number("value", chart, stack="zero"),
    }
    bars = {
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadiusEnd": 2},
        "encoding": {
            **encoding,
            "color": _color(chart),
            "order": {"field": "place", "type": "quantitative"},
            "tooltip": _tooltip(chart),
            "description": SAID,
        },
    }
    labels = {
        "transform": [{"filter": "datum.is_last"}],
        "mark": {"type": "text", "align": "left", "dx": 5, "aria": False},
        "encoding": {
            **encoding,
            "x": {"field": "total", "type": "quantitative", "title": None},
            "text": {"field": "total_shown", "type": "nominal"},
        },
    }
    return {"height": {"step": 26}, "layer": [bars, labels]}


def _dots(chart: Chart) -> Spec:
    """Draw on a log axis, on which a bar would have no foot."""
    return {
        "height": {"step": 26},
        "mark": {
            "type": "point",
            "filled": True,
            "size": 130,
            "opacity": 1,
            "cursor": "pointer",
        },
        "encoding": {
            "y": _text("x", axis={"labelLimit": 210, "grid": True}),
            "x": _number("value", chart, scale={"type": "log"}, axis={"format": "~g"}),
            "color": _color(chart),
            "tooltip": _tooltip(chart),
            "description": SAID,
        },
    }


def _heat(chart: Chart) -> Spec:
    across = {"orient": "top", "labelAngle": 0, "labelLimit": 170}
    base = {
        "x": _text("x", title=chart.x, axis=across),
        "y": _text("by", title=chart.by, axis={"labelLimit": 210}),
    }
    shade = {
        "field": "value",
        "type": "quantitative",
        "scale": {"type": "log", "scheme": "blues"},
        "legend": None,
    }
    cells = {
        "mark": {"type": "rect", "cursor": "pointer"},
        "encoding": {
            **base,
            "color": shade,
            "tooltip": _tooltip(chart),
            "description": SAID,
        },
    }
    # Light on the darker half of the shades; which half, the page says of each cell.
    dark = {"test": "datum.is_dark", "value": "#ffffff"}
    texts = {
        "mark": {"type": "text", "fontSize": 11, "aria": False},
        "encoding": {
            **base,
            "text": {"field": "shown", "type": "nominal"},
            "color": {"condition": dark, "value": "#1b2733"},
        },
    }
    return {"height": {"step": 28}, "layer": [cells, texts]}


def _waterfall(chart: Chart) -> Spec:
    x = _text("x", axis={"labelAngle": 0, "labelLimit": 90})
    color = {
        "condition": [
            {"test": "datum.is_total", "value": TOTAL},
            {"test": "datum.value > 0", "value": MORE},
        ],
        "value": LESS,
    }
    bars = {
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadius": 2},
        "encoding": {
            "x": x,
            "y": _number("foot", chart, scale={"zero": False}),
            "y2": {"field": "head"},
            "color": color,
            "tooltip": _tooltip(chart),
            "description": SAID,
        },
    }
    labels = {
        "mark": {"type": "text", "dy": -8, "aria": False},
        "encoding": {
            "x": x,
            "y": {"field": "top", "type": "quantitative"},
            "text": {"field": "shown", "type": "nominal"},
        },
    }
    return {"layer": [bars, labels]}


def _band(chart: Chart) -> Spec:
    x = {
        "field": "at",
        "type": "temporal",
        "title": None,
        "axis": {"format": "%-d %b", "labelOverlap": "greedy"},
        # A day is the same day wherever somebody reads.
        "scale": {"type": "utc"},
    }
    names = ["spent", "expected", "90 % upper bound", "budget"]
    scale = {"domain": names, "range": [SPENT, EXPECTED, EXPECTED, LIMIT]}

    def part(mark: Spec, field: str, name: str, **more: object) -> Spec:
        legend = {"symbolType": "stroke", "symbolOpacity": 1, "symbolStrokeWidth": 3}
        color = {"datum": name, "scale": scale, "title": None, "legend": legend}
        y = {**_number(field, chart), "stack": None}
        return {"mark": mark, "encoding": {"x": x, "y": y, "color": color, **more}}

    area = {"type": "area", "opacity": 0.14}
    upper = {"type": "line", "strokeDash": [2, 3], "strokeWidth": 1.5}
    return {
        "layer": [
            part(area, "expected", names[2], y2={"field": "upper"}),
            part({"type": "line", "strokeWidth": 2.5}, "value", names[0]),
            part({"type": "line", "strokeDash": [6, 3]}, "expected", names[1]),
            part(upper, "upper", names[2]),
            part({"type": "line", "strokeWidth": 1.5}, "limit", names[3]),
        ]
    }


DRAWN: dict[Kind, Callable[[Chart], Spec]] = {
    Kind.BARS: _bars,
    Kind.LINES: _lines,
    Kind.RANKED: _ranked,
    Kind.DOTS: _dots,
    Kind.HEAT: _heat,
    Kind.WATERFALL: _waterfall,
    Kind.BAND: _band,
}
