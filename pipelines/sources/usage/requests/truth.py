"""What becomes of a call that can be read and cannot be true, for every log alike.

Belongs here: rules that repair a call or leave it out by name. What cannot even be
read stops the month (``logs``). docs/sources/usage/bad-telemetry.md lists both.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.landing.source import Delivery, quoted
from pipelines.schema.calls import TOKENS

# Clocks differ, and an export may be named by the local date.
SKEW = timedelta(days=1)
FUTURE = "later than its file was written"
NEGATIVE = "a token count below zero"

# The owner's cache repeats the tokens of the call that it saves; the model saw none.
TRUE_CALLS = """
    select
        calls.* replace (
            clock.delivery_id as delivery_id,
            coalesce(request_id, clock.delivery_id || ':' || row_number) as request_id,
            case when latency_ms >= 0 then latency_ms end as latency_ms,
            case when time_to_first_token_ms >= 0 then time_to_first_token_ms end
                as time_to_first_token_ms,
            {tokens},
            coalesce(
                left_out,
                case
                    when requested_at > written_until then '{future}'
                    when least({names}) < 0 then '{negative}'
                end
            ) as left_out
        )
    from ({calls}) as calls
    left join (values {clocks}) as clock (place, delivery_id, written_until)
        on calls.delivery_id = clock.place
"""


def in_order(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Give deliveries oldest first, of the same moment by the names of their files.

    The three sources of a log have other ids for the same files, and read them alike.
    """
    return sorted(deliveries, key=lambda one: (one.delivered_at, one.names))


def by_place(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Give deliveries named by their places, as all sources of a log name them."""
    return [replace(one, delivery_id=str(n)) for n, one in enumerate(deliveries)]


def checked_calls(calls: str, deliveries: Sequence[Delivery]) -> str:
    """Repair calls, and add to ``left_out`` why one cannot be true.

    Args:
        calls: a SELECT of calls with all columns of ``CALL``; their ``delivery_id`` is
            the place of the delivery among these (``by_place``).
        deliveries: those that it reads.
    """
    clocks = [
        f"('{place}', {quoted(delivery.delivery_id)}, {written_until(delivery)})"
        for place, delivery in enumerate(deliveries)
    ] or ["(null, cast(null as varchar), cast(null as timestamp))"]
    names = [column.name for column in TOKENS]
    zeroed = (
        f"case when is_cache_served and {name} is not null then 0 else {name} end "
        f"as {name}"
        for name in names
    )
    return TRUE_CALLS.format(
        calls=calls,
        clocks=", ".join(clocks),
        tokens=", ".join(zeroed),
        names=", ".join(names),
        future=FUTURE,
        negative=NEGATIVE,
    )


def written_until(delivery: Delivery) -> str:
    """Give the last moment that a file can have calls of; NULL where its date is wrong.

    A file that is older than the month of its first call was copied without its date.
    """
    first = datetime.fromisoformat(f"{min(delivery.periods)}-01").replace(tzinfo=UTC)
    if delivery.delivered_at < first:
        return "cast(null as timestamp)"
    until = (delivery.delivered_at + SKEW).astimezone(UTC).replace(tzinfo=None)
    return f"timestamp '{until}'"
