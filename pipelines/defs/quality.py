"""Great Expectations suites as asset checks of the build that they looked at."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import dagster as dg

from pipelines.defs.home import HOME, POOL
from pipelines.defs.objecting import failure
from pipelines.ledger.summary import plain
from pipelines.publishing import audit
from pipelines.publishing.check import Check
from pipelines.publishing.failing_rows import PLACE, more, place_of, starting_with
from pipelines.publishing.versions import QUALITY
from pipelines.quality.page import render, write_page
from pipelines.quality.run import Outcome, SuiteResult, run_suites
from pipelines.quality.suites import Suite, suites
from pipelines.quality.sums import mart_sums
from pipelines.settings import Settings


def quality_checks(settings: Settings) -> dg.AssetChecksDefinition:
    """Give the checks, one per suite, and the page of their results."""
    every = suites()

    @dg.multi_asset_check(
        name="great_expectations",
        specs=[
            dg.AssetCheckSpec(
                _check_name(suite),
                asset=_asset_of(suite),
                blocking=True,
                description=suite.question,
            )
            for suite in every
        ],
        required_resource_keys=HOME,
        pool=POOL,
        # Else no mart of these could be materialized without the others.
        can_subset=True,
    )
    def great_expectations(
        context: dg.AssetCheckExecutionContext,
    ) -> Iterator[dg.AssetCheckResult]:
        selected = {key.name for key in context.selected_asset_check_keys}
        chosen = [suite for suite in every if _check_name(suite) in selected]
        results = run_suites(settings.build_database, chosen)
        page = settings.build_dir / QUALITY
        checks = [_entry(settings, result) for result in results]
        # The page and the audit are of the whole build.
        if len(chosen) == len(every):
            write_page(page, _rendered(settings, results))
            expected = [f"marts/{suite.mart} {_check_name(suite)}" for suite in every]
            audit.record(settings, "quality", checks, expected)
        for result, check in zip(results, checks, strict=True):
            yield dg.AssetCheckResult(
                asset_key=_asset_of(result.suite),
                check_name=check.name,
                passed=result.passed,
                description=check.detail or None,
                metadata={
                    "expectations": dg.MetadataValue.md(_table(result)),
                    "page": dg.MetadataValue.path(str(page)),
                },
            )
        if objections := [c.objection("quality") for c in checks if c.blocks]:
            raise failure(objections)

    return great_expectations


def _rendered(settings: Settings, results: Sequence[SuiteResult]) -> str:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    sums = mart_sums(settings.build_database)
    return render(results, sums, audit.database_build_id(settings), now)


def _check_name(suite: Suite) -> str:
    return f"{suite.name}_meets_expectations"


def _asset_of(suite: Suite) -> dg.AssetKey:
    return dg.AssetKey(["marts", suite.mart])


def _entry(settings: Settings, result: SuiteResult) -> Check:
    broken = [outcome for outcome in result.outcomes if not outcome.passed]
    said = [_sentence(settings, result.suite, outcome) for outcome in broken]
    return Check(
        name=_check_name(result.suite),
        passed=result.passed,
        severity="error",
        detail=said[0] + more(len(said) - 1, "expectation") if said else "",
        asset=_asset_of(result.suite).to_user_string(),
    )


def _sentence(settings: Settings, suite: Suite, outcome: Outcome) -> str:
    """Say which expectation does not hold, for which row, and for how many more."""
    if outcome.error:
        return f"{suite.relation}: {outcome.name} could not be checked: {outcome.error}"
    row = {COLUMNS.get(k, k): v for k, v in next(iter(outcome.examples), {}).items()}
    values = ", ".join(f"{k} {v}" for k, v in row.items() if k not in PLACE)
    what = f"{suite.relation} breaks the rule: {outcome.name}"
    place = place_of(settings, row)
    return (
        starting_with(place, f"{what} ({values})" if values else what)
        + more(outcome.failing - 1, "row")
        + "; get the export again, or correct the row"
    )


# What the identifying columns of the ledger are called in the rows of dbt.
COLUMNS = {
    "x_SourceName": "source_name",
    "x_DeliveryId": "delivery_id",
    "x_SourceRowNumber": "source_row_number",
}


def _table(result: SuiteResult) -> str:
    lines = ["| expectation | verdict | failing | where |", "|---|---|---|---|"]
    for outcome in sorted(result.outcomes, key=lambda o: o.passed):
        verdict = "holds" if outcome.passed else "**failed**"
        where = outcome.error or "; ".join(str(row) for row in outcome.examples[:3])
        cells = (plain(outcome.name), verdict, str(outcome.failing), plain(where))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
