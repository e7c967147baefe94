"""Billing months, the one partitioning of the ledger."""

import dagster as dg

from pipelines.settings import Settings

OWNERS = ["team:finops"]


def months(settings: Settings) -> dg.MonthlyPartitionsDefinition:
    """Give all months from the first one that the owner asks for to the running one."""
    return dg.MonthlyPartitionsDefinition(
        start_date=f"{settings.first_period}-01",
        fmt="%Y-%m-%d",
        end_offset=1,
    )


def period_of(partition_key: str) -> str:
    """Turn Dagster's key of a month (2026-08-01) into a billing period (2026-08)."""
    return partition_key[:7]
