"""`unitmill query`: SQL on the published version, shown or written to a file.

Belongs here: where the SQL comes from and where its rows go. Does not belong here: how
a table looks (``tables``), and which tables there are (``catalog``).
"""

import sys
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.calling import (
    Home,
    Project,
    console,
    errors,
    fail,
    published,
    settings_of,
)
from pipelines.cli.cells import counted
from pipelines.cli.screen import Shown
from pipelines.publishing.reading import bound_process
from pipelines.questions.months import (
    MonthError,
    bound,
    month_of,
    newest_reconciled_month,
)
from pipelines.settings import Settings

if TYPE_CHECKING:
    import duckdb


class Format(StrEnum):
    """How query results are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


Sql = Annotated[
    str | None,
    typer.Argument(
        help="SQL on any table that `unitmill tables` lists; - reads it from stdin."
    ),
]
SqlFile = Annotated[
    Path | None, typer.Option("--file", "-f", help="A file with the SQL.")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="A new file: .csv, .json or .parquet by its suffix."
    ),
]
Form = Annotated[
    Format | None, typer.Option("--format", help="How the rows are written.")
]
Limit = Annotated[
    int,
    typer.Option(min=0, help="Rows of a table on the terminal; 0 for all of them."),
]
AllColumns = Annotated[
    bool, typer.Option("--all-columns", help="Leave no column out, however wide.")
]
MonthText = Annotated[
    str,
    typer.Option(
        "--month",
        help="YYYY-MM, for SQL with $month; without it the newest reconciled month.",
    ),
]
Vertical = Annotated[
    bool, typer.Option("--vertical", help="One block a row, one line a column.")
]
Seconds = Annotated[
    float,
    typer.Option(min=0.1, max=86_400, help="How long the query may take."),
]
NoFormulas = Annotated[
    bool,
    typer.Option(
        "--no-formulas",
        help="In CSV for a spreadsheet: a text like =A1 gets an apostrophe before it.",
    ),
]


def query(  # noqa: PLR0913, PLR0917 - each is an option
    sql: Sql = None,
    file: SqlFile = None,
    month: MonthText = "",
    output: Output = None,
    form: Form = None,
    limit: Limit = 20,
    all_columns: AllColumns = False,
    vertical: Vertical = False,
    seconds: Seconds = 120.0,
    no_formulas: NoFormulas = False,
    home: Home = None,
    project: Project = None,
) -> None:
    """Query the published version with SQL; nothing can be changed by it."""
    from pipelines.cli import answers

    text = _sql(sql, file)
    settings = settings_of(home, project=project)
    version = published(settings)
    form = form or _form_of(output)
    _require_place(output, form, settings)
    if not isfinite(seconds):
        fail(f"--seconds {seconds}; expected a number of seconds such as 300", 2)
    if no_formulas and form is not Format.CSV:
        fail("--no-formulas is of CSV; give --format csv, or a file named .csv", 2)
    bound_process(settings.memory_limit)
    with answers.opened(
        version.database, memory=settings.memory_limit, output=output
    ) as db:
        values = _month(db, text, month)
        answer = answers.Answer(db, text, values, seconds=seconds)
        if output is not None:
            count = answers.save(answer, output, form.value, no_formulas=no_formulas)
            console.print(f"{counted(count, 'row')}: {output}", soft_wrap=True)
        elif form is Format.TABLE:
            answers.show(
                console,
                answer,
                limit=limit,
                all_columns=all_columns,
                is_vertical=vertical,
            )
        else:
            out = Shown(sys.stdout) if sys.stdout.isatty() else sys.stdout
            answers.write_text(answer, out, form.value, no_formulas=no_formulas)


def _require_place(output: Path | None, form: Format, settings: Settings) -> None:
    """Go on only where rows in this format can go."""
    if output is not None and form is Format.TABLE:
        fail("a table is no file; --format csv, json or parquet is", 2)
    if output is None and form is Format.PARQUET:
        fail("Parquet is not text: give it a file with --output", 2)
    if output is not None and output.resolve().is_relative_to(settings.versions_dir):
        fail(f"{output} is of the published versions; write it somewhere else", 2)


def _sql(sql: str | None, file: Path | None) -> str:
    """Read the SQL from the argument, a file or stdin."""
    if sql not in {None, "-"} and file is not None:
        fail("SQL came twice, as an argument and with --file; give it once", 2)
    if file is not None:
        try:
            return file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            fail(f"{file}: {reason}; expected a text file with SQL", 2)
    if sql is not None and sql != "-":
        return sql
    if sql is None and sys.stdin.isatty():
        fail("no SQL; give it as an argument, with --file, or through a pipe", 2)
    return sys.stdin.read()


def _month(db: "duckdb.DuckDBPyConnection", sql: str, month: str) -> Mapping[str, date]:
    """Give the month that the SQL asks about, if it does, and say which by default."""
    try:
        values = bound(db, sql, month_of(month) if month else None)
        if values and not month:
            newest = newest_reconciled_month(db)
            which = "the newest reconciled month"
            if not newest.is_reconciled:
                which = "the newest month with bills; no month is reconciled"
            errors.print(f"$month is {newest.start}, {which}", style="dim")
    except MonthError as error:
        fail(str(error), 2)
    return values


def _form_of(output: Path | None) -> Format:
    """Say by a file's suffix how it is written."""
    if output is None:
        return Format.TABLE
    suffix = output.suffix.removeprefix(".").lower()
    if suffix not in {Format.CSV, Format.JSON, Format.PARQUET}:
        fail(f"{output}: expected .csv, .json or .parquet, or a --format", 2)
    return Format(suffix)
