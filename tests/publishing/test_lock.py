"""One process at a time writes in a home, and a dead one's lock is free."""

import os
import signal
import subprocess
import sys

import pytest

from pipelines.publishing.lock import BusyError, forget_dead, held, lives, living
from pipelines.publishing.publish import publish
from pipelines.publishing.versions import PublishError
from pipelines.settings import PROJECT_DIR

# Where this suite runs in the background SIGINT is ignored, and so, once a test has run
# Dagster, is SIGTERM.
WORK = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_DFL)
from pipelines.publishing.lock import held, living
from pipelines.settings import Settings
settings = Settings(home=sys.argv[1])
say = lambda text: print(text, flush=True)
with living(settings, "1a2b"), held(settings, "run 1a2b", say):
    say("works")
    time.sleep(60)
"""


@pytest.fixture
def start(settings):
    """Start a process that works in the home; stop it at the end."""
    started = []

    def process():
        one = subprocess.Popen(
            [sys.executable, "-c", WORK, str(settings.home_dir)],
            cwd=PROJECT_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(one)
        return one

    yield process
    for one in started:
        one.kill()
        one.wait()
        one.stdout.close()


@pytest.fixture
def other(start):
    """Let another process work in the home."""
    process = start()
    assert process.stdout.readline() == "works\n"
    return process


def test_a_home_in_which_a_run_works_is_refused_by_run_process_and_place(
    settings, other
):
    with pytest.raises(BusyError) as refused, held(settings, "unitmill build"):
        pass

    assert str(refused.value) == (
        f"run 1a2b (process {other.pid}) works in {settings.home_dir}; wait until it "
        "has ended, or stop it"
    )


def test_nothing_is_published_where_another_process_works(settings, other):
    with pytest.raises(PublishError, match=r"run 1a2b \(process \d+\) works in"):
        publish(settings)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_of_a_process_that_was_ended_is_free(settings, other, number):
    other.send_signal(number)
    other.wait()

    with held(settings, "unitmill build"):
        assert lives(settings, "1a2b") is False


def test_one_who_waits_says_once_for_whom_and_goes_on_when_it_has_ended(
    settings, start, other
):
    waiting = start()

    assert waiting.stdout.readline() == (
        f"waiting for run 1a2b (process {other.pid}), which works in "
        f"{settings.home_dir}\n"
    )
    other.kill()
    assert waiting.stdout.readline() == "works\n"


def test_one_who_waits_can_be_stopped(start, other):
    waiting = start()
    waiting.stdout.readline()

    waiting.terminate()

    assert waiting.wait(timeout=10) == -signal.SIGTERM


def test_a_process_that_has_the_lock_takes_it_again(settings):
    told = settings.home_dir / "build.lock"
    with held(settings, "unitmill build"):
        with held(settings, "run 1a2b"):
            assert told.read_text() == f"unitmill build (process {os.getpid()})"
        assert told.read_text() == f"unitmill build (process {os.getpid()})"
    assert told.read_text() == ""


def test_a_run_lives_as_long_as_its_process(settings, other):
    assert lives(settings, "1a2b") is True
    assert lives(settings, "another") is None

    other.kill()
    other.wait()
    assert lives(settings, "1a2b") is False

    with living(settings, "another"):
        forget_dead(settings)
        assert lives(settings, "another") is True
    assert lives(settings, "1a2b") is None


def test_a_run_that_has_ended_leaves_no_sign(settings):
    with living(settings, "1a2b"):
        assert lives(settings, "1a2b") is True

    assert [*(settings.home_dir / "running").iterdir()] == []
