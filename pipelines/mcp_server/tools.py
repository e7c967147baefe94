"""The tools: what an agent may ask, and what each says of itself.

Belongs here: one function a tool, with its words. Does not belong here: how an answer
is found, and how a tool is served.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from pipelines.mcp_server import catalog
from pipelines.mcp_server.answers import Answer, published, table
from pipelines.mcp_server.charges import charges
from pipelines.mcp_server.charts import listed, numbers_of, rows_of
from pipelines.mcp_server.conditions import Value
from pipelines.mcp_server.metrics import (
    known_metrics,
    measured,
    metric_named,
    months_of,
)
from pipelines.mcp_server.proof import reconciliation_of
from pipelines.publishing.reading import ROWS, SECONDS, only_select
from pipelines.questions.months import bound
from pipelines.settings import Settings

Word = Annotated[
    str, Field(description="A part of a name or meaning; empty lists all.")
]
MonthText = Annotated[
    str,
    Field(description="YYYY-MM; without it the newest reconciled month."),
]
Values = Annotated[
    dict[str, Value | list[Value]] | None,
    Field(description="Column to value, to a list of values, or to null for unknown."),
]
ChartName = Annotated[
    str, Field(description="page/chart, as `charts` lists them without a name.")
]
Limit = Annotated[int, Field(ge=1, le=ROWS, description="Rows to give at most.")]


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of one home."""

    settings: Settings
    seconds: float = field(default=SECONDS)

    def marts(self, word: Word = "") -> Answer:
        """List the marts and the tables of the ledger.

        Each with the question that it answers, its grain and its number of rows. Ask
        this first, then `columns` of what fits.
        """
        with published(self.settings, self.seconds) as source:
            return source.answer(**table(catalog.tables(source, word)))

    def columns(
        self, mart: Annotated[str, Field(description="A name that `marts` lists.")]
    ) -> Answer:
        """Say what each column of a mart or table means, and its type."""
        with published(self.settings, self.seconds) as source:
            found = [
                {"name": name, "type": kind, "means": meaning}
                for name, (kind, meaning) in catalog.columns(source, mart).items()
            ]
            return source.answer(mart=mart, columns=found)

    def metrics(self, word: Word = "") -> Answer:
        """List the metrics, unit costs among them: what `metric` can compute."""
        with published(self.settings, self.seconds) as source:
            return source.answer(**table(known_metrics(source, word)))

    def metric(
        self,
        name: Annotated[str, Field(description="A name that `metrics` lists.")],
        by: Annotated[
            list[str] | None,
            Field(
                description="Columns of the metric's mart to split by, or `month`; "
                "the currency is always one of them."
            ),
        ] = None,
        where: Values = None,
        month: MonthText = "",
        period: Annotated[
            str,
            Field(
                description="Instead of month: 2026-08/2026-10, both included, or all."
            ),
        ] = "",
    ) -> Answer:
        """Compute a metric at any grain: sums divided once, no ratio averaged.

        The numerator counts only rows whose denominator is known; `rows_left_out` says
        how many others there are. A value is null where nothing is known. Prefer this
        to SQL wherever a metric fits.
        """
        with published(self.settings, self.seconds) as source:
            months = months_of(source, month, period)
            found = metric_named(source, name)
            asked = "all"
            if months and found.time_column:
                asked = "/".join(f"{day:%Y-%m}" for day in dict.fromkeys(months))
            answer = measured(source, found, by or (), where or {}, months)
            return source.answer(months=asked, **answer)

    def reconciliation(self, month: MonthText = "") -> Answer:
        """Say whether a month is proven: invoice, ledger, marts and telemetry.

        One entry per source and currency, with each difference by its cause (those that
        are not 0) and the verdict. Quote it beside a cost that somebody will rely on.
        """
        with published(self.settings, self.seconds) as source:
            chosen = source.month(month)
            sources = reconciliation_of(source, chosen)
            return source.answer(month=f"{chosen:%Y-%m}", sources=sources)

    def charts(
        self, chart: ChartName = "", month: MonthText = "", limit: Limit = 100
    ) -> Answer:
        """List the charts of the pages, or give the numbers of one.

        A chart answers one question; its answer has the definition, the trap and the
        SQL, and `rows_are_of` says which columns name one of its numbers.
        """
        with published(self.settings, self.seconds) as source:
            if not chart:
                return source.answer(charts=listed())
            chosen = source.month(month)
            found = numbers_of(source, chart, chosen, limit)
            return source.answer(month=f"{chosen:%Y-%m}", **found)

    def rows(
        self,
        where: Values = None,
        chart: ChartName = "",
        month: MonthText = "",
        limit: Limit = 20,
    ) -> Answer:
        """Give the rows behind a number.

        With a chart: the rows of the marts that its number is the sum of; name the
        number by the chart's `rows_are_of`. Without one: the charges of the ledger,
        with file and line; name them by the columns of the mart that the number is
        from, such as source_name, sub_account_id, sku_meter, charge_date, or by FOCUS
        names. The sums are of all rows that match, the rows are the largest of them.
        """
        with published(self.settings, self.seconds) as source:
            chosen = source.month(month)
            if chart:
                behind = rows_of(source, chart, where or {}, chosen, limit)
                return source.answer(month=f"{chosen:%Y-%m}", **behind)
            sums, found = charges(source, where or {}, chosen, limit)
            return source.answer(month=f"{chosen:%Y-%m}", sums=sums, **found)

    def query(
        self,
        sql: Annotated[
            str,
            Field(
                description="One SELECT in DuckDB's SQL over the tables that `marts` "
                "lists. `$month` in it is the first day of a month."
            ),
        ],
        month: MonthText = "",
        limit: Limit = 100,
    ) -> Answer:
        """Run one SELECT over the published marts and the ledger; read only.

        Sum cost and quantity, then divide: never average a ratio. NULL is unknown, not
        0. Costs are in billing_currency, those called reporting_ in one currency. It
        reads no file and changes nothing, and is stopped after 20 seconds.
        """
        with published(self.settings, self.seconds) as source:
            only_select(sql)
            chosen = source.month(month) if month else None
            values = bound(source.db, sql, chosen)
            found = source.ask(sql, values, limit)
            asked = {name: f"{day:%Y-%m}" for name, day in values.items()}
            return source.answer(**asked, **table(found))

    def all(self) -> tuple[Callable[..., Answer], ...]:
        """Give the tools, in the order in which an agent sees them."""
        return (
            self.marts,
            self.columns,
            self.metrics,
            self.metric,
            self.reconciliation,
            self.charts,
            self.rows,
            self.query,
        )
