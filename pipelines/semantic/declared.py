"""Metrics as the ymls of dbt's marts declare them, in ``meta.metric``.

Belongs here: finding them in folders of models, and saying what a declaration lacks.
Does not belong here: what is made of a metric (``metrics``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.semantic.metrics import Metric

# The first of these that a mart has is the time by which its metrics are followed.
TIMES = ("charge_date", "usage_date", "billing_period_start")
CURRENCIES = ("billing_currency", "reporting_currency", "currency")
_MARK = "metric:"
_BLOCK = re.compile(r"{%-? *docs (\w+) *-?%}\n(.*?)\n{%-? *enddocs *-?%}", re.DOTALL)
_DOC = re.compile(r"""{{ *doc\(["'](\w+)["']\) *}}""")


class MetricError(Exception):
    """A metric is not declared as it must be; the message names mart and column."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a mart: its type and its meaning, each as the yml says."""

    name: str
    type: str
    description: str
    metric: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Mart:
    """A mart that declares metrics."""

    name: str
    description: str
    columns: tuple[Column, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Those that hold at any grain; others say in ``not_additive`` why not.

        Raises:
            MetricError: a declaration lacks a part.
        """
        return tuple(
            _metric(self, column)
            for column in self.columns
            if column.metric
            and column.metric.get("numerator")
            and not column.metric.get("not_additive")
        )


def declared(folders: Iterable[Path]) -> list[Mart]:
    """Give the marts of these folders that declare metrics, by name.

    Args:
        folders: folders of dbt models; a text that several columns share is in a
            ``.md`` of one of them.

    Raises:
        MetricError: a yml is none, or two metrics have one name.
    """
    there = list(folders)
    texts = dict(_blocks(there))
    marts = sorted(_marts(there, texts), key=lambda mart: mart.name)
    names = [metric.metric for mart in marts for metric in mart.metrics]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise MetricError(
            f"two metrics are called {' and '.join(twice)}; give one another `name` in "
            "the meta.metric of its column"
        )
    return marts


def _blocks(folders: list[Path]) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted(folder.rglob("*.md")):
            yield from _BLOCK.findall(path.read_text("utf-8"))


def _marts(folders: list[Path], texts: Mapping[str, str]) -> Iterator[Mart]:
    for folder in folders:
        for path in sorted(folder.rglob("*.y*ml")):
            text = path.read_text("utf-8")
            # Semantic models have metrics of their own, which are made of these.
            if _MARK not in text or text.startswith("# Made by"):
                continue
            try:
                document = yaml.load(text, yaml.CSafeLoader)
            except yaml.YAMLError as error:
                raise MetricError(
                    f"{path}: no yml that can be read; {error}"
                ) from error
            for model in document.get("models") or ():
                mart = _mart(model, texts)
                if any(column.metric for column in mart.columns):
                    yield mart


def _mart(model: Mapping[str, Any], texts: Mapping[str, str]) -> Mart:
    return Mart(
        name=str(model["name"]),
        description=_said(model.get("description"), texts),
        columns=tuple(
            Column(
                str(column["name"]),
                str(column.get("data_type", "")).lower(),
                _said(column.get("description"), texts),
                _declaration(column),
            )
            for column in model.get("columns") or ()
        ),
    )


def _declaration(column: Mapping[str, Any]) -> Mapping[str, Any] | None:
    meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
    found = meta.get("metric")
    return found if isinstance(found, Mapping) else None


def _said(text: object, texts: Mapping[str, str]) -> str:
    """Fold a description into one line, with the texts that it shares."""
    shared = _DOC.sub(lambda doc: texts.get(doc[1], doc[0]), str(text or ""))
    return " ".join(shared.split())


def _metric(mart: Mart, column: Column) -> Metric:
    says = column.metric or {}
    names = {one.name for one in mart.columns}
    time = says.get("time_column") or next((t for t in TIMES if t in names), None)
    if time is not None and time not in names:
        raise MetricError(
            f"{mart.name}.{column.name}: meta.metric has the time_column {time}, which "
            "is no column of the mart; name one that is"
        )
    default = f"{mart.name.removeprefix('fct_')}_{column.name}"
    return Metric(
        metric=str(says.get("name") or default),
        mart=mart.name,
        column=column.name,
        numerator=_line(says["numerator"]) or "",
        denominator=_line(says.get("denominator")),
        per=int(says.get("per", 1)),
        filter=_line(says.get("where")),
        time_column=time,
        currency_column=_currency(says, names),
        description=column.description,
        trap=_line(says.get("trap")),
    )


def _currency(says: Mapping[str, Any], names: set[str]) -> str | None:
    """Name the column of the currency that the parts of a metric are in."""
    if says.get("cost_basis") == "none":
        return None
    parts = f"{says['numerator']} {says.get('denominator')}"
    reporting = "reporting_" in parts or "billing_currency" not in names
    order = CURRENCIES[1:] if reporting else CURRENCIES
    return next((name for name in order if name in names), None)


def _line(text: object) -> str | None:
    return " ".join(str(text).split()) if text is not None else None
