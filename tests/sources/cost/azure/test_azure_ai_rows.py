"""Tokens and models of Azure OpenAI and AI Foundry on the bill."""

import json
from decimal import Decimal

import pytest

from pipelines.sources.cost.azure_exports.meters import read


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
            "embedding-ada",
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
            "gpt-4o-rt-1217",
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
