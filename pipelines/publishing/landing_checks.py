"""The checks of landing: what could not be read, and what is not in the ledger.

Belongs here: judging what landing and conversion recorded. Does not belong here: the
record of all checks of a build (``audit``).
"""

from collections.abc import Sequence

from pipelines.landing.landed import Landing, Refusal
from pipelines.ledger.conversion import refused_in
from pipelines.ledger.inputs import Inputs, compare
from pipelines.publishing.check import Check
from pipelines.publishing.failing_rows import more
from pipelines.settings import Settings

LANDING_CHECKS = (
    "landing/deliveries every_file_is_recognized",
    "landing/deliveries every_delivery_is_converted",
    "landing/deliveries every_delivery_is_in_the_ledger",
)


def landing_checks(settings: Settings, inputs: Inputs) -> list[Check]:
    """Judge landing: files that nobody could read, deliveries not in the ledger."""
    return [
        every_file_is_recognized(settings, inputs.landing),
        every_delivery_is_converted(settings),
        _every_delivery_is_in_the_ledger(settings, inputs),
    ]


def every_file_is_recognized(settings: Settings, landing: Landing) -> Check:
    """Judge whether each file belongs to one source and can be read."""
    name = "every_file_is_recognized"
    return _no_refusal(settings, name, landing.refusals, "file")


def every_delivery_is_converted(settings: Settings) -> Check:
    """Judge whether each delivery that was recognized could be read to its end."""
    refusals = [one.refusal() for one in refused_in(settings.ledger_dir)]
    name = "every_delivery_is_converted"
    return _no_refusal(settings, name, refusals, "refusal")


def _no_refusal(
    settings: Settings, name: str, refusals: Sequence[Refusal], what: str
) -> Check:
    """Judge what was refused as the owner chose: it blocks, or it warns."""
    blocks = settings.landing.unrecognized == "block"
    detail = ""
    if refusals:
        detail = refusals[0].sentence + more(len(refusals) - 1, what)
    return Check(
        name=name,
        passed=not refusals,
        severity="error" if blocks else "warn",
        detail=detail,
        asset="landing/deliveries",
    )


def _every_delivery_is_in_the_ledger(settings: Settings, inputs: Inputs) -> Check:
    """A source that this run did not convert would be missing."""
    now = compare(settings, inputs.sources, inputs.landing)
    refused = {(one.source, one.period) for one in refused_in(settings.ledger_dir)}
    missing = [
        f"{item.source.name} {item.period} was delivered and is not in the ledger; "
        f"materialize {item.source.table}/{item.source.name}"
        for item in now.stale
        if (item.source.name, item.period) not in refused
    ]
    missing += now.incomplete.values()
    return Check(
        name="every_delivery_is_in_the_ledger",
        passed=not missing,
        severity="error",
        detail=missing[0] + more(len(missing) - 1, "month") if missing else "",
        asset="landing/deliveries",
    )
