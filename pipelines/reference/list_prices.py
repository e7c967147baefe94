"""List prices of the models in use, and of those that could replace them.

They come from the genai-prices package: data of a community that follows the
vendors' price pages; it is read offline and never updated at run time, so a build says
the same tomorrow. Its history begins where the community began to date prices.
"""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.metadata import version

import duckdb
import pyarrow as pa
from genai_prices.data import providers
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    StartDateConstraint,
    TieredPrices,
)

from pipelines.landing.records import write_record
from pipelines.ledger.files import sql_files
from pipelines.settings import DBT_DIR, Settings

SCHEMA = pa.schema(
    [
        ("provider_name", pa.string()),
        ("model_id", pa.string()),
        ("sku_meter", pa.string()),
        ("processing_tier", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("price_per_1m_tokens", pa.decimal128(38, 12)),
        ("billing_currency", pa.string()),
        ("price_source", pa.string()),
    ]
)
SEEDS = DBT_DIR / "seeds"
NAMES = SEEDS / "model_names.csv"
SWAPS = SEEDS / "model_swaps.csv"
EQUIVALENTS = SEEDS / "model_equivalents.csv"
# ServiceProviderName in the ledger -> the package's name of who sells.
SELLERS = {
    "Anthropic": "anthropic",
    "AWS": "aws",
    "Google Cloud": "google",
    "Microsoft": "azure",
    "Mistral AI": "mistral",
    "OpenAI": "openai",
    "OpenRouter": "openrouter",
}
METERS = {
    "Input Tokens": "input_mtok",
    "Cache Read Input Tokens": "cache_read_mtok",
    "Cache Write Input Tokens": "cache_write_mtok",
    "Cache Write 1h Input Tokens": "cache_write_1h_mtok",
    "Audio Input Tokens": "input_audio_mtok",
    "Image Input Tokens": "input_image_mtok",
    "Output Tokens": "output_mtok",
    "Audio Output Tokens": "output_audio_mtok",
    "Image Output Tokens": "output_image_mtok",
}
# The first price of a model has no date of its own.
ALWAYS = date(2000, 1, 1)
IN_USE = """
select distinct ServiceProviderName, SkuPriceDetails ->> '$.x_ModelId'
from read_parquet({focus}, union_by_name = true)
where SkuPriceDetails ->> '$.x_ModelId' is not null
union
select distinct provider_name, model_id
from read_parquet({usage}, union_by_name = true)
where provider_name is not null and model_id is not null
order by all
"""

Period = tuple[date, ModelPrice]


def record_list_prices(settings: Settings) -> pa.Table:
    """Write the list prices of the models in use and of their API equivalents.

    A model that the list does not have is left out; the reconciliation names it.
    """
    in_use = _in_use(settings)
    stand_ins = {*swaps_of(in_use), *equivalents_of(in_use)} - set(in_use)
    rows = [row for pair in (*in_use, *sorted(stand_ins)) for row in _prices(*pair)]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    write_record(settings.reference_file("list_prices"), table)
    return table


def _in_use(settings: Settings) -> list[tuple[str, str]]:
    focus, usage = (
        sql_files(settings.ledger_dir, table) for table in ("focus", "model_usage")
    )
    with duckdb.connect() as db:
        return db.execute(IN_USE.format(focus=focus, usage=usage)).fetchall()


def swaps_of(in_use: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Name the smaller models that could replace those in use."""
    with SWAPS.open(encoding="utf-8", newline="") as file:
        return sorted(
            {
                (row["provider_name"], row["small_model_id"])
                for row in csv.DictReader(file)
                if (row["provider_name"], row["model_id"]) in in_use
            }
        )


def equivalents_of(in_use: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Name the API models that are equivalents of self-hosted ones."""
    with EQUIVALENTS.open(encoding="utf-8", newline="") as file:
        return sorted(
            {
                (row["provider_name"], row["model_id"])
                for row in csv.DictReader(file)
                if ("self-hosted", row["self_hosted_model_id"]) in in_use
            }
        )


def _prices(provider: str, model: str) -> Iterator[dict[str, object]]:
    found = _listed(provider, model)
    if found is None:
        return
    for tier, periods in _tiers(found).items():
        for place, (start, prices) in enumerate(periods):
            end = periods[place + 1][0] if place + 1 < len(periods) else None
            for meter, key in METERS.items():
                price = _base(getattr(prices, key))
                if price is not None:
                    yield {
                        "provider_name": provider,
                        "model_id": model,
                        "sku_meter": meter,
                        "processing_tier": tier,
                        "valid_from": start,
                        "valid_to": end,
                        "price_per_1m_tokens": price,
                        "billing_currency": "USD",
                        "price_source": f"genai-prices {version('genai-prices')}",
                    }


def _listed(provider: str, model: str) -> ModelInfo | None:
    """Find a model in its seller's list, under the name that the list has for it."""
    seller = SELLERS.get(provider, provider.lower())
    for listed in providers:
        if listed.id == seller:
            name = _names().get((provider, model), model)
            return listed.find_model(name, all_providers=providers)
    return None


@cache
def _names() -> dict[tuple[str, str], str]:
    """Map provider and billed model to the list's name, where they differ."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        return {
            (row["provider_name"], row["model_id"]): row["list_model_id"]
            for row in csv.DictReader(file)
            if row["list_model_id"]
        }


def _tiers(model: ModelInfo) -> dict[str, list[Period]]:
    """Give the dated prices of each processing tier."""
    found = {"standard": _dated(model.prices)}
    for variant in model.price_variants or ():
        tier = variant.when.get("processing") or variant.when.get("service_tier")
        if tier and len(variant.when) == 1 and tier not in {"default", "standard"}:
            start = _start(variant.constraint)
            found.setdefault(tier, []).append((start, variant.prices))
    return {tier: sorted(found[tier], key=lambda period: period[0]) for tier in found}


def _dated(prices: ModelPrice | list[ConditionalPrice]) -> list[Period]:
    """Give prices by their first day; those of hours of the day are left to none."""
    if isinstance(prices, ModelPrice):
        return [(ALWAYS, prices)]
    return [
        (_start(price.constraint), price.prices)
        for price in prices
        if price.constraint is None or isinstance(price.constraint, StartDateConstraint)
    ]


def _start(constraint: object) -> date:
    if isinstance(constraint, StartDateConstraint):
        return constraint.start_date
    return ALWAYS


def _base(price: Decimal | TieredPrices | None) -> Decimal | None:
    """Give the price below any context tier: telemetry does not know the tier."""
    return price.base if isinstance(price, TieredPrices) else price
