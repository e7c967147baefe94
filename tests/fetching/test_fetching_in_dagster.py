"""Fetching in Dagster: only whose key is set, apart from the build, and it says why."""

import dagster as dg
import pytest
from fake_vendors import OpenAi, day_at

from pipelines.defs import build_definitions
from pipelines.defs.automation import JOB as BUILD_JOB
from pipelines.defs.fetching import JOB, fetching
from pipelines.settings import Settings

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
KEY = "sk-admin-right"


@pytest.fixture
def fake(serve):
    result = {
        "object": "organization.costs.result",
        "amount": {"value": 1, "currency": "usd"},
        "project_id": "proj_a",
    }
    return serve(OpenAi({"costs": {day_at("2026-09-01"): [result]}}, key=KEY))


@pytest.fixture
def asked_of(tmp_path, new_home, monkeypatch, fake):
    """Give the settings of a home that may ask OpenAI, which is a fake."""
    (tmp_path / "exports").mkdir()
    monkeypatch.setenv("OPENAI_ADMIN_KEY", KEY)
    monkeypatch.setenv("UNITMILL_FETCH__OPENAI__BASE_URL", fake.url)
    monkeypatch.setenv("UNITMILL_FETCH__OPENAI__REQUESTS_PER_MINUTE", "60000")
    monkeypatch.setenv("UNITMILL_FETCH__SINCE", "2026-09")
    return Settings(exports=tmp_path / "exports", home=new_home(tmp_path / "home"))


def test_without_a_key_there_is_nothing_to_fetch(settings):
    found = fetching(settings)

    assert not found.assets
    assert not found.jobs
    assert not found.schedules


def test_a_vendor_whose_key_is_set_is_an_asset_that_no_build_makes(asked_of):
    definitions = build_definitions(asked_of)
    built = definitions.resolve_job_def(BUILD_JOB).asset_layer.executable_asset_keys
    fetched = definitions.resolve_job_def(JOB).asset_layer.executable_asset_keys

    assert {key.to_user_string() for key in fetched} == {"fetched/openai"}
    assert not fetched & built
    # It is owned and described as every asset is.
    node = definitions.resolve_asset_graph().get(dg.AssetKey(["fetched", "openai"]))
    assert (node.group_name, node.owners) == ("fetch", ["team:finops"])
    assert node.description.startswith("Pages of OpenAI's API as it returned them")


def test_the_schedule_is_off_until_somebody_switches_it_on(asked_of):
    [schedule] = fetching(asked_of).schedules

    assert schedule.name == "every_night"
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED


def test_a_run_puts_pages_into_the_exports_and_shows_how_many(asked_of):
    result = fetching(asked_of).resolve_job_def(JOB).execute_in_process()

    [made] = result.asset_materializations_for_node("fetched__openai")
    assert made.metadata["pages"].value == 1
    assert made.metadata["rows"].value == 1
    assert len([*(asked_of.exports_dir / "openai").rglob("*.json")]) == 1


def test_a_run_whose_key_is_refused_fails_with_the_sentence(asked_of, fake):
    fake.answer.key = "another"
    job = fetching(asked_of).resolve_job_def(JOB)

    result = job.execute_in_process(raise_on_error=False)

    [event] = [e for e in result.all_events if e.is_step_failure]
    said = event.step_failure_data.user_failure_data.description
    assert said.startswith("costs: OpenAI refuses the key at /v1/organization/costs")
    assert KEY not in str(result.all_events)
