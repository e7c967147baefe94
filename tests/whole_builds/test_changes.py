"""A build makes what changed, and ends where a build of everything would."""

import io

import duckdb
import pytest
from rich.console import Console

from bench import sequences
from bench.builds import label
from pipelines.defs import run
from pipelines.publishing.verifying import verify
from pipelines.publishing.versions import current

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def changed(copy_of_built, build, tmp_path_factory):
    """Change a bill, a rule and a budget of a built home, and build.

    Gives the settings, and the content of each table: before, now, and after a build
    of everything.
    """
    settings = copy_of_built(tmp_path_factory.mktemp("changes"))
    before = contents(settings)
    exports = settings.exports_dir
    label(exports)
    edit(exports / "ownership/ownership_rules.csv", ",training,", ",search,")
    edit(exports / "budgets/budgets.csv", ",2000,USD,", ",2500,USD,")

    outcome = build(settings)
    assert outcome.published, outcome.why
    assert not [one for one in verify(current(settings)) if one.holds is False]
    now = contents(settings)
    whole = run.build(settings, Console(file=io.StringIO()), full=True)
    assert whole.published, whole.reasons
    return before, now, contents(settings)


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def contents(settings):
    with duckdb.connect(str(settings.build_database), read_only=True) as db:
        return sequences.contents(db)


def test_what_changed_is_in_every_mart_that_a_build_of_everything_would_change(changed):
    before, now, whole = changed

    assert now == whole
    assert now.keys() == before.keys()


def test_it_did_change_who_pays_and_what_is_planned_and_no_price(changed):
    before, now, _ = changed

    differ = {name for name in now if now[name] != before[name]}
    assert {"marts.fct_showback_daily", "marts.fct_budget_status_daily"} <= differ
    assert (
        not {"intermediate.int_token_prices_daily", "reference.token_prices"} & differ
    )
