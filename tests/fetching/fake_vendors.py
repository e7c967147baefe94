"""Vendors on loopback: their documented pages, limits and refusals, over real HTTP.

A vendor answers from what it ``holds``; faults are scripted, and every request is kept.
"""

import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

DAY = 86_400


@dataclass(frozen=True)
class Asked:
    """A request as it arrived; the names of headers are in lower case."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: Any

    def param(self, name, default=None):
        return dict(self.params).get(name, default)

    def all_of(self, name):
        return [value for key, value in self.params if key == name]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw(self):
        return (
            self.body
            if isinstance(self.body, bytes)
            else json.dumps(self.body).encode()
        )


@dataclass
class FakeVendor:
    """A server: how it answers, what it was asked, and what it does instead of that.

    Attributes:
        answer: what the vendor documents.
        faults: answers that come first, one a request; None lets one through.
        skew: by how many seconds its clock is ahead.
        before: is called with the number of a request, from 1, before it is answered.
    """

    answer: Callable[[Asked], Answer]
    faults: deque[Answer | None] = field(default_factory=deque)
    skew: float = 0
    before: Callable[[int], object] = lambda _: None
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def respond(self, asked):
        self.asked.append(asked)
        self.before(len(self.asked))
        fault = self.faults.popleft() if self.faults else None
        return fault or self.answer(asked)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Say nothing of clients that were killed."""


@contextmanager
def serving(fake):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self._do(None)

        def do_POST(self):
            length = int(self.headers.get("content-length", 0))
            self._do(json.loads(self.rfile.read(length)))

        def _do(self, body):
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            params = tuple(parse_qsl(parts.query, keep_blank_values=True))
            answer = fake.respond(
                Asked(self.command, parts.path, params, headers, body)
            )
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer.raw)))
            self.end_headers()
            self.wfile.write(answer.raw)

        def date_time_string(self, timestamp=None):
            return super().date_time_string((timestamp or time.time()) + fake.skew)

        def log_message(self, *_):
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refused(status, message):
    return Answer(status, {"error": {"message": message, "type": "error"}})


def _cursor(asked, place):
    """A cursor is good for the question that it was given for, and no other."""
    rest = sorted(pair for pair in asked.params if pair[0] != "page")
    told = hashlib.sha256(json.dumps(rest).encode()).hexdigest()[:12]
    return f"page_{told}_{place}"


def _place(asked):
    cursor = asked.param("page")
    if cursor is None:
        return 0
    place = int(cursor.rpartition("_")[2])
    return place if cursor == _cursor(asked, place) else None


def _paged(asked, buckets, most):
    """Give a page of buckets, and how one gets the next: as both vendors page."""
    place = _place(asked)
    if place is None:
        return refused(400, "page does not belong to this query")
    page = buckets[place : place + most]
    more = place + most < len(buckets)
    return {
        "data": page,
        "has_more": more,
        "next_page": _cursor(asked, place + most) if more else None,
    }


class OpenAi:
    """Costs and usage by the day.

    Attributes:
        holds: endpoint ('costs', 'usage/completions') -> start of a day -> results.
        most: buckets of a page at most, whatever is asked for.
        key: the admin key; one of a project has no right, and any other is none.
    """

    def __init__(self, holds, most=180, key="sk-admin-right"):
        self.holds, self.most, self.key = holds, most, key

    def __call__(self, asked):
        key = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if key.startswith("sk-proj-"):
            return refused(403, f"You ({key}) lack. Missing scopes: api.usage.read")
        if key != self.key:
            return refused(401, f"Incorrect API key provided: {key[:9]}****{key[-3:]}.")
        endpoint = asked.path.removeprefix("/v1/organization/")
        highest = 180 if endpoint == "costs" else 31
        limit = int(asked.param("limit", 7))
        start, end = int(asked.param("start_time")), int(asked.param("end_time"))
        if asked.param("bucket_width") != "1d" or not 1 <= limit <= highest:
            return refused(400, "limit out of range")
        if start % DAY or end % DAY:
            return refused(400, "a test asks for whole days")
        held = self.holds.get(endpoint, {})
        buckets = [
            {
                "object": "bucket",
                "start_time": at,
                "end_time": at + DAY,
                "results": held.get(at, []),
            }
            for at in range(start, end, DAY)
        ]
        page = _paged(asked, buckets, min(limit, self.most))
        return (
            page
            if isinstance(page, Answer)
            else Answer(200, {"object": "page", **page})
        )


class Anthropic:
    """Cost and usage by the day, and Claude Code's analytics of one day.

    Attributes:
        holds: report -> 'YYYY-MM-DD' -> results, or records of the analytics.
        largest: results of an answer at most; more are a 400.
        most: buckets of a page at most.
    """

    REPORTS = ("cost_report", "usage_report/messages")

    def __init__(self, holds, largest=10_000, most=31, key="sk-ant-admin01-right"):
        self.holds, self.largest, self.most, self.key = holds, largest, most, key

    def __call__(self, asked):
        if asked.headers.get("x-api-key") != self.key:
            return refused(401, "invalid x-api-key")
        if asked.headers.get("anthropic-version") != "2023-06-01":
            return refused(400, "anthropic-version: header is required")
        report = asked.path.removeprefix("/v1/organizations/")
        is_day = report == "usage_report/claude_code"
        return self._day(asked) if is_day else self._buckets(asked, report)

    def _buckets(self, asked, report):
        start = datetime.fromisoformat(asked.param("starting_at"))
        end = datetime.fromisoformat(asked.param("ending_at"))
        limit = int(asked.param("limit", 7))
        if end <= start or end.hour or end.minute:
            said = "Invalid date range: ending date must be after starting date"
            answer = refused(400, said)
            return Answer(400, answer.body, {"x-should-retry": "false"})
        if not 1 <= limit <= 31:
            return refused(400, "limit: must be between 1 and 31")
        held = self.holds.get(report, {})
        days = [start + timedelta(days=n) for n in range((end - start).days)]
        buckets = [
            {
                "starting_at": f"{day:%Y-%m-%d}T00:00:00Z",
                "ending_at": f"{day + timedelta(days=1):%Y-%m-%d}T00:00:00Z",
                "results": held.get(f"{day:%Y-%m-%d}", []),
            }
            for day in days
        ]
        page = _paged(asked, buckets, min(limit, self.most))
        if isinstance(page, Answer):
            return page
        if sum(len(bucket["results"]) for bucket in page["data"]) > self.largest:
            return refused(400, "the result is too large")
        return Answer(200, page)

    def _day(self, asked):
        held = self.holds.get("usage_report/claude_code", {})
        records = held.get(asked.param("starting_at"), [])
        page = _paged(asked, records, min(int(asked.param("limit", 20)), 1000))
        return page if isinstance(page, Answer) else Answer(200, page)


def day_at(text):
    """Give the second at which a day begins."""
    return int(
        datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).timestamp()
    )
