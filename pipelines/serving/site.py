"""The pages as a web application: the newest version, any kept one, and all rows.

Belongs here: addresses, and who may ask. Does not belong here: what a page is
(``pages``), and which versions there are (``publishing``).

``/`` is the current version and follows it; ``/v/<version>/`` stays what it is. Rows
are asked of the version's database on a connection that reads nothing else.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
)
from starlette.routing import Route

from pipelines.pages.data import columns_of, rows_behind
from pipelines.pages.definition import Page, pages
from pipelines.pages.folder import DOCUMENT, served
from pipelines.publishing.reading import QueryError, ask, locked
from pipelines.publishing.versions import (
    PAGES,
    PublishError,
    Version,
    current,
    version_named,
    version_names,
)
from pipelines.questions.months import MonthError, newest_reconciled_month
from pipelines.serving.guard import Guard
from pipelines.serving.health import health
from pipelines.settings import Settings

# What one number opens into at most; the others are one row with their sum.
ROWS = 1000
KEYS = 5000
BODY = 4_000_000
SCANNED = 2_000_000
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def site(settings: Settings, names: Sequence[str] = ()) -> Starlette:
    """Give the application over the versions of a home.

    Args:
        settings: of the home.
        names: by which it may be called beside its addresses.
    """
    answers = _Answers(settings)
    return Starlette(
        routes=[
            Route("/", answers.newest),
            Route("/health", answers.health),
            Route("/versions", answers.names),
            Route("/v/{version}/", answers.one),
            Route("/v/{version}/rows", answers.rows, methods=["POST"]),
            Route("/v/{version}/{path:path}", answers.file),
        ],
        exception_handlers={PublishError: _damaged},
        middleware=[Middleware(Guard, names=names)],
    )


async def _damaged(_: Request, error: Exception) -> Response:
    """Say that what is published is damaged, until it is made again."""
    return PlainTextResponse(str(error), 503, headers=HEADERS)


@dataclass(frozen=True, slots=True)
class _Answers:
    """What each address answers, of the versions of one home."""

    settings: Settings

    async def newest(self, _: Request) -> Response:
        version = current(self.settings)
        if version is None:
            raise HTTPException(404, "nothing is published; run: unitmill build")
        return _document(version)

    async def health(self, request: Request) -> Response:
        age = request.query_params.get("max_age_hours")
        status, said = await run_in_threadpool(health, self.settings, age)
        return JSONResponse(
            said, status, headers=HEADERS | {"Cache-Control": "no-store"}
        )

    async def one(self, request: Request) -> Response:
        return _document(self._version(request))

    async def file(self, request: Request) -> Response:
        folder = (self._version(request).folder / PAGES).resolve()
        try:
            path = (folder / request.path_params["path"]).resolve()
            is_there = path.is_relative_to(folder) and path.is_file()
        except (OSError, ValueError):  # no name that a file can have
            is_there = False
        if not is_there:
            raise HTTPException(404, "there is no such file")
        return FileResponse(path, headers=HEADERS)

    async def names(self, _: Request) -> Response:
        shown = current(self.settings)
        kept = version_names(self.settings)[::-1]
        return JSONResponse(
            {"current": shown.name if shown else None, "versions": kept},
            headers=HEADERS,
        )

    async def rows(self, request: Request) -> Response:
        version = self._version(request)
        page, name, keys = _asked(await _json(request))
        try:
            found = await run_in_threadpool(_rows, version, page, name, keys)
        except (QueryError, MonthError, duckdb.Error) as error:
            raise HTTPException(422, str(error).splitlines()[0]) from error
        return JSONResponse(found, headers=HEADERS)

    def _version(self, request: Request) -> Version:
        name = request.path_params["version"]
        found = version_named(self.settings, name)
        if found is None:
            raise HTTPException(404, f"there is no version {name[:60]!r}")
        return found


def _document(version: Version) -> Response:
    folder = version.folder / PAGES
    if not (folder / DOCUMENT).is_file():
        raise HTTPException(
            404, f"{version.name} has no pages; a version of this release has"
        )
    text = served(folder, f"/v/{version.name}/")
    return HTMLResponse(text, headers=HEADERS | {"Cache-Control": "no-store"})


async def _json(request: Request) -> dict[str, Any]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY:
            raise HTTPException(413, f"expected at most {BODY} bytes")
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "expected JSON") from error
    if not isinstance(asked, dict):
        raise HTTPException(400, "expected an object")
    return asked


def _asked(body: dict[str, Any]) -> tuple[Page, str, list[dict[str, object]]]:
    """Read which rows are asked for: of a page that there is, by keys and values."""
    found = [page for page in pages() if page.name == body.get("page")]
    if not found:
        raise HTTPException(400, "there is no such page")
    [page] = found
    name, keys = body.get("rows"), body.get("keys")
    if not isinstance(name, str) or name not in page.rows:
        raise HTTPException(400, f"the page {page.name} has no such rows")
    if not isinstance(keys, list) or not all(map(_is_key, keys)):
        raise HTTPException(400, "expected a list of keys with their values")
    if len(keys) > KEYS:
        raise HTTPException(400, f"expected at most {KEYS} keys")
    return page, name, keys


def _is_key(key: object) -> bool:
    """Say whether it names a number: texts, numbers and NULL by columns."""
    if not isinstance(key, dict):
        return False
    return all(isinstance(v, str | int | float | None) for v in key.values())


def _rows(
    version: Version, page: Page, name: str, keys: list[dict[str, object]]
) -> dict[str, Any]:
    with locked(version.database) as db:
        columns = columns_of(db, page, name)
        unknown = {key for one in keys for key in one} - {*columns.keys}
        if unknown:
            raise QueryError(f"the rows have no key {min(unknown)[:60]!r}")
        values: dict[str, object] = {"month": newest_reconciled_month(db).start}
        sql = f"select * from ({page.rows[name]}) as found"
        months = [one.get("month") for one in keys]
        if "month" in columns.keys and None not in months:
            sql += " where list_contains($months, month)"
            values["months"] = sorted({str(month) for month in months})
        answer = ask(db, sql, values, limit=SCANNED)
    return rows_behind(iter(answer.rows), columns, answer.columns, keys, ROWS)
