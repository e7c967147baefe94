"""The sensor for new deliveries ends in time, however many files there are."""

from importlib import import_module

import dagster as dg
import pytest

from pipelines.landing import identity

# The package has a function of this name.
automation = import_module("pipelines.defs.automation")


@pytest.fixture
def tick(settings, invent, monkeypatch):
    """Let the sensor tick with so many seconds for its look."""
    made = automation.automation(settings, [invent("one"), invent("two")])
    [sensor] = [s for s in made.sensors if s.name == "new_deliveries"]

    def once(seconds):
        monkeypatch.setattr(automation, "LOOK_SECONDS", seconds)
        return sensor.evaluate_tick(dg.build_sensor_context())

    return once


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """Believe files at once that a test has only just written."""
    monkeypatch.setattr(identity, "JUST_NOW_NS", 0)


def test_a_tick_that_has_no_time_left_says_how_far_it_came_and_asks_for_nothing(
    tick, put
):
    put("one-1.csv", "a\n1\n")

    cut = tick(-1)

    assert cut.run_requests == []
    assert cut.skip_message == (
        "looked at 0 files so far, and found the deliveries of 0 of 2 sources; the "
        "next tick goes on"
    )


def test_the_next_tick_goes_on_and_asks_for_the_build(tick, put):
    put("one-1.csv", "a\n1\n")
    tick(-1)

    [request] = tick(40).run_requests

    assert request.run_key == tick(40).run_requests[0].run_key


def test_a_look_ends_before_dagster_gives_up_on_the_tick():
    """It gives up after 60 seconds; hashing and comparing need some of them."""
    assert 0 < automation.LOOK_SECONDS <= 45
