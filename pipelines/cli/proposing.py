"""`unitmill tags propose` and `unitmill scenarios`: what somebody may decide on.

Nothing here is done: a tag is not set and a machine is not moved.
"""

from pathlib import Path
from typing import Annotated

import duckdb
import typer

from pipelines.cli import terminal
from pipelines.cli.calling import (
    Home,
    Project,
    console,
    fail,
    published,
    say_text,
    settings_of,
)
from pipelines.reports.migration_scenario import OVERVIEW, ScenarioError, scenario_page
from pipelines.reports.tag_proposals import write_proposals


def propose_tags(
    output: Annotated[
        Path, typer.Argument(help="The CSV to write; it must not be there yet.")
    ] = Path("tag_proposals.csv"),
    home: Home = None,
    project: Project = None,
) -> None:
    """Write the tags that resources lack, and what they should say. Sets no tag."""
    version = published(settings_of(home, project=project))
    try:
        count = write_proposals(version.database, output)
    except OSError as error:
        fail(f"{output}: {error.strerror}; expected the name of a new file", 2)
    console.print(f"{count} tags that are missing: {output}", soft_wrap=True)


def show_scenarios(
    scenario: Annotated[
        str | None,
        typer.Argument(help="Its id; without it all are listed."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="A new file for the page, in Markdown."),
    ] = None,
    home: Home = None,
    project: Project = None,
) -> None:
    """List the scenarios of the newest closed month, or write the page of one."""
    version = published(settings_of(home, project=project))
    with duckdb.connect(str(version.database), read_only=True) as db:
        if scenario is None:
            _list_scenarios(db)
            return
        try:
            page = scenario_page(db, scenario)
        except ScenarioError as error:
            fail(str(error), 2)
    if output is None:
        say_text(page)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(page)
    except OSError as error:
        fail(f"{output}: {error.strerror}; expected the name of a new file", 2)
    console.print(f"{scenario}: {output}", soft_wrap=True)


def _list_scenarios(db: duckdb.DuckDBPyConnection) -> None:
    if db.execute(OVERVIEW).fetchone() is None:
        console.print("No scenarios: the exports hold no list `migration_scenarios`.")
    terminal.show_rows(console, db, OVERVIEW, "Migration scenarios")
