"""LiteLLM's spend log: since October a gateway stands before Azure OpenAI.

Belongs here: rows of the gateway's table. The tokens are those that ``azure`` bills;
on two days the gateway lost how many of them were cached.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sample_company.azure.details import MODEL_METERS, thousands_of
from sample_company.azure.row import SUBSCRIPTION
from sample_company.calls import Call, calls
from sample_company.months import OCTOBER, at
from sample_company.seeded import digest, hex_id

MODEL = "gpt-4o-2024-11-20"
# Tokens of an average call; gpt-4o takes 128k and gives 16k.
CALL_SIZE = 12_000
# The gateway's version of these days left the details out of what it logged.
BLIND_DAYS = (at("10-06 00:00"), at("10-07 00:00"))
_PRICES = tuple(Decimal(price) / 1000 for _, price, _ in MODEL_METERS)
_TEAMS = (("Platform", "copilot"), ("Platform", "runbooks"), ("Search", "summaries"))
_TENANTS = ("northwind", "contoso", "tailspin", "fabrikam")
_WRITTEN = pa.schema(
    [
        ("request_id", pa.string()),
        ("call_type", pa.string()),
        ("api_key", pa.string()),
        ("spend", pa.float64()),
        ("total_tokens", pa.int32()),
        ("prompt_tokens", pa.int32()),
        ("completion_tokens", pa.int32()),
        ("startTime", pa.timestamp("ms")),
        ("endTime", pa.timestamp("ms")),
        ("completionStartTime", pa.timestamp("ms")),
        ("model", pa.string()),
        ("custom_llm_provider", pa.string()),
        ("api_base", pa.string()),
        ("user", pa.string()),
        ("metadata", pa.string()),
        ("cache_hit", pa.string()),
        ("request_tags", pa.string()),
        ("team_id", pa.string()),
        ("end_user", pa.string()),
        ("session_id", pa.string()),
        ("status", pa.string()),
        ("litellm_call_id", pa.string()),
    ]
)
_GROWING = {
    "request_id": "DELTA_BYTE_ARRAY",
    "litellm_call_id": "DELTA_BYTE_ARRAY",
    "startTime": "DELTA_BINARY_PACKED",
    "endTime": "DELTA_BINARY_PACKED",
    "completionStartTime": "DELTA_BINARY_PACKED",
}


def write_litellm(out: Path) -> None:
    """Write the log of October, as a copy of the table in Parquet."""
    rows = [row for day in OCTOBER.days() for row in _of_day(day)]
    out.mkdir(parents=True)
    pq.write_table(
        pa.Table.from_pylist(rows, _WRITTEN),
        out / "spend_logs-2026-10.parquet",
        compression="zstd",
        compression_level=19,
        # Ids and times grow from row to row: what is added to the last one is small.
        use_dictionary=[name for name in _WRITTEN.names if name not in _GROWING],
        column_encoding=_GROWING,
    )


def not_cached() -> Decimal:
    """Give what the bill is below the meter: cached tokens at the price of others."""
    cached = sum((thousands_of(OCTOBER, day)[1] for day in BLIND_DAYS), Decimal(0))
    return cached * 1000 * (_PRICES[1] - _PRICES[0])


def _of_day(day: datetime) -> Iterator[dict[str, object]]:
    totals = [int(thousands * 1000) for thousands in thousands_of(OCTOBER, day)]
    made = list(calls(day, totals, CALL_SIZE, "litellm"))
    for call in made:
        yield _row(day, call)
    # The gateway's own cache answers the last question again, and one call fails before
    # it is tried again.
    yield _row(day, made[-1]) | {
        "request_id": _id(day, made[-1].number, "cache"),
        "cache_hit": "True",
        "spend": 0.0,
    }
    first = _row(day, made[0])
    team = json.loads(str(first["metadata"]))["user_api_key_team_alias"]
    yield first | {
        "request_id": _id(day, made[0].number, "failed"),
        "status": "failure",
        "spend": 0.0,
        "total_tokens": 0,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "metadata": json.dumps(
            {
                "user_api_key_team_alias": team,
                "status": "failure",
                "usage_object": None,
            }
        ),
    }


def _row(day: datetime, call: Call) -> dict[str, object]:
    uncached, cached, output = call.tokens
    chance = digest("litellm", day, call.number)[1]
    team, feature = _TEAMS[chance % len(_TEAMS)]
    usage: dict[str, object] = {
        "prompt_tokens": uncached + cached,
        "completion_tokens": output,
    }
    if day not in BLIND_DAYS:
        usage["prompt_tokens_details"] = {"cached_tokens": cached}
    spend = sum(
        (price * n for price, n in zip(_PRICES, call.tokens, strict=True)), Decimal(0)
    )
    start, end = call.at.replace(tzinfo=None), call.ended_at.replace(tzinfo=None)
    return {
        "request_id": _id(day, call.number),
        "call_type": "acompletion",
        "api_key": hex_id(64, "litellm", team),
        "spend": float(spend),
        "total_tokens": uncached + cached + output,
        "prompt_tokens": uncached + cached,
        "completion_tokens": output,
        "startTime": start,
        "endTime": end,
        "completionStartTime": end,
        "model": f"azure/{MODEL}",
        "custom_llm_provider": "azure",
        "api_base": "https://lumenloop-aoai.example.com",
        "user": "",
        "metadata": json.dumps(
            {"user_api_key_team_alias": team, "usage_object": usage}
        ),
        "cache_hit": "False",
        "request_tags": json.dumps(
            [f"subscription_id:{SUBSCRIPTION}", f"feature:{feature}"]
        ),
        "team_id": hex_id(8, "team", team),
        "end_user": _TENANTS[chance // 8 % len(_TENANTS)],
        "session_id": "",
        "status": "success",
        "litellm_call_id": _id(day, call.number, "call"),
    }


def _id(day: datetime, number: int, kind: str = "chatcmpl") -> str:
    return f"{kind}-{hex_id(6, 'litellm', kind, day)}{number:05d}"
