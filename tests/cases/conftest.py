"""Situations of real exports: small folders, inspected as a user would.

Each folder here is one case, with its exports in ``in/``. What is right, and why, is in
the test of its name.
"""

import shutil
from pathlib import Path

import pytest

from pipelines.ledger.inspection import inspect
from pipelines.sources.registry import all_sources

HERE = Path(__file__).parent


@pytest.fixture
def inspected(settings):
    """Inspect the exports folder, or a case's; give what is found."""

    def inspection(case=None, **changes):
        if case:
            shutil.copytree(
                HERE / case / "in", settings.exports_dir, dirs_exist_ok=True
            )
        chosen = settings.model_copy(update=changes)
        return inspect(chosen, all_sources(chosen))

    return inspection


@pytest.fixture
def billed(inspected):
    """Inspect, and give the billed cost of each source and month as text."""

    def costs(case=None, **changes):
        found = inspected(case, **changes)
        return {
            f"{month.source} {month.period}": f"{month.billed_cost.normalize():f}"
            for month in found.months
            if month.table == "focus"
        }

    return costs
