"""Langfuse: the observations of a project, by its two keys; never what was said.

``io`` is not asked for: prompts and answers stay where they are.
"""

import base64

from pipelines.fetching.vendor import (
    Body,
    Question,
    Report,
    Span,
    Vendor,
    rows_in,
)
from pipelines.settings import secret
from pipelines.settings.fetching import LangfuseFetch

FIELDS = "core,basic,time,model,usage,metadata,prompt,trace_context"


def _observations(_: LangfuseFetch, span: Span) -> Question:
    return Question(
        span,
        "/api/public/v2/observations",
        (
            ("fromStartTime", f"{span.first}T00:00:00Z"),
            ("toStartTime", f"{span.end}T00:00:00Z"),
            ("fields", FIELDS),
            ("limit", "1000"),
        ),
    )


def _after(question: Question, body: Body) -> Question | None:
    cursor = body["meta"].get("cursor")
    return question.next_by(cursor=str(cursor)) if cursor else None


def _headers(key: str, settings: LangfuseFetch) -> dict[str, str]:
    public = secret(settings.public_key_variable).get_secret_value().strip()
    pair = base64.b64encode(f"{public}:{key}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _lacks(settings: LangfuseFetch) -> str:
    if not settings.base_url:
        return "fetch.langfuse.base_url does not say where your Langfuse answers"
    if not secret(settings.public_key_variable).get_secret_value().strip():
        return f"{settings.public_key_variable} is not set"
    return ""


VENDOR = Vendor(
    name="langfuse",
    title="Langfuse",
    chosen=lambda fetch: fetch.langfuse,
    headers=_headers,
    reports=(
        Report(
            name="observations",
            ask=_observations,
            after=_after,
            rows=rows_in("data"),
            # Tens of thousands of observations a day: a file is of one day's.
            unit="day",
        ),
    ),
    key=(
        "make a pair of keys (pk-lf-..., sk-lf-...) in the settings of the project, "
        "API Keys; a key of an organization cannot read it, and a Langfuse that is "
        "older than its v2 API has no such page"
    ),
    lacks=_lacks,
)
