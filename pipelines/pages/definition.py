"""What a page is: its questions, the rows that answer them, and how they are drawn.

Belongs here: the form of ``definitions/*.yml``, and what it may say. Does not belong
here: the pages themselves, and what a version answers (``data``).
"""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

FOLDER = Path(__file__).parent / "definitions"
# The columns of any rows that narrow a page down.
FILTERS = ("month", "team", "project", "provider", "currency")
ROLES = {
    "finops": "FinOps analyst",
    "finance": "Finance",
    "executive": "Executive",
    "ml": "ML engineer",
    "platform": "Platform engineer",
    "devops": "DevOps engineer",
    "cloud": "Cloud engineer",
    "data": "Data engineer",
    "architect": "Solution architect",
}
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Role = Literal[
    "finops",
    "finance",
    "executive",
    "ml",
    "platform",
    "devops",
    "cloud",
    "data",
    "architect",
]


class PageError(Exception):
    """A page's file cannot be read; the message names it and what it lacks."""


class Kind(StrEnum):
    """How an answer is drawn."""

    TILES = "tiles"
    BARS = "bars"
    LINES = "lines"
    RANKED = "ranked"
    DOTS = "dots"
    HEAT = "heat"
    WATERFALL = "waterfall"
    BAND = "band"
    TABLE = "table"


class Unit(StrEnum):
    """What a number counts, and so how it is written."""

    MONEY = "money"
    PERCENT = "percent"
    COUNT = "count"
    HOURS = "hours"
    NUMBER = "number"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Part):
    """A number that is summed over rows, or a ratio of two such sums.

    Attributes:
        sum: the column that is summed.
        of: the column whose sum divides; rows where it is NULL count in neither.
        per: of how many units the ratio is, such as 1000 tokens.
        where: the one value of each column that counts.
    """

    sum: str
    of: str | None = None
    per: int = 1
    where: dict[str, str] = Field(default_factory=dict)
    unit: Unit = Unit.MONEY


class Tile(Measure):
    """One number of the newest month beside that of the month before.

    Attributes:
        label: what it is called.
        better: whether less or more of it is better; None where neither is.
    """

    label: Words
    better: Literal["less", "more"] | None = None


class Chart(_Part):
    """One question, and how its answer is drawn.

    Attributes:
        id: its name in addresses and files.
        question: in words.
        rows: the name of the page's rows that answer it.
        kind: how it is drawn.
        x, by: the columns that a number is of; a waterfall's `x` is its step, a heat
            map's rows are `by`.
        measure: the number; tiles and a table's columns have theirs.
        is_trend: whether it shows every month, whichever is chosen.
        says: how it is read: definition and what is left out.
        trap: how it is misread.
        columns: of a table: what rows are of.
        measures: of a table: numbers of those, by their title.
        band: of a band: its columns `at`, `value`, `expected`, `upper` and `limit`.
        order: in which order `x` and `by` have these values.
        top: of ranked bars: how many; the others are summed.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]
    question: Annotated[str, StringConstraints(pattern=r"\?$")]
    rows: str
    kind: Kind
    x: str | None = None
    by: str | None = None
    measure: Measure | None = None
    tiles: list[Tile] = Field(default_factory=list)
    columns: list[str] = Field(default_factory=list)
    measures: dict[str, Measure] = Field(default_factory=dict)
    band: dict[Literal["at", "value", "expected", "upper", "limit"], str] = Field(
        default_factory=dict
    )
    order: list[str] = Field(default_factory=list)
    top: int = 12
    is_trend: bool = False
    is_wide: bool = False
    says: Words
    trap: Words | None = None

    @property
    def keys(self) -> list[str]:
        """The columns that one number of the chart is of."""
        return [key for key in (self.x, self.by, *self.columns) if key]

    @property
    def numbers(self) -> list[Measure]:
        """All that it sums."""
        one = [self.measure] if self.measure else []
        return [*one, *self.tiles, *self.measures.values()]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        needs: dict[Kind, tuple[object, ...]] = {
            Kind.TILES: (self.tiles,),
            Kind.TABLE: (self.columns,),
            Kind.BAND: (self.band,),
            Kind.HEAT: (self.x, self.by, self.measure),
        }
        if not all(needs.get(self.kind, (self.x, self.measure))):
            raise ValueError(f"{self.id}: a chart of kind {self.kind} lacks a part")
        return self


class Page(_Part):
    """A page: what somebody asks, in the order in which it is read.

    Attributes:
        name: of its file and address.
        months: what `month` is of: billing periods, or the days of charges.
        needs: what has to be delivered for it to show anything.
        rows: SELECTs by name; ``$month`` in them is the newest reconciled month.
        roles: who looks at it first.
    """

    name: str
    title: Words
    question: Annotated[str, StringConstraints(pattern=r"\?$")]
    months: Literal["billing periods", "charge dates"] = "billing periods"
    roles: list[Role]
    needs: Words
    rows: dict[str, Words]
    charts: list[Chart]

    @model_validator(mode="after")
    def _has_rows(self) -> Self:
        asked = {chart.rows for chart in self.charts}
        if asked != set(self.rows):
            odd = ", ".join(sorted(asked ^ set(self.rows)))
            raise ValueError(f"rows and charts do not fit: {odd}")
        return self

    def charts_of(self, rows: str) -> list[Chart]:
        """Give the charts that these rows answer."""
        return [chart for chart in self.charts if chart.rows == rows]


@cache
def pages(folder: Path = FOLDER) -> tuple[Page, ...]:
    """Read all pages, in the order of their files' numbers.

    Raises:
        PageError: a file that is no page.
    """
    return tuple(_page(path) for path in sorted(folder.glob("*.yml")))


def _page(path: Path) -> Page:
    _, _, name = path.stem.partition("-")
    try:
        return Page(name=name, **yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
    except (ValueError, TypeError, yaml.YAMLError) as error:
        raise PageError(f"{path.name}: {error}") from error
