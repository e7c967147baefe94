"""Tokens and models of Azure OpenAI and AI Foundry on the bill."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.sources.cost.azure_exports.meters import named, read


def test_thousands_of_tokens_become_tokens_and_a_price_per_million(azure, converted):
    (charge,) = converted(azure.row(**azure.OPENAI))

    assert (charge.ConsumedQuantity, charge.ConsumedUnit) == (2_500_500, "Tokens")
    assert (charge.PricingQuantity, charge.PricingUnit) == (
        Decimal("2.5005"),
        "1000000 Tokens",
    )
    assert (charge.ContractedUnitPrice, charge.ListUnitPrice) == (Decimal("2.5"), 3)
    assert charge.ContractedCost == charge.BilledCost == Decimal("6.25125")
    assert charge.SkuMeter == "Input Tokens"
    assert (charge.ServiceName, charge.ServiceCategory, charge.ServiceSubcategory) == (
        "Azure OpenAI",
        "AI and Machine Learning",
        "Generative AI",
    )
    assert json.loads(charge.SkuPriceDetails) == {
        "x_DeploymentScope": "global",
        "x_ModelDeveloper": "OpenAI",
        "x_ModelFamily": "GPT",
        "x_ModelId": "gpt-4o-1120",
        "x_ModelVersion": "1120",
        "x_TokenCacheAction": "Uncached",
        "x_TokenDirection": "Input",
    }
    assert charge.x_ProcessingTier == "standard"
    assert charge.x_UsageType == "gpt 4o 1120 Inp glbl Tokens"


def test_a_million_tokens_is_the_same(azure, converted):
    (charge,) = converted(
        azure.row(
            **azure.OPENAI
            | {"UnitOfMeasure": "1M", "Quantity": "2.5005", "UnitPrice": "2.5"}
        )
    )

    assert charge.ConsumedQuantity == 2_500_500
    assert (charge.PricingQuantity, charge.ContractedUnitPrice) == (
        Decimal("2.5005"),
        Decimal("2.5"),
    )


@pytest.mark.parametrize(
    ("subcategory", "name", "meter", "model", "scope"),
    [
        (
            "Azure OpenAI",
            "gpt 4o 1120 cached Inp glbl Tokens",
            "Cache Read Input Tokens",
            "gpt-4o-1120",
            "global",
        ),
        (
            "Azure OpenAI",
            "gpt 4o 1120 Batch Outp glbl Tokens",
            "Output Tokens",
            "gpt-4o-1120",
            "global",
        ),
        (
            "Azure OpenAI",
            "gpt-4o-mini-0718-Inp-regnl",
            "Input Tokens",
            "gpt-4o-mini-0718",
            "regional",
        ),
        (
            "Azure OpenAI Reasoning",
            "o4-mini 0416 Outp DZone Tokens",
            "Output Tokens",
            "o4-mini-0416",
            "data_zone",
        ),
        (
            "Azure OpenAI GPT5",
            "5.5 ShortCo cchd inp Gl 1M Tokens",
            "Cache Read Input Tokens",
            "gpt-5.5",
            "global",
        ),
        (
            "Azure OpenAI",
            "Embedding-Ada-regional Tokens",
            "Input Tokens",
            "text-embedding-ada-002",
            "regional",
        ),
        (
            "Azure Grok Models",
            "Grok 3 Outp Data Zone Tokens",
            "Output Tokens",
            "grok-3",
            "data_zone",
        ),
        (
            "Azure OpenAI",
            "gpt 4o rt aud 1217 Inp glbl Tokens",
            "Audio Input Tokens",
            "gpt-4o-realtime-preview-1217",
            "global",
        ),
    ],
)
def test_the_name_of_a_meter_says_what_it_counts(
    subcategory, name, meter, model, scope
):
    found = read("Cognitive Services", subcategory, name, 1000)

    assert found is not None
    tier = "batch" if "Batch" in name else "standard"
    assert (found.name, found.tier, found.is_tokens) == (meter, tier, True)
    details = json.loads(found.details)
    assert (details["x_ModelId"], details["x_DeploymentScope"]) == (model, scope)


def names():
    """Give Azure OpenAI's public names of SKUs, as its price list had them in 2025.

    What each is stands beside it as a calculator of cloud prices has it by hand.
    """
    path = Path(__file__).with_name("meter_names.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("end", ["", " Tokens", " 1K Tokens"])
def test_every_public_name_of_azure_openai_is_read_whole(end):
    assert len(names()) == 204
    for row in names():
        found = read("Cognitive Services", "Azure OpenAI", row["name"] + end, 1000)

        assert found is not None, row
        said = json.loads(found.details)
        kind = "" if row["modality"] == "Text" else row["modality"] + " "
        cached = "Cache Read " if row["cache_action"] else ""
        assert found.name == f"{kind}{cached}{row['direction']} Tokens", row
        assert (found.tier, found.is_tokens) == (row["tier"], True), row
        assert (
            said["x_ModelId"],
            said["x_TokenDirection"],
            said["x_DeploymentScope"],
            said["x_ModelDeveloper"],
        ) == (row["model_id"], row["direction"], row["scope"], "OpenAI"), row


@pytest.mark.parametrize(
    ("name", "meter", "tier", "model"),
    [
        # All in one word, in any case.
        ("gpt4omini0718batchinpdatazone", "Input Tokens", "batch", "gpt-4o-mini-0718"),
        ("GPT4oMini0718CachedInp glbl", "Cache Read Input Tokens", "standard", None),
        ("gpt 5 mini pp Outp Gl", "Output Tokens", "priority", "gpt-5-mini"),
        ("gpt-5.6 cache wr inp glbl", "Cache Write Input Tokens", "standard", None),
        (
            "Claude Cache Write 1h Inp glbl",
            "Cache Write 1h Input Tokens",
            "standard",
            None,
        ),
        ("gpt-image-1 Img Inp glbl", "Image Input Tokens", "standard", "gpt-image-1"),
        ("gpt-image-1 Txt Inp glbl", "Input Tokens", "standard", "gpt-image-1"),
        ("gpt rt 0828 aud Outp glbl", "Audio Output Tokens", "standard", None),
        ("gpt 4o mini tts aud Outp", "Audio Output Tokens", "standard", None),
        ("gpt-35-turbo16K-Outp-glbl", "Output Tokens", "standard", "gpt-35-turbo-16k"),
        ("Az-Text-Embedding-3-Small", "Input Tokens", "standard", None),
        # Nobody says which way: output is several times as dear as input.
        ("gpt 4o mini Tokens", "Tokens", "standard", "gpt-4o-mini"),
        ("Text-Babbage Unit", "Tokens", "standard", None),
        # No tokens, though they are sold by the thousand.
        ("file-search-tool-calls-glbl", "Tool Calls", "standard", None),
        ("Az-Speech-Text to Speech Characters", "Characters", "standard", "tts"),
        ("Az-GPT35-Turbo-4K-FTuned Training Unit", "Fine-Tuning", "standard", None),
        (
            "Az-GPT35-Turbo-4K-FTuned Deployment Hosting Unit",
            "Fine-Tuned Model Hosting",
            "standard",
            "gpt-35-turbo",
        ),
    ],
)
def test_names_of_other_times_and_makers_are_read_alike(name, meter, tier, model):
    found = read("Cognitive Services", "Azure OpenAI", name, 1000)

    assert found is not None
    said = json.loads(found.details)
    assert (found.name, found.tier) == (meter, tier)
    assert model in {None, said["x_ModelId"]}
    has_direction = meter.endswith(("Input Tokens", "Output Tokens"))
    assert ("x_TokenDirection" in said) is has_direction


@pytest.mark.parametrize(
    ("day", "model"),
    [
        ("2026-09-01", "gpt-4o"),
        ("2026-10-01", "gpt-4o-next"),
        ("2027-01-01", "gpt-4o-next"),
        ("", "gpt-4o-next"),
    ],
)
def test_a_name_means_the_model_that_it_had_on_the_day(day, model):
    names = [
        {"words": "gpt4o", "model_id": "gpt-4o", "valid_from": ""},
        {"words": "gpt4o", "model_id": "gpt-4o-next", "valid_from": "2026-10-01"},
    ]

    assert named("gpt4o", day, names) == model
    assert named("gpt5", day, names) == ""


def test_provisioned_throughput_is_no_tokens(azure, converted):
    (charge,) = converted(
        azure.row(
            **azure.OPENAI
            | {
                "MeterName": "Provisioned Managed Global Unit",
                "UnitOfMeasure": "1 Hour",
                "Quantity": "24",
                "UnitPrice": "1",
                "CostInBillingCurrency": "24",
            }
        )
    )

    assert charge.SkuMeter == "Provisioned Throughput Units"
    assert charge.x_ProcessingTier == "provisioned"
    assert (charge.ConsumedQuantity, charge.ConsumedUnit) == (24, "Hours")


def test_other_services_of_the_same_provider_are_not_models(azure, converted):
    (charge,) = converted(
        azure.row(
            **azure.OPENAI
            | {"MeterSubCategory": "Speech", "MeterName": "S1 Speech To Text"}
        )
    )

    assert charge.SkuMeter == "S1 Speech To Text"
    assert charge.ServiceSubcategory == "AI Platforms"
    assert charge.x_ProcessingTier is None
