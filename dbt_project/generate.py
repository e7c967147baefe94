"""Write what dbt repeats: its sources, staging of lists, and its semantic layer.

Nothing here is decided: names, types and meanings stand in ``pipelines.schema``, in
``pipelines.sources.lists`` and in the yml beside each mart. ``make docs`` runs it;
``tests/test_docs.py`` fails when a committed file differs from what it would write.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml

from pipelines.semantic.declared import declared
from pipelines.semantic.metricflow import semantic_models
from pipelines.sources.formats.owner_list import OwnerList
from pipelines.sources.tables import LISTS, TABLES

MODELS = Path(__file__).resolve().parent / "models"
STAGING = MODELS / "staging"
SEMANTIC = MODELS / "semantic" / "metrics.yml"
SEMANTIC_HEAD = """\
# Made by `make docs` from meta.metric in the yml beside each mart; do not edit.
# A ratio is its numerator by its denominator, each summed over the rows that have both.
"""
WARNING = "Made by `make docs` from pipelines/sources/lists; do not edit."
FOCUS = "One row per charge, FOCUS 1.4 with the x_ columns of Unitmill."


def files() -> dict[Path, str]:
    """Give every generated file of the dbt project: its place and its text."""
    found = {STAGING / "ledger_sources.yml": _sources()}
    for one in LISTS:
        place = STAGING / "lists" / f"{staging_name(one)}.sql"
        found[place] = _model(one)
        found[place.with_suffix(".yml")] = _properties(one)
    found[SEMANTIC] = SEMANTIC_HEAD + _yaml(semantic_models(declared([MODELS])))
    return found


def staging_name(one: OwnerList) -> str:
    """Name the staging model of a list."""
    return f"stg_lists__{one.table.name}"


def _sources() -> str:
    # A partition is of a month of bills, so the runner reads some months alone.
    months = {"meta": {"months": {"billing": "BillingPeriodStart"}}}
    tables: list[dict[str, object]] = [
        {"name": "focus", "description": FOCUS, "config": months}
    ]
    tables += [
        {"name": table.name, "description": f"{table.description} {table.grain}"}
        for table in TABLES.values()
    ]
    ledger = {
        "name": "ledger",
        "schema": "ledger",
        "description": (
            "The partitions that the convert assets write, Parquet files of a table, "
            "source and period, as views of the build database."
        ),
        "tables": tables,
    }
    return f"# {WARNING}\n" + _yaml({"sources": [ledger]})


def _model(one: OwnerList) -> str:
    return "\n".join(
        (
            f"-- {WARNING}",
            "with",
            "",
            "source as (",
            "",
            f"    select * from {{{{ source('ledger', '{one.table.name}') }}}}",
            "",
            "),",
            "",
            "renamed as (",
            "",
            "    select",
            ",\n".join(f"        {column}" for column in _columns(one)),
            "",
            "    from source",
            "",
            ")",
            "",
            "select * from renamed",
            "",
        )
    )


def _columns(one: OwnerList) -> Iterator[str]:
    """Give the SQL of each column: renamed, and what a blank cell means."""
    for column in one.columns:
        if column.stored_as is None:
            continue
        stored = column.stored_as or column.name
        staged = column.staged_as or stored
        if column.blank:
            yield f"coalesce({stored}, {column.blank}) as {staged}"
        else:
            yield stored if staged == stored else f"{stored} as {staged}"
    yield from (derived.name for derived in one.derived)
    yield from ("delivery_id", "source_row_number")


def _staged(one: OwnerList) -> dict[str, str]:
    """Map the owner's columns to their names from staging on."""
    names = {c.name: c.staged_as or c.stored_as or c.name for c in one.columns}
    # A column that is not stored lives on in what is derived from it.
    for column in one.columns:
        if column.stored_as is None:
            made = [d.name for d in one.derived if column.name in d.sql]
            names[column.name] = made[0]
    return names


def _grain(one: OwnerList) -> list[str]:
    """Name the columns that tell the staged rows apart."""
    names = _staged(one)
    if not one.key:
        return ["delivery_id", "source_row_number"]
    once_a_day = ["valid_from"] if one.restates == "period" else []
    return [names[name] for name in one.key] + once_a_day


def _properties(one: OwnerList) -> str:
    name = staging_name(one)
    tests: list[dict[str, object]] = [
        {
            "unique_grain": {
                "name": f"{name}_has_one_row_per_grain",
                "arguments": {"columns": _grain(one)},
            }
        }
    ]
    if {"valid_from", "valid_to"} <= set(_staged(one)):
        tests.append(
            {
                "ends_after_start": {
                    "name": f"{name}_ends_after_it_starts",
                    "arguments": {
                        "start_column": "valid_from",
                        "end_column": "valid_to",
                    },
                }
            }
        )
    columns = [
        {
            "name": _staged(one)[column.name],
            "data_tests": [
                {
                    "in_reporting_currency": {
                        "name": f"{name}_are_in_the_reporting_currency",
                        "description": (
                            "They are compared with cost in the reporting currency "
                            "(`currency.reporting`), so they are stated in it, too."
                        ),
                    }
                }
            ],
        }
        for column in one.columns
        if column.in_reporting_currency
    ]
    model = {
        "name": name,
        "description": f"{one.description} {one.grain}",
        "data_tests": tests,
    } | ({"columns": columns} if columns else {})
    return f"# {WARNING}\n" + _yaml({"models": [model]})


def _yaml(document: object) -> str:
    return yaml.safe_dump(document, sort_keys=False, width=88, allow_unicode=True)


def main() -> None:
    """Write every generated file in its place."""
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
