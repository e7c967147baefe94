"""Metrics as MetricFlow, dbt's semantic layer, reads them: a part of the dbt project.

Belongs here: the form of semantic models. Does not belong here: writing the file, which
``dbt_project/generate.py`` does.
"""

from collections.abc import Iterable
from typing import Any

from pipelines.semantic.declared import Mart
from pipelines.semantic.metrics import Metric

_CATEGORIES = ("varchar", "boolean")
_TIMES = ("date", "timestamp")
# Midnight of a month's first day: by the day it would be the same 30 times too fine.
_MONTHS = {"billing_period_start"}

Document = dict[str, Any]


def semantic_models(marts: Iterable[Mart]) -> Document:
    """Give semantic models and metrics: the document of one yml.

    A metric that is a ratio is made of two others, ``<name>_numerator`` and
    ``<name>_denominator``, which can be asked, too. A mart whose rows have no time is
    left out, because MetricFlow wants one.
    """
    models: list[Document] = []
    metrics: list[Document] = []
    for mart in marts:
        found = [metric for metric in mart.metrics if metric.time_column]
        if found:
            models.append(_model(mart, found))
            metrics += [one for metric in found for one in _metrics(metric)]
    return {"semantic_models": models, "metrics": metrics}


def _model(mart: Mart, metrics: list[Metric]) -> Document:
    name = mart.name.removeprefix("fct_")
    return {
        "name": name,
        "description": mart.description,
        "model": f"ref('{mart.name}')",
        "defaults": {"agg_time_dimension": metrics[0].time_column},
        "primary_entity": name,
        "dimensions": [
            _dimension(column.name, column.type)
            for column in mart.columns
            if column.type in _CATEGORIES + _TIMES
        ],
        "measures": [
            {"name": measure, "agg": "sum", "expr": expression}
            for metric in metrics
            for measure, expression in _measures(metric)
        ],
    }


def _dimension(name: str, kind: str) -> Document:
    if kind in _CATEGORIES:
        return {"name": name, "type": "categorical"}
    grain = "month" if name in _MONTHS else "day"
    return {"name": name, "type": "time", "type_params": {"time_granularity": grain}}


def _measures(metric: Metric) -> list[tuple[str, str]]:
    """Give the sums of a metric: their names and the SQL of a row."""
    if metric.denominator is None:
        return [(f"{metric.metric}_sum", _row(metric, metric.numerator))]
    times = f"{metric.per} * " if metric.per != 1 else ""
    part = f"({metric.numerator})" if " " in metric.numerator else metric.numerator
    numerator = f"{times}{part}" if times else metric.numerator
    return [
        (f"{metric.metric}_numerator_sum", _row(metric, numerator)),
        (f"{metric.metric}_denominator_sum", _row(metric, metric.denominator)),
    ]


def _row(metric: Metric, part: str) -> str:
    if metric.denominator is None and metric.filter is None:
        return part
    return f"case when {metric.counted} then {part} end"


def _metrics(metric: Metric) -> list[Document]:
    label = metric.metric.replace("_", " ").capitalize()
    said = {"description": described(metric)}
    if metric.denominator is None:
        return [_simple(metric.metric, label, f"{metric.metric}_sum") | said]
    parts = {part: f"{metric.metric}_{part}" for part in ("numerator", "denominator")}
    ratio = {"name": metric.metric, "label": label, "type": "ratio"}
    return [
        *(
            _simple(name, f"{label}: {part}", f"{name}_sum")
            for part, name in parts.items()
        ),
        ratio | said | {"type_params": parts},
    ]


def _simple(name: str, label: str, measure: str) -> Document:
    return {
        "name": name,
        "label": label,
        "type": "simple",
        "type_params": {"measure": measure},
    }


def described(metric: Metric) -> str:
    """Say what a metric means, and how it is misread, in one line."""
    trap = f" Trap: {metric.trap}" if metric.trap else ""
    return f"{metric.description}{trap}"
