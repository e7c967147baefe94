"""`unitmill pages`: open the pages of a published version, serve, export or mail them.

Belongs here: what is opened and written. Does not belong here: what is on a page
(``pages``), and answering a browser (``serving``).
"""

import contextlib
import os
import shutil
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from pipelines.cli import journal
from pipelines.cli.calling import (
    Home,
    Project,
    command_of,
    console,
    errors,
    fail,
    published,
    settings_of,
)
from pipelines.cli.listening import require_free
from pipelines.publishing.versions import PAGES, Version, current
from pipelines.settings import Settings

Serve = Annotated[
    bool,
    typer.Option(
        "--serve", help="Answer on this machine: follows publication, has all rows."
    ),
]
Host = Annotated[
    str,
    typer.Option(help="The address to answer on; other machines reach no loopback."),
]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        help="A name by which it is called too, as behind a proxy; repeatable.",
    ),
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to answer on.")]
Export = Annotated[
    Path | None, typer.Option("--export", help="A new folder to write the pages into.")
]
One = Annotated[
    Path | None, typer.Option("--one", help="A new HTML file to write them into.")
]
NoRows = Annotated[
    bool,
    typer.Option(
        "--no-rows", help="Leave out the rows behind numbers, with --export or --one."
    ),
]


def show_pages(  # noqa: PLR0913, PLR0917 - each is an option
    serve: Serve = False,
    host: Host = "127.0.0.1",
    port: Port = 8430,
    name: Names = None,
    export: Export = None,
    one: One = None,
    no_rows: NoRows = False,
    home: Home = None,
    project: Project = None,
) -> None:
    """Open the charts of the published version in a browser."""
    if sum([serve, export is not None, one is not None]) > 1:
        fail("--serve, --export and --one exclude each other; give one of them", 2)
    if no_rows and export is None and one is None:
        fail("--no-rows is of a copy; give --export DIR or --one FILE with it", 2)
    settings = settings_of(home, project=project)
    if serve:
        # Also where nothing is published yet: its probes say so, and it follows.
        _serve(settings, host, port, name or ())
        return
    version = published(settings)
    if one is not None:
        _write_one(version, one, no_rows=no_rows)
    elif export is not None:
        _export(version, export, no_rows=no_rows)
    else:
        index = _folder(version) / "index.html"
        console.print(f"pages: {index}", soft_wrap=True)
        webbrowser.open(index.as_uri())


def _serve(settings: Settings, host: str, port: int, names: Sequence[str]) -> None:
    from pipelines.serving.running import run_site

    journal.begin(settings, "pages")
    require_free(host, port)
    if current(settings) is None:
        build = command_of(settings, "build", with_exports=True)
        errors.print(f"nothing is published yet; run: {build}", soft_wrap=True)
    run_site(settings, host, port, names)


def _folder(version: Version) -> Path:
    folder = version.folder / PAGES
    if not folder.is_dir():
        fail(f"{version.name} has no pages; unitmill build publishes one that has", 2)
    return folder


def _export(version: Version, place: Path, *, no_rows: bool) -> None:
    from pipelines.pages.folder import without_details

    part = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        if place.exists():
            fail(f"{place} exists already; expected the name of a new folder", 2)
        shutil.copytree(_folder(version), part)
        if no_rows:
            with duckdb.connect(str(version.database), read_only=True) as db:
                without_details(db, part)
        part.rename(place)
    except OSError as error:
        fail(f"{place}: {error.strerror}; expected the name of a new folder", 2)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    console.print(f"pages: {place / 'index.html'}", soft_wrap=True)


def _write_one(version: Version, file: Path, *, no_rows: bool) -> None:
    from pipelines.pages.folder import write_file

    part = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        if file.exists():
            fail(f"{file} exists already; expected the name of a new file", 2)
        with duckdb.connect(str(version.database), read_only=True) as db:
            write_file(db, part, with_details=not no_rows)
        part.rename(file)
    except OSError as error:
        fail(f"{file}: {error.strerror}; expected the name of a new file", 2)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    size = file.stat().st_size / 1e6
    console.print(f"pages: {file} ({size:.1f} MB)", soft_wrap=True)
