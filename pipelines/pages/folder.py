"""Pages as files: a folder that a browser opens without a server, or one file to mail.

Belongs here: what is written where, and what a browser may run. Does not belong here:
what the pages ask (``data``), and serving them.

The folder has ``index.html``, ``pages.css``, scripts, ``vega.js``, which draws, and
``data/<page>.js`` with the rows of each page.
"""

import json
import shutil
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader

from pipelines.pages.answers import answer_sql
from pipelines.pages.data import rows_of
from pipelines.pages.definition import ROLES, Kind, Page, pages
from pipelines.pages.look import Look, look_at
from pipelines.pages.specs import spec

STATIC = Path(__file__).parent / "static"
# Vega 6.2, Vega-Lite 6.4 and Vega-Embed 7.0 as one script; see docs/decisions.
BUNDLE = "vega.js"
BEFORE_DATA, AFTER_DATA = ("rows.js",), (BUNDLE, "charts.js", "pages.js")
STYLE = "pages.css"
LICENSES = "LICENSES.txt"
DATA = "data"
DOCUMENT = "index.html"
UNPICTURED = {Kind.TILES, Kind.TABLE}


def write_folder(
    db: duckdb.DuckDBPyConnection, folder: Path, bundles: Sequence[Path] = ()
) -> None:
    """Write all pages of a version into a new folder.

    Args:
        db: the version's database.
        folder: where; it is made.
        bundles: where the same drawing script may lie already, to be linked.
    """
    (folder / DATA).mkdir(parents=True)
    _put_bundle(folder / BUNDLE, bundles)
    for name in (STYLE, LICENSES, *BEFORE_DATA, *AFTER_DATA):
        if name != BUNDLE:
            shutil.copyfile(STATIC / name, folder / name)
    look = look_at(db)
    (folder / DATA / "about.js").write_text(_about_script(look), "utf-8")
    for page in pages():
        text = data_script(db, page, look.month)
        (folder / DATA / f"{page.name}.js").write_text(text, "utf-8")
    scripts = [*BEFORE_DATA, f"{DATA}/about.js", *AFTER_DATA]
    (folder / DOCUMENT).write_text(_render(look, scripts), "utf-8")


def write_file(
    db: duckdb.DuckDBPyConnection, file: Path, *, with_details: bool = True
) -> None:
    """Write all pages of a version into one file, which needs no other.

    Args:
        db: the version's database.
        file: the HTML file.
        with_details: False leaves out all that tells rows of one number apart.
    """
    look = look_at(db)
    data = [
        data_script(db, page, look.month, with_details=with_details) for page in pages()
    ]
    scripts = [
        *map(_static, BEFORE_DATA),
        _about_script(look),
        *map(_static, AFTER_DATA),
        "".join(data),
    ]
    # The document asks for its data when it is drawn, so they have to be there before.
    scripts[-1], scripts[-2] = scripts[-2], _arriving(scripts[-1])
    file.write_text(_render(look, scripts, inlined=True), "utf-8")


def without_details(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Leave out of a written folder all that tells rows of one number apart."""
    month = look_at(db).month
    for page in pages():
        text = data_script(db, page, month, with_details=False)
        (folder / DATA / f"{page.name}.js").write_text(text, "utf-8")


def served(folder: Path, root: str) -> str:
    """Give a folder's document as a server does, whose files are below ``root``."""
    text = (folder / DOCUMENT).read_text("utf-8")
    return (
        text.replace("<body>", f'<body data-live="{root}">', 1)
        .replace(f'href="{STYLE}"', f'href="{root}{STYLE}"', 1)
        .replace('<script src="', f'<script src="{root}')
    )


def data_script(
    db: duckdb.DuckDBPyConnection,
    page: Page,
    month: date,
    *,
    with_details: bool = True,
) -> str:
    """Give a page's charts and rows as a script that hands them to the document."""
    payload = {
        "title": page.title,
        "question": page.question,
        "months": page.months,
        "needs": page.needs,
        "charts": list(_charts(page)),
        "rows": {
            rows: _rows(db, page, rows, month, with_details=with_details)
            for rows in page.rows
        },
    }
    return f"unitmill.arrived({_json(page.name)}, {_json(payload)});\n"


def _charts(page: Page) -> Iterator[dict[str, Any]]:
    for chart in page.charts:
        drawn = {} if chart.kind in UNPICTURED else {"spec": spec(chart)}
        sql = answer_sql(page, chart)
        yield {**chart.model_dump(mode="json"), "sql": sql, **drawn}


def _rows(
    db: duckdb.DuckDBPyConnection,
    page: Page,
    rows: str,
    month: date,
    *,
    with_details: bool,
) -> dict[str, Any]:
    """Ask for rows; one that cannot be asked says why, and the others are there."""
    try:
        return rows_of(db, page, rows, month, with_details=with_details)
    except duckdb.Error as error:
        return {"error": str(error).splitlines()[0]}


def _about_script(look: Look) -> str:
    return f"unitmill.about = {_json(look.about)};\n"


def _arriving(data: str) -> str:
    """Keep data until the document is there to take them."""
    return (
        "unitmill.early = [];\n"
        "unitmill.arrived = (...one) => unitmill.early.push(one);\n" + data
    )


def _json(value: object) -> str:
    """Give JSON that no script element ends in, and no browser reads as HTML."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    return (text.replace("<", "\\u003c").replace("\u2028", "\\u2028")).replace(
        "\u2029", "\\u2029"
    )


def _render(look: Look, scripts: Sequence[str], *, inlined: bool = False) -> str:
    allowed = "'self'"
    if inlined:
        allowed = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'self' 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
        # A server of the same pages is asked for rows and versions; a folder asks none.
        + ("" if inlined else "; connect-src 'self'")
    )
    text: str = _template().render(
        about=look.about,
        not_reconciled=look.not_reconciled,
        has_bills=look.has_bills,
        pages=pages(),
        roles=ROLES,
        policy=policy,
        style=_Safe(_static(STYLE)),
        scripts=[_Safe(script) for script in scripts] if inlined else scripts,
        inlined=inlined,
    )
    return text


class _Safe(str):
    """Text of ours, or JSON without any `<`, which the template takes as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@cache
def _template() -> Any:  # noqa: ANN401 - Jinja's Template
    loader = FileSystemLoader(STATIC)
    return Environment(loader=loader, autoescape=True).get_template("page.html")


@cache
def _static(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


def _put_bundle(place: Path, bundles: Sequence[Path]) -> None:
    """Put the drawing script: one file on the disk for all versions that have it."""
    size = (STATIC / BUNDLE).stat().st_size
    for bundle in bundles:
        try:
            if bundle.stat().st_size == size and _same(bundle):
                place.hardlink_to(bundle)
                return
        except OSError:  # not there, or a file system without hard links
            continue
    shutil.copyfile(STATIC / BUNDLE, place)


def _same(bundle: Path) -> bool:
    return bundle.read_bytes() == (STATIC / BUNDLE).read_bytes()
