"""Great Expectations suites as asset checks of the build that they looked at."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from pipelines.publishing import audit
from pipelines.publishing.versions import QUALITY
from pipelines.quality.page import render, write_page
from pipelines.quality.run import SuiteResult, run_suites
from pipelines.quality.suites import Suite, suites
from pipelines.quality.sums import mart_sums
from pipelines.settings import Settings


def quality_checks(settings: Settings) -> dg.AssetChecksDefinition:
    """Give the checks, one per suite, and the page of their results."""
    by_name = {suite.name: suite for suite in suites()}

    @dg.multi_asset_check(
        name="great_expectations",
        specs=[
            dg.AssetCheckSpec(
                f"{suite.name}_meets_expectations",
                asset=_asset_of(suite),
                blocking=True,
                description=suite.question,
            )
            for suite in by_name.values()
        ],
        pool="warehouse",
    )
    def great_expectations() -> Iterator[dg.AssetCheckResult]:
        results = run_suites(settings.build_database)
        page = settings.build_dir / QUALITY
        now = datetime.now(UTC).isoformat(timespec="seconds")
        sums = mart_sums(settings.build_database)
        build_id = audit.database_build_id(settings)
        write_page(page, render(results, sums, build_id, now))
        audit.record(settings, "quality", [_entry(result) for result in results])
        for result in results:
            yield dg.AssetCheckResult(
                asset_key=_asset_of(result.suite),
                check_name=f"{result.suite.name}_meets_expectations",
                passed=result.passed,
                metadata={
                    "expectations": dg.MetadataValue.md(_table(result)),
                    "page": dg.MetadataValue.path(str(page)),
                },
            )

    return great_expectations


def _asset_of(suite: Suite) -> dg.AssetKey:
    return dg.AssetKey(["marts", suite.mart])


def _entry(result: SuiteResult) -> audit.Check:
    broken = [outcome for outcome in result.outcomes if not outcome.passed]
    return audit.Check(
        name=f"{result.suite.name}_meets_expectations",
        passed=result.passed,
        severity="error",
        detail="; ".join(f"{o.name}: {o.error or o.failing}" for o in broken),
    )


def _table(result: SuiteResult) -> str:
    lines = ["| expectation | verdict | failing | where |", "|---|---|---|---|"]
    for outcome in sorted(result.outcomes, key=lambda o: o.passed):
        verdict = "holds" if outcome.passed else "**failed**"
        where = outcome.error or "; ".join(str(row) for row in outcome.examples[:3])
        lines.append(f"| {outcome.name} | {verdict} | {outcome.failing} | {where} |")
    return "\n".join(lines)
