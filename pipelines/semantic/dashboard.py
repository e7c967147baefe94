"""The dashboard "AI unit economics": where its charts stand, and its filter.

Belongs here: the layout in the words of Superset. Does not belong here: what a chart
shows (``charts``).
"""

from collections.abc import Mapping

from pipelines.semantic.charts import CHARTS, WIDTH

TITLE = "AI unit economics"


def layout(ids: Mapping[str, str]) -> dict[str, object]:
    """Place charts in rows of two, below a filter of time.

    Args:
        ids: the charts that there are: their names and their UUIDs.

    Returns:
        What a dashboard of Superset has as ``position`` and ``metadata``.
    """
    position: dict[str, object] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": TITLE}},
    }
    rows: list[list[str]] = []
    taken = WIDTH
    for name in ids:
        width = CHARTS[name].width
        if taken + width > WIDTH:
            rows.append([])
            taken = 0
        rows[-1].append(name)
        taken += width
    for number, names in enumerate(rows):
        row = f"ROW-{number}"
        above = ["ROOT_ID", "GRID_ID"]
        position[row] = {
            "type": "ROW",
            "id": row,
            "children": [f"CHART-{name}" for name in names],
            "parents": above,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for name in names:
            position[f"CHART-{name}"] = _place(name, ids[name], [*above, row])
    position["GRID_ID"] = {
        "type": "GRID",
        "id": "GRID_ID",
        "children": [f"ROW-{number}" for number in range(len(rows))],
        "parents": ["ROOT_ID"],
    }
    return {"position": position, "metadata": _metadata()}


def _place(name: str, identifier: str, parents: list[str]) -> dict[str, object]:
    return {
        "type": "CHART",
        "id": f"CHART-{name}",
        "children": [],
        "parents": parents,
        "meta": {
            "uuid": identifier,
            "chartId": list(CHARTS).index(name) + 1,
            "sliceName": CHARTS[name].title,
            "width": CHARTS[name].width,
            "height": 50,
        },
    }


def _metadata() -> dict[str, object]:
    time = {
        "id": "NATIVE_FILTER-time",
        "type": "NATIVE_FILTER",
        "name": "Time",
        "filterType": "filter_time",
        "targets": [{}],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "controlValues": {},
        "cascadeParentIds": [],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}},
    }
    return {
        "native_filter_configuration": [time],
        "filter_bar_orientation": "HORIZONTAL",
        "cross_filters_enabled": True,
        "refresh_frequency": 0,
        "color_scheme": "supersetColors",
    }
