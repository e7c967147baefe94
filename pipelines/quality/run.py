"""Run the suites on a build database and give plain results.

Great Expectations takes three seconds to import, so it is imported when used. Its
analytics are off; nothing leaves the machine.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.quality.suites import Expectation, Suite

SHOWN_ROWS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one expectation ended.

    Attributes:
        name: the expectation in words.
        passed: whether it held.
        checked: rows looked at, NULLs included; None where GX does not count.
        failing: rows that broke it.
        examples: where some of them are, by the suite's identifying columns.
        error: why it could not be checked, or ''.
    """

    name: str
    passed: bool
    checked: int | None
    failing: int
    examples: tuple[dict[str, object], ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """How one suite ended."""

    suite: Suite
    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether every expectation held."""
        return all(outcome.passed for outcome in self.outcomes)


def run_suites(database: Path, chosen: Sequence[Suite]) -> list[SuiteResult]:
    """Check suites against a build database, read only."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from pipelines.quality.dialect import SCHEME

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    build = context.data_sources.add_sql(
        name="build",
        connection_string=f"{SCHEME}:///{database}?access_mode=read_only",
    )
    try:
        return [_run(context, build, suite) for suite in chosen]
    finally:
        # Until both close the file, nobody else in this process can open it.
        build.get_engine().dispose()
        build.get_execution_engine().close()


def _run(context: Any, build: Any, suite: Suite) -> SuiteResult:
    """Judge all expectations of a suite, and find the rows of those that fail.

    To find rows asks queries of their own for each, which nearly always find none.
    """
    schema, table = suite.relation.split(".")
    asset = build.add_table_asset(name=suite.name, table_name=table, schema_name=schema)
    batch = asset.add_batch_definition_whole_table(suite.name)
    judged = _validate(context, batch, suite, suite.expectations, "BOOLEAN_ONLY")
    # GX shows the rows of a query only in its complete results, which of a column
    # would be every failing row.
    queries = [fact for fact in suite.expectations if fact["type"] == "rows"]
    others = [fact for fact in suite.expectations if fact["type"] != "rows"]
    if others:
        count = _row_count(build, suite)
        for name in map(_name, others):
            judged[name] = replace(judged[name], checked=count)
    for facts, shown in ((others, "SUMMARY"), (queries, "COMPLETE")):
        failed = [fact for fact in facts if not judged[_name(fact)].passed]
        judged |= _validate(context, batch, suite, failed, shown)
    outcomes = tuple(judged[_name(fact)] for fact in [*others, *queries])
    return SuiteResult(suite, outcomes)


def _row_count(build: Any, suite: Suite) -> int:
    import sqlalchemy as sa

    with build.get_engine().connect() as connection:
        count = connection.execute(sa.text(f"select count(*) from {suite.relation}"))
        return int(count.scalar_one())


def _validate(
    context: Any, batch: Any, suite: Suite, facts: Sequence[Expectation], shown: str
) -> dict[str, Outcome]:
    """Give the outcomes by the names of the expectations."""
    import great_expectations as gx

    if not facts:
        return {}
    name = f"{suite.name} {shown}"
    expected = context.suites.add(
        gx.ExpectationSuite(
            name=name, expectations=[_expectation(fact, suite) for fact in facts]
        )
    )
    validation = context.validation_definitions.add(
        gx.ValidationDefinition(name=name, data=batch, suite=expected)
    )
    ran = validation.run(
        result_format={
            "result_format": shown,
            "unexpected_index_column_names": list(suite.identify),
            "partial_unexpected_count": SHOWN_ROWS,
        }
    )
    return {found.name: found for found in map(_outcome, ran.results)}


def _name(fact: Expectation) -> str:
    """Say an expectation in words; no two of a suite are called the same."""
    said = {
        "not_null": "{column} is known",
        "in_set": "{column} is an allowed value",
        "between": "{column} is at least {min}",
        "rows": "{name}",
    }
    return said[str(fact["type"])].format_map(fact)


def _expectation(fact: Expectation, suite: Suite) -> Any:
    import great_expectations.expectations as gxe

    column, meta = fact.get("column"), {"name": _name(fact)}
    match fact["type"]:
        case "not_null":
            return gxe.ExpectColumnValuesToNotBeNull(column=column, meta=meta)
        case "in_set":
            return gxe.ExpectColumnValuesToBeInSet(
                column=column, value_set=fact["values"], meta=meta
            )
        case "between":
            return gxe.ExpectColumnValuesToBeBetween(
                column=column, min_value=fact["min"], meta=meta
            )
        case "rows":
            rows = ", ".join(f'"{name}"' for name in suite.identify)
            return gxe.UnexpectedRowsExpectation(
                unexpected_rows_query=(
                    f"select {rows} from {{batch}} where {fact['where']}"
                ),
                meta=meta,
            )
    raise ValueError(f"no such expectation: {fact['type']}")


def _outcome(result: Any) -> Outcome:
    details = result.result
    rows = details.get("partial_unexpected_index_list") or []
    unexpected = details.get("details", {}).get("unexpected_rows")
    failing = details.get("unexpected_count")
    if unexpected is not None:
        rows, failing = unexpected, details.get("observed_value", len(unexpected))
    error = "" if result.success else _raised(result.exception_info or {})
    return Outcome(
        name=str(result.expectation_config.meta["name"]),
        passed=bool(result.success),
        checked=details.get("element_count"),
        failing=int(failing or 0),
        examples=tuple(dict(row) for row in rows[:SHOWN_ROWS]),
        error=error,
    )


def _raised(info: dict[str, Any]) -> str:
    """Find the message; GX nests it per metric for some expectations."""
    parts = [info, *(part for part in info.values() if isinstance(part, dict))]
    messages = {
        str(p["exception_message"]) for p in parts if p.get("exception_message")
    }
    return "; ".join(sorted(messages))
