"""Routers, coding tools, gateways and tracers on loopback, as they document it."""

import base64
from datetime import UTC, date, datetime, timedelta

from fake_vendors import Answer, refused


class OpenRouter:
    """Activity by the day: day -> rows, of the 30 complete days before ``today``."""

    def __init__(self, holds, today):
        self.holds, self.today = holds, date.fromisoformat(today)

    def __call__(self, asked):
        if asked.headers.get("authorization") != "Bearer sk-or-management":
            return refused(403, "Only management keys can perform this operation")
        age = (self.today - date.fromisoformat(asked.param("date"))).days
        if not 1 <= age <= 30:
            return refused(400, "date must be within the last 30 days")
        return Answer(200, {"data": self.holds.get(asked.param("date"), [])})


class Cursor:
    """Usage events of a team: dicts with ``timestamp``, in ms as text."""

    def __init__(self, events):
        self.events = events

    def __call__(self, asked):
        expected = base64.b64encode(b"key_right:").decode()
        if asked.headers.get("authorization") != f"Basic {expected}":
            return Answer(401, {"code": "error", "message": "Invalid API Key"})
        size, page = asked.body["pageSize"], asked.body["page"]
        place = slice((page - 1) * size, page * size)
        first, last = asked.body["startDate"], asked.body["endDate"]
        if last - first > 30 * 86_400_000:
            return Answer(400, {"code": "error", "message": "at most 30 days"})
        # Both ends are in it.
        found = [e for e in self.events if first <= int(e["timestamp"]) <= last]
        count = -(-len(found) // size)
        return Answer(
            200,
            {
                "totalUsageEventsCount": len(found),
                "pagination": {
                    "numPages": count,
                    "currentPage": page,
                    "pageSize": size,
                    "hasNextPage": page < count,
                    "hasPreviousPage": page > 1,
                },
                "period": {"startDate": first, "endDate": last},
                "usageEvents": found[place],
            },
        )


class GitHub:
    """Billing usage of the organization lumenloop: 'YYYY-MM' -> items."""

    def __init__(self, holds, path="/organizations/lumenloop/settings/billing/usage"):
        self.holds, self.path = holds, path

    def __call__(self, asked):
        if asked.path != self.path:
            return Answer(404, {"message": "Not Found"})
        if asked.headers.get("x-github-api-version") != "2022-11-28":
            return Answer(400, {"message": "version"})
        month = f"{asked.param('year')}-{int(asked.param('month')):02}"
        return Answer(200, {"usageItems": self.holds.get(month, [])})


class Langfuse:
    """Observations of a project, newest last, by cursors that end by being absent."""

    def __init__(self, observations, most=1000):
        self.observations, self.most = observations, most

    def __call__(self, asked):
        expected = base64.b64encode(b"pk-lf-right:sk-lf-right").decode()
        if asked.headers.get("authorization") != f"Basic {expected}":
            return Answer(401, {"message": "Invalid credentials", "error": "x"})
        if "io" in asked.param("fields").split(","):
            return Answer(400, {"message": "a test never asks for what was said"})
        first = asked.param("fromStartTime")[:19]
        end = asked.param("toStartTime")[:19]
        found = [o for o in self.observations if first <= o["startTime"][:19] < end]
        place = int(asked.param("cursor", "0"))
        most = min(int(asked.param("limit", 50)), self.most)
        more = place + most < len(found)
        meta = {"cursor": str(place + most)} if more else {}
        return Answer(200, {"data": found[place : place + most], "meta": meta})


class LiteLlm:
    """The spend log; its count stops at ``capped``, and its pages do not."""

    def __init__(self, rows, capped=10_000):
        self.rows, self.capped = rows, capped

    def __call__(self, asked):
        if asked.headers.get("authorization") != "Bearer sk-master":
            return refused(401, "Authentication Error, Invalid proxy server token")
        size, page = int(asked.param("page_size")), int(asked.param("page"))
        if size > 100:
            return Answer(422, {"detail": "page_size: at most 100"})
        first, last = (
            datetime.strptime(asked.param(name), "%Y-%m-%d %H:%M:%S").replace(
                tzinfo=UTC
            )
            for name in ("start_date", "end_date")
        )
        found = [r for r in self.rows if first <= _at(r["startTime"]) <= last]
        total = min(len(found), self.capped)
        return Answer(
            200,
            {
                "data": found[(page - 1) * size : page * size],
                "total": total,
                "total_is_capped": len(found) > self.capped,
                "page": page,
                "page_size": size,
                "total_pages": -(-total // size),
            },
        )


def _at(text):
    return datetime.fromisoformat(text)


def days_from(first, count):
    """Give a number of days, as texts."""
    start = date.fromisoformat(first)
    return [f"{start + timedelta(days=n)}" for n in range(count)]
