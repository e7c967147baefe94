"""OpenRouter: marketing tries the chatbot's questions on models of other makers.

Belongs here: generations of three months. Each file begins with the last day of the
month before, as somebody downloads it who wants to miss nothing; that day was asked of
the API once, too, where a model is one row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sample_company.files import csv_text, write_json, write_text
from sample_company.months import DAY, MONTHS
from sample_company.seeded import base32_id, between, hex_id, money, plain

ISSUER = "OpenRouter"
INVOICES = {month: f"ORT-{60213 + 7 * place}" for place, month in enumerate(MONTHS)}
HEADER = (
    "generation_id",
    "created_at",
    "cost_total",
    "cost_web_search",
    "cost_cache",
    "cost_file_processing",
    "byok_usage_inference",
    "tokens_prompt",
    "tokens_completion",
    "tokens_reasoning",
    "tokens_cached",
    "model_permaslug",
    "provider_name",
    "variant",
    "cancelled",
    "streamed",
    "user",
    "finish_reason_raw",
    "finish_reason_normalized",
    "generation_time_ms",
    "time_to_first_token_ms",
    "api_key_disabled",
    "api_key_name",
    "app_name",
)
# Model, who serves it, dollars for a million tokens in and out, requests a day.
_MODELS = (
    ("mistralai/mistral-large-2411", "Mistral", "2", "6", 2),
    ("meta-llama/llama-3.3-70b-instruct", "DeepInfra", "0.23", "0.4", 3),
)
LIMIT = 1_800


@dataclass(frozen=True, slots=True)
class Generation:
    """One request and its answer."""

    number: str
    at: datetime
    model: str
    provider: str
    prompt: int
    completion: int
    cost: Decimal


def _of_day(day: datetime) -> Iterator[Generation]:
    for model, provider, price_in, price_out, count in _MODELS:
        for number in range(count):
            key = ("openrouter", day, model, number)
            prompt = int(between("4000", "52000", *key, "prompt"))
            completion = int(between("200", "1900", *key, "completion"))
            cost = (
                prompt * Decimal(price_in) + completion * Decimal(price_out)
            ) / 10**6
            spoken = day + timedelta(seconds=int(between("28000", "64000", *key, "at")))
            made = f"gen-{base32_id(16, *key)}"
            yield Generation(
                made, spoken, model, provider, prompt, completion, money(cost)
            )


def write_openrouter(out: Path) -> None:
    """Write the activity of each month and of the day before it, and a page of one."""
    for month in MONTHS:
        days = [*month.days()]
        if month != MONTHS[0]:
            days = [month.start - DAY, *days]
        rows = [_row(generation) for day in days for generation in _of_day(day)]
        name = f"openrouter_activity_{month.period}.csv"
        write_text(out / name, csv_text(HEADER, rows))
    _write_page(out, MONTHS[1].start - DAY)


def _write_page(out: Path, day: datetime) -> None:
    """Write what the API said of a day, the next morning."""
    rows = []
    for model, provider, *_ in _MODELS:
        found = [each for each in _of_day(day) if each.model == model]
        rows.append(
            {
                "date": f"{day:%Y-%m-%d}",
                "model": model,
                "model_permaslug": model,
                "endpoint_id": hex_id(32, "openrouter endpoint", model),
                "provider_name": provider,
                "usage": float(sum(each.cost for each in found)),
                "byok_usage_inference": 0,
                "requests": len(found),
                "prompt_tokens": sum(each.prompt for each in found),
                "completion_tokens": sum(each.completion for each in found),
                "reasoning_tokens": 0,
            }
        )
    name = f"openrouter_activity_{day + DAY:%Y%m%d}T060000Z.json"
    write_json(out / name, {"data": rows})


def _row(generation: Generation) -> tuple[str, ...]:
    # Who asks for long answers runs into the limit of the trial.
    reason = "length" if generation.completion > LIMIT else "stop"
    cells = {
        "generation_id": generation.number,
        "created_at": f"{generation.at:%Y-%m-%d %H:%M:%S}.713",
        "cost_total": plain(generation.cost),
        "tokens_prompt": str(generation.prompt),
        "tokens_completion": str(generation.completion),
        "model_permaslug": generation.model,
        "provider_name": generation.provider,
        "finish_reason_raw": reason,
        "finish_reason_normalized": reason,
        "generation_time_ms": str(generation.completion * 12),
        "time_to_first_token_ms": "412",
        "api_key_name": "marketing-trials",
        "app_name": "lumen-chat",
    }
    zeros = ("cost_web_search", "cost_cache", "cost_file_processing")
    cells |= dict.fromkeys((*zeros, "byok_usage_inference"), "0")
    cells |= dict.fromkeys(("tokens_reasoning", "tokens_cached"), "0")
    cells |= dict.fromkeys(("cancelled", "streamed", "api_key_disabled"), "false")
    return tuple(cells.get(name, "") for name in HEADER)
