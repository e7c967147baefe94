"""A failed run that says why: the same sentences as the audit, `status` and `build`.

Belongs here: how objections become the failure of a step. Does not belong here: what
they say (``publishing.audit``).
"""

from collections.abc import Sequence

import dagster as dg

from pipelines.ledger.summary import plain

OBJECTIONS = "objections"


def failure(objections: Sequence[str]) -> dg.Failure:
    """Give the failure of a step whose blocking checks failed, or that broke."""
    listed = "\n".join(f"- {plain(objection)}" for objection in objections)
    return dg.Failure(
        description="\n".join(objections),
        metadata={
            OBJECTIONS: dg.MetadataValue.json([*objections]),
            "listed": dg.MetadataValue.md(listed),
        },
        allow_retries=False,
    )


def objections_of(event: dg.DagsterEvent) -> list[str]:
    """Give the objections that a step failed with, if it failed with any."""
    failed = event.step_failure_data.user_failure_data
    if failed is None or OBJECTIONS not in failed.metadata:
        return []
    value = failed.metadata[OBJECTIONS].value
    return [str(objection) for objection in value] if isinstance(value, list) else []
