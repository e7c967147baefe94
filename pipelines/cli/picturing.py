"""`unitmill image` and `onepager`: charts of a published version as files.

Belongs here: what is asked for and where it is written. Does not belong here: how a
chart is drawn (``pages``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from pipelines.cli.calling import Home, Project, console, fail, published, settings_of
from pipelines.pages.pictures import PictureError, find_chart, picture_of
from pipelines.questions.months import MonthError, month_of

SUFFIXES = (".svg", ".png")

Name = Annotated[
    str, typer.Argument(metavar="PAGE/CHART", help="Such as executive/teams.")
]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="A new file: .svg or .png.")
]
Document = Annotated[Path, typer.Option("--output", "-o", help="A new HTML file.")]
MonthText = Annotated[
    str,
    typer.Option("--month", help="YYYY-MM; without it the newest reconciled month."),
]
Team = Annotated[str, typer.Option(help="Only this team's numbers.")]
OfProject = Annotated[
    str,
    typer.Option("--project", help="Only this project's numbers (project_name)."),
]
Provider = Annotated[str, typer.Option(help="Only this provider's numbers.")]
Currency = Annotated[str, typer.Option(help="Bills in this currency.")]


def image(  # noqa: PLR0913, PLR0917 - each is an option
    name: Name,
    output: Output,
    month: MonthText = "",
    team: Team = "",
    project: OfProject = "",
    provider: Provider = "",
    currency: Currency = "",
    home: Home = None,
) -> None:
    """Write a chart of the published version as a picture."""
    if output.suffix.lower() not in SUFFIXES:
        fail(f"{output}: expected a file that ends in .svg or .png", 2)
    first = _month(month)
    asked = {"team": team, "project": project, "provider": provider}
    filters = {k: v for k, v in {**asked, "currency": currency}.items() if v}
    version = published(settings_of(home))
    with _written(output), duckdb.connect(str(version.database), read_only=True) as db:
        page, chart = find_chart(*_parts(name))
        picture = picture_of(db, page, chart, month=first, filters=filters)
        if output.suffix.lower() == ".svg":
            drawn = picture.svg().encode()
        else:
            drawn = picture.png()
        output.write_bytes(drawn)
    _say(output)


def onepager(
    output: Document,
    month: MonthText = "",
    home: Home = None,
    project: Project = None,
) -> None:
    """Write a month's figures and charts as one page to print or mail."""
    from pipelines.pages.onepager import write_onepager

    first = _month(month)
    version = published(settings_of(home, project=project))
    with _written(output), duckdb.connect(str(version.database), read_only=True) as db:
        output.write_text(write_onepager(db, first), "utf-8")
    _say(output)


def _parts(name: str) -> tuple[str, str]:
    page, _, chart = name.partition("/")
    return page, chart


def _month(text: str) -> date | None:
    try:
        return month_of(text) if text else None
    except MonthError as error:
        fail(str(error), 2)


@contextmanager
def _written(file: Path) -> Iterator[None]:
    """Refuse a file that is there, and say why one cannot be written."""
    if file.exists():
        fail(f"{file} exists already; expected the name of a new file", 2)
    try:
        yield
    except PictureError as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"{file}: {error.strerror}; expected the name of a new file", 2)


def _say(file: Path) -> None:
    size = file.stat().st_size / 1000
    console.print(f"written: {file} ({size:,.0f} kB)", soft_wrap=True)
