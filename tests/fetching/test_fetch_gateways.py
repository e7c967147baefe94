"""OpenRouter, Langfuse and LiteLLM: pages, keys, and days that nobody keeps."""

from datetime import datetime, timedelta

import pytest
from fake_tools import Langfuse, LiteLlm, OpenRouter, days_from

from pipelines.landing.deliveries import scan
from pipelines.sources.registry import all_sources

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NOW = "2026-09-03T06:00:00"


def test_openrouter_is_asked_for_the_days_that_it_keeps_and_lost_ones_are_named(
    serve, asking, files
):
    today = "2026-10-10"
    held = {day: [{"date": day, "usage": 1}] for day in days_from("2026-09-01", 39)}
    fake = serve(OpenRouter(held, today))

    outcomes = asking(
        "openrouter", fake, "sk-or-management", now=f"{today}T06:00:00", since="2026-09"
    )

    lost, fetched = outcomes
    assert lost.said == (
        "OpenRouter keeps 30 days, so 2026-09-01 to 2026-09-09 cannot be fetched any "
        "more; export them by hand, or fetch since a later month"
    )
    assert not lost.failed
    assert fetched.pages == 30
    first, *_ = files()
    assert first.endswith("activity/20261010T060000Z/2026-09-10-page-001.json")


def test_openrouter_tells_a_key_for_models_from_a_management_key(serve, asking):
    fake = serve(OpenRouter({}, "2026-10-10"))

    (outcome,) = asking(
        "openrouter",
        fake,
        "sk-or-v1-models",
        now="2026-10-10T06:00:00",
        since="2026-10",
    )

    assert outcome.said == (
        "OpenRouter refuses the key at /api/v1/activity (403: Only management keys can "
        "perform this operation); an account's owner makes a management key at "
        "openrouter.ai/settings/management-keys; a key for models cannot read it"
    )


def test_litellm_is_asked_until_a_page_is_not_full_whatever_its_count_says(
    serve, asking
):
    start = datetime.fromisoformat("2026-09-01T00:00:00+00:00")
    rows = [
        {"request_id": f"r{n}", "startTime": f"{start + timedelta(seconds=n)}"}
        for n in range(450)
    ]
    fake = serve(LiteLlm(rows, capped=200))

    (outcome,) = asking(
        "litellm", fake, "sk-master", now="2026-09-02T06:00:00", since="2026-09"
    )

    assert (outcome.pages, outcome.rows) == (5, 450)


def test_litellm_with_full_pages_only_ends_at_an_empty_one(serve, asking, files):
    rows = [
        {"request_id": f"r{n}", "startTime": "2026-09-01T10:00:00+00:00"}
        for n in range(200)
    ]
    fake = serve(LiteLlm(rows))

    (outcome,) = asking(
        "litellm", fake, "sk-master", now="2026-09-02T06:00:00", since="2026-09"
    )

    assert (outcome.pages, outcome.rows, len(files())) == (2, 200, 2)
    assert len(fake.asked) == 3


@pytest.mark.parametrize(
    ("name", "setting"),
    [("langfuse", "fetch.langfuse.base_url"), ("litellm", "fetch.litellm.base_url")],
)
def test_what_has_no_address_is_not_asked(serve, asking, name, setting):
    fake = serve(LiteLlm([]))
    fake.url = ""

    (outcome,) = asking(name, fake, "key", now="2026-09-02T06:00:00")

    assert f"because {setting} does not say where your " in outcome.said


def test_langfuse_s_observations_are_followed_by_cursor_and_never_what_was_said(
    serve, asking, monkeypatch
):
    monkeypatch.setenv("LANGFUSE_PUBLIC_KEY", "pk-lf-right")
    observed = [
        {"id": f"{n}", "startTime": f"2026-09-01T{n:02}:00:00.000Z"} for n in range(24)
    ]
    fake = serve(Langfuse(observed, most=10))

    (outcome,) = asking(
        "langfuse", fake, "sk-lf-right", now="2026-09-02T06:00:00", since="2026-09"
    )

    assert (outcome.pages, outcome.rows) == (3, 24)
    fields = {each.param("fields") for each in fake.asked}
    assert fields == {"core,basic,time,model,usage,metadata,prompt,trace_context"}


def fetch_openrouter(serve, asking, _):
    row = {
        "date": "2026-09-01",
        "model_permaslug": "openai/gpt-4o-2024-08-06",
        "provider_name": "Azure",
        "usage": 0.015,
        "byok_usage_inference": 0,
        "requests": 5,
        "prompt_tokens": 50,
        "completion_tokens": 125,
        "reasoning_tokens": 25,
    }
    fake = serve(OpenRouter({"2026-09-01": [row]}, "2026-09-03"))
    asking("openrouter", fake, "sk-or-management", now=NOW, since="2026-09")


def fetch_langfuse(serve, asking, monkeypatch):
    monkeypatch.setenv("LANGFUSE_PUBLIC_KEY", "pk-lf-right")
    row = {
        "id": "o1",
        "traceId": "t1",
        "startTime": "2026-09-01T10:00:00.000Z",
        "parentObservationId": None,
        "type": "GENERATION",
        "providedModelName": "gpt-4o",
        "usageDetails": {"input": 10, "output": 5, "total": 15},
    }
    fake = serve(Langfuse([row]))
    asking("langfuse", fake, "sk-lf-right", now=NOW, since="2026-09")


def fetch_litellm(serve, asking, _):
    row = {
        "request_id": "r1",
        "startTime": "2026-09-01T10:00:00+00:00",
        "endTime": "2026-09-01T10:00:01+00:00",
        "model": "gpt-4o",
        "custom_llm_provider": "openai",
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "spend": 0.001,
        "metadata": {},
    }
    fake = serve(LiteLlm([row]))
    asking("litellm", fake, "sk-master", now=NOW, since="2026-09")


READ_BY = {
    fetch_openrouter: {"openrouter", "openrouter_activity"},
    fetch_langfuse: {"langfuse", "langfuse_samples", "langfuse_sessions"},
    fetch_litellm: {"litellm", "litellm_samples", "litellm_sessions"},
}


@pytest.mark.parametrize("fetch", READ_BY)
def test_what_is_fetched_is_read_as_it_is(serve, asking, settings, monkeypatch, fetch):
    """Days without rows leave no page that nobody could claim."""
    fetch(serve, asking, monkeypatch)

    landing = scan(settings, all_sources(settings))

    assert landing.refusals == ()
    assert landing.skipped == ()
    assert {delivery.source for delivery in landing.deliveries} == READ_BY[fetch]
