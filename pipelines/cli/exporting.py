"""`unitmill export`: files in which other tools take the metrics of a version."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.calling import Home, Project, console, fail, published, settings_of
from pipelines.semantic import ossie, superset
from pipelines.semantic.published import UndescribedError, tables


class Target(StrEnum):
    """Who reads the file."""

    SUPERSET = "superset"
    OSSIE = "ossie"


FILES = {
    Target.SUPERSET: "unitmill-superset.zip",
    Target.OSSIE: "unitmill.ossie.yaml",
}


def export(  # noqa: PLR0913, PLR0917 - options of a command
    target: Annotated[Target, typer.Argument(help="Who reads the file.")],
    output: Annotated[
        Path | None,
        typer.Argument(
            help="The file to write; it must not be there yet.", show_default=False
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="Where Superset finds the marts: duckdb:////path/to/warehouse.duckdb "
            "or postgresql://user@host/database. Default: the current version here.",
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            help="The schema of the marts. Default: main; in Postgres marts.",
        ),
    ] = None,
    home: Home = None,
    project: Project = None,
) -> None:
    """Write the metrics of the published version for Superset or Apache Ossie."""
    settings = settings_of(home, project=project)
    version = published(settings)
    place = output or Path(FILES[target])
    if address and target is not Target.SUPERSET:
        fail(f"--address is for superset; {target.value} names only a --schema", 2)
    # Through the link, so that the next version is seen without another import.
    here = f"duckdb:///{settings.versions_dir.absolute() / 'current'}"
    counts = version.manifest["row_counts"]
    assert isinstance(counts, dict)
    try:
        found = tables(version.database, counts)
        if target is Target.SUPERSET:
            url = address or f"{here}/{version.database.name}"
            written = superset.bundle(found, url, schema)
        else:
            written = ossie.document(found, schema or "main").encode()
        with place.open("xb") as file:
            file.write(written)
    except (superset.AddressError, UndescribedError) as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"{place}: {error.strerror}; expected the name of a new file", 2)
    count = sum(len(table.metrics) for table in found)
    console.print(f"{len(found)} marts, {count} metrics: {place}", soft_wrap=True)
