"""What a person reads while a build runs: phases, counts and times, one line each."""

import io
import logging
from types import SimpleNamespace

import pytest
from rich.console import Console

from pipelines.defs.progress import LOGGER, Progress, heard
from pipelines.transform.runner import Result


@pytest.fixture
def pipe():
    return Console(file=io.StringIO(), width=100, force_terminal=False)


def step(progress, kind, key):
    record = logging.LogRecord("dagster", logging.DEBUG, "", 0, "", (), None)
    record.dagster_event = SimpleNamespace(event_type_value=kind, step_key=key)
    progress.emit(record)


def run(progress, *keys):
    for key in keys:
        step(progress, "STEP_START", key)
        step(progress, "STEP_SUCCESS", key)


def lines_of(console):
    """Give each line without its time, which is the last two words."""
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    assert all(words[-1] == "s" for words in lines)
    return [" ".join(words[:-2]) for words in lines]


def test_a_phase_is_one_line_and_only_sources_with_deliveries_are_counted(pipe):
    progress = Progress(pipe, {"aws", "budgets"})

    progress.begin("preparing")
    run(progress, "landing__deliveries", "focus__aws", "focus__azure")
    run(progress, "budgets__budgets", "ledger__budgets", "reference__settings")
    run(progress, "models")
    run(progress, "great_expectations", "publish__version")
    progress.close()

    assert lines_of(pipe) == [
        "preparing",
        "landing",
        "converting 2 of 2 sources",
        "models",
        "quality checks",
        "publishing",
    ]


def test_models_are_counted_as_dbt_makes_them_and_checks_are_no_models(pipe):
    progress = Progress(pipe, ())
    kinds = ("seed", "test", "model")
    results = [Result(SimpleNamespace(kind=kind), "made") for kind in kinds]
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.DEBUG)
    logger.addHandler(progress)

    step(progress, "STEP_START", "models")
    passed_on = list(heard(iter(results), 269))
    logger.removeHandler(progress)
    progress.close()

    assert passed_on == results
    assert lines_of(pipe) == ["models 2 of 269 models"]


def test_a_step_that_fails_is_named_at_once(pipe):
    progress = Progress(pipe, {"aws"})

    step(progress, "STEP_START", "focus__aws")
    step(progress, "STEP_UP_FOR_RETRY", "focus__aws")
    step(progress, "STEP_FAILURE", "focus__aws")

    assert pipe.file.getvalue() == "  ✗ focus/aws, is tried again\n  ✗ focus/aws\n"
    progress.close()


def test_a_terminal_has_a_line_that_moves():
    terminal = Console(file=io.StringIO(), width=100, force_terminal=True)
    progress = Progress(terminal, {"aws"})

    run(progress, "focus__aws")
    progress.close()

    shown = terminal.file.getvalue()
    assert "\x1b[2K" in shown  # the line is taken back
    assert "converting      1 of 1 sources" in shown


def test_a_run_that_nobody_watches_passes_its_events_on():
    result = Result(SimpleNamespace(kind="model"), "made")

    assert list(heard(iter([result]), 1)) == [result]
