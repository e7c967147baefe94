"""Rows as a table, or as one block a row, in the room that there is.

Belongs here: layout. Does not belong here: how a value is written (``cells``), and
which rows there are.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.cli.cells import column_cells, is_number
from pipelines.cli.screen import Screen, visible

# More rows than these are no blocks of their own when they are too wide for a table.
FEW_ROWS = 3
# In a table that is cut to fit, a longer cell is cut as well.
LONGEST_CELL = 40
# What a table has between two columns, and at both edges.
GAP = 3
EDGES = 2
CUT = "…"
VERDICT = "verdict"
VERDICT_STYLES = {
    "proven": "green",
    "blocked": "bold red",
    "no invoice": "yellow",
    "nothing billed": "green",
    "no bill": "yellow",
}


@dataclass(frozen=True, slots=True)
class Room:
    """How much can be shown.

    Attributes:
        width: characters of a line; None where nothing may be cut.
        can_cut: whether a table may lack columns; else it becomes blocks.
    """

    width: int | None
    can_cut: bool


def print_table(
    console: Console,
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    title: str = "",
) -> None:
    """Print every column; a terminal that is too narrow gets shorter cells."""
    names = [*map(visible, names)]
    columns = [[row[place] for row in rows] for place in range(len(names))]
    cells = [column_cells(values) for values in columns]
    width = max(_sum(_widths(names, cells)), len(title))
    if not console.is_terminal:
        console = _as_wide_as(console, width)
    elif width > console.width:
        _print_cut(console, names, columns, title, "a wider terminal or a pipe")
        return
    console.print(_table(names, columns, cells, title))


def print_result(
    console: Console,
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    room: Room,
    *,
    is_vertical: bool = False,
) -> None:
    """Print a query's rows so that each line that is printed can be read."""
    names = [*map(visible, names)]
    columns = [[row[place] for row in rows] for place in range(len(names))]
    cells = [column_cells(values) for values in columns]
    widths = _widths(names, cells)
    wide = room.width is not None and _sum(widths) > room.width
    if is_vertical or (wide and (len(rows) <= FEW_ROWS or not room.can_cut)):
        for line in _blocks(names, cells, len(rows)):
            console.print(Text(line), soft_wrap=True)
        return
    if not wide:
        _as_wide_as(console, _sum(widths)).print(_table(names, columns, cells))
        return
    _print_cut(console, names, columns, "", "--all-columns or --vertical")


def print_grid(
    console: Console, rows: Sequence[Sequence[str]], *, right: Collection[int] = ()
) -> None:
    """Print rows without a head; the last column wraps on a terminal, nowhere else."""
    rows = [[*map(visible, row)] for row in rows]
    places = range(len(rows[0]))
    grid = Table.grid(padding=(0, GAP - 1))
    for place in places:
        justify: Literal["right", "left"] = "right" if place in right else "left"
        grid.add_column(justify=justify, no_wrap=place < places[-1])
    for row in rows:
        grid.add_row(*map(Text, row))
    if not console.is_terminal:
        widths = [max(len(row[place]) for row in rows) for place in places]
        console = _as_wide_as(console, _sum(widths))
    console.print(grid)


def _as_wide_as(console: Console, width: int) -> Console:
    """Give the same output a width of its own; a Console prints nothing wider."""
    return Screen(file=console.file, width=width, force_terminal=console.is_terminal)


def _table(
    names: Sequence[str],
    columns: Sequence[Sequence[object]],
    cells: Sequence[Sequence[str]],
    title: str = "",
) -> Table:
    table = Table(
        title=Text(visible(title)) if title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for name, values in zip(names, columns, strict=True):
        numeric = any(is_number(value) for value in values)
        table.add_column(
            Text(name), justify="right" if numeric else "left", no_wrap=True
        )
    for row in zip(*cells, strict=True):
        table.add_row(*(_styled(n, text) for n, text in zip(names, row, strict=True)))
    return table


def _styled(name: str, text: str) -> Text:
    return Text(text, VERDICT_STYLES.get(text, "") if name == VERDICT else "")


def _print_cut(
    console: Console,
    names: Sequence[str],
    columns: Sequence[Sequence[object]],
    title: str,
    rest: str,
) -> None:
    """Print the columns that fit, with shorter cells, and say what shows the rest."""
    cells = [[_shortened(text) for text in column_cells(c)] for c in columns]
    kept = _fitting(names, columns, cells, console.width)
    console.print(
        _table(
            [names[place] for place in kept],
            [columns[place] for place in kept],
            [cells[place] for place in kept],
            title,
        )
    )
    if len(kept) < len(names):
        console.print(
            f"{len(names)} columns, {len(kept)} shown; {rest} shows the rest",
            soft_wrap=True,
        )


def _fitting(
    names: Sequence[str],
    columns: Sequence[Sequence[object]],
    cells: Sequence[Sequence[str]],
    width: int,
) -> list[int]:
    """Choose as many columns as there is room for, and at least one."""
    kept: list[int] = []
    room, widths = width - EDGES + GAP, _widths(names, cells)
    for place in _by_worth(names, columns, cells):
        room -= widths[place] + GAP
        if room < 0 and kept:
            break
        kept.append(place)
    return sorted(kept)


def _by_worth(
    titles: Sequence[str],
    columns: Sequence[Sequence[object]],
    cells: Sequence[Sequence[str]],
) -> list[int]:
    """Order columns by what they tell: names and numbers in turn, from both ends.

    A mart has names first, then numbers, then days. A verdict comes before all, and
    last of all what is the same in every row.
    """
    places = range(len(columns))
    verdicts = [p for p in places if titles[p] == VERDICT]
    same = [p for p in places if len(set(cells[p])) == 1]
    telling = [p for p in places if p not in same]
    order = [*verdicts, *_in_turn(telling, columns), *_in_turn(same, columns)]
    return list(dict.fromkeys(order))


def _in_turn(
    places: Sequence[int], columns: Sequence[Sequence[object]]
) -> Iterator[int]:
    numbers = [p for p in places if any(map(is_number, columns[p]))]
    names = [p for p in places if p not in numbers]
    from_ends = [p for pair in zip(names, reversed(names), strict=True) for p in pair]
    for pair in zip_longest(dict.fromkeys(from_ends), reversed(numbers)):
        yield from (place for place in pair if place is not None)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + CUT


def _widths(names: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, [name, *c])) for name, c in zip(names, cells, strict=True)]


def _sum(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(len(widths) - 1, 0) + EDGES


def _blocks(
    names: Sequence[str], cells: Sequence[Sequence[str]], count: int
) -> Iterator[str]:
    longest = max(map(len, names), default=0)
    for row in range(count):
        yield f"-- row {row + 1} --"
        for name, column in zip(names, cells, strict=True):
            # A line of a value is none of ours.
            value = column[row].replace("\n", "\n" + " " * (longest + 2))
            yield f"{name:<{longest}}  {value}"
