"""What becomes of a call that can be read and cannot be true, for every log alike.

Belongs here: rules that repair a call or leave it out by name. What cannot even be
read stops the month (``logs``). docs/sources/usage/bad-telemetry.md lists both.
"""

from collections.abc import Sequence
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
            coalesce(request_id, delivery_id || ':' || row_number) as request_id,
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
    left join (values {clocks}) as clock (delivery_id, written_until)
        using (delivery_id)
"""


def checked_calls(calls: str, deliveries: Sequence[Delivery]) -> str:
    """Repair calls, and add to ``left_out`` why one cannot be true.

    Args:
        calls: a SELECT of calls with all columns of ``CALL``.
        deliveries: those that it reads.
    """
    clocks = [f"({quoted(d.delivery_id)}, {written_until(d)})" for d in deliveries] or [
        "(null, cast(null as timestamp))"
    ]
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
