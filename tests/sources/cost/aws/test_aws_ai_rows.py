"""Tokens, models and machines of AI services on the AWS bill."""

import json
from decimal import Decimal

import pytest

CLAUDE = {
    "bill_billing_entity": "AWS Marketplace",
    "line_item_legal_entity": "Anthropic, PBC",
    "line_item_product_code": "4kq7zt2mwexample",
    "line_item_operation": "Usage",
    "pricing_unit": "Units",
    "product_instance_type": "",
    "product_product_name": "Claude Sonnet 4.5 (Amazon Bedrock Edition)",
}
NOVA = {
    "line_item_product_code": "AmazonBedrock",
    "line_item_operation": "InvokeModelInference",
    "pricing_unit": "1K tokens",
    "product_instance_type": "",
}


def test_marketplace_units_are_millions_of_tokens(cur, converted):
    (charge,) = converted(
        cur.row(
            **CLAUDE,
            line_item_usage_type="USE1-MP:USE1_InputTokenCount-Units",
            line_item_usage_amount="1.5",
            line_item_unblended_rate="3.3",
            pricing_public_on_demand_rate="3.3",
        )
    )

    assert (charge.ConsumedQuantity, charge.ConsumedUnit) == (1_500_000, "Tokens")
    assert (charge.PricingQuantity, charge.PricingUnit) == (
        Decimal("1.5"),
        "1000000 Tokens",
    )
    assert charge.ListUnitPrice == charge.ContractedUnitPrice == Decimal("3.3")
    assert charge.SkuMeter == "Input Tokens"
    assert json.loads(charge.SkuPriceDetails) == {
        "x_ModelDeveloper": "Anthropic",
        "x_ModelFamily": "Claude Sonnet",
        "x_ModelId": "Claude Sonnet 4.5",
        "x_ModelVersion": "4.5",
        "x_TokenDirection": "Input",
        "x_TokenCacheAction": "Uncached",
    }
    assert charge.x_ProcessingTier == "standard"
    assert charge.ServiceProviderName == charge.HostProviderName == "AWS"
    assert charge.ServiceSubcategory == "Generative AI"


def test_thousands_of_tokens_become_tokens_and_a_price_per_million(cur, converted):
    (charge,) = converted(
        cur.row(
            **NOVA,
            line_item_usage_type="USE1-Nova2.0Lite-output-tokens",
            line_item_usage_amount="2500.5",
            line_item_unblended_rate="0.00024",
            pricing_public_on_demand_rate="0.0003",
        )
    )

    assert charge.ConsumedQuantity == 2_500_500
    assert charge.PricingQuantity == Decimal("2.5005")
    assert charge.ContractedUnitPrice == Decimal("0.24")
    assert charge.ListUnitPrice == Decimal("0.3")
    assert charge.SkuMeter == "Output Tokens"
    assert json.loads(charge.SkuPriceDetails) == {
        "x_ModelDeveloper": "Amazon",
        "x_ModelFamily": "Nova Lite",
        "x_ModelId": "Nova2.0Lite",
        "x_ModelVersion": "2.0",
        "x_TokenDirection": "Output",
    }


@pytest.mark.parametrize(
    ("unit", "description", "tokens"),
    [
        ("1K tokens", "price per 1K", 2_000),
        ("1M tokens", "price per 1M", 2_000_000),
        ("Units", "AWS Marketplace software usage|us-east-1|Million Tokens", 2_000_000),
        ("Units", "AWS Marketplace software usage|us-east-1|1K Tokens", 2_000),
        ("Tokens", "price per token", 2),
        ("1K tokens", "$3 per million input tokens", 2_000_000),
    ],
)
def test_the_unit_says_how_many_tokens_one_is(
    cur, converted, unit, description, tokens
):
    (charge,) = converted(
        cur.row(
            **NOVA | {"pricing_unit": unit},
            line_item_usage_type="USE1-NovaLite-input-tokens",
            line_item_line_item_description=description,
        )
    )

    assert charge.ConsumedQuantity == tokens


@pytest.mark.parametrize(
    ("usage_type", "meter", "tier"),
    [
        (
            "MP:USE1_CacheReadInputTokenCount-Units",
            "Cache Read Input Tokens",
            "standard",
        ),
        (
            "MP:USE1_CacheWriteInputTokenCount-Units",
            "Cache Write Input Tokens",
            "standard",
        ),
        (
            "Claude4.5Sonnet-cache-write-1h-input-token-count-cross-region-global",
            "Cache Write 1h Input Tokens",
            "standard",
        ),
        (
            "MP:USE1_CacheWrite1hInputTokenCount-Units",
            "Cache Write 1h Input Tokens",
            "standard",
        ),
        (
            "NovaLite-cache-write-input-token-count",
            "Cache Write Input Tokens",
            "standard",
        ),
        ("MP:USW2_input_tokens_global_standard-Units", "Input Tokens", "standard"),
        ("MP:USW2_output_tokens_flex-Units", "Output Tokens", "flex"),
        ("NovaLite-input-tokens-batch", "Input Tokens", "batch"),
        ("NovaLite-output-tokens-priority", "Output Tokens", "priority"),
        (
            "NovaLite-input-tokens-latency-optimized",
            "Input Tokens",
            "latency_optimized",
        ),
        ("NovaSonic-speech-output-tokens", "Speech Output Tokens", "standard"),
        ("TitanEmbeddingV2-Text-input-tokens", "Input Tokens", "standard"),
        ("NovaPro-Customization-Training", "Fine-Tuning Tokens", "standard"),
        (
            "Claude-ProvisionedThroughput-ModelUnits",
            "Provisioned Model Units",
            "provisioned",
        ),
        ("Claude-reserved-1mo-input-tpm", "Reserved Input Capacity", "reserved"),
        ("Guardrail-ContentPolicyUnits", "Guardrails", "standard"),
        ("NovaCanvas-T2I-1024", "Images", "standard"),
        ("Runtime-vCPU-Hours", "AgentCore", "standard"),
    ],
)
def test_the_usage_type_says_what_is_metered(cur, converted, usage_type, meter, tier):
    (charge,) = converted(cur.row(**NOVA, line_item_usage_type=f"USE1-{usage_type}"))

    assert (charge.SkuMeter, charge.x_ProcessingTier) == (meter, tier)
    assert (charge.ConsumedUnit == "Tokens") == meter.endswith("Tokens")


@pytest.mark.parametrize("kind", ["Tax", "Credit", "EdpDiscount", "Refund"])
def test_only_usage_counts_tokens(cur, converted, kind):
    (charge,) = converted(
        cur.row(kind, **CLAUDE, line_item_usage_type="USE1-MP:USE1_InputTokenCount")
    )

    assert charge.ConsumedQuantity is None
    assert charge.SkuMeter is None
    assert charge.SkuPriceDetails is None


def test_the_caller_of_a_model_is_its_credential(cur, converted):
    role = "arn:aws:iam::42:role/search"
    (charge,) = converted(cur.row(line_item_iam_principal=role))

    assert charge.x_CredentialId == role


@pytest.mark.parametrize(
    ("usage_type", "meter", "category"),
    [
        ("USE1-Train:ml.p4d.24xlarge", "Training", "Standard"),
        ("USE1-TrSpt:ml.p4d.24xlarge", "Managed Spot Training", "Dynamic"),
        ("USE1-Host:ml.p4d.24xlarge", "Endpoint", "Standard"),
        ("USE1-Cluster:ml.p4d.24xlarge", "HyperPod Cluster", "Standard"),
    ],
)
def test_sagemaker_names_its_meter_and_its_machine(
    cur, converted, usage_type, meter, category
):
    (charge,) = converted(
        cur.row(
            line_item_product_code="AmazonSageMaker",
            line_item_usage_type=usage_type,
            product_instance_type="",
            product_gpu="8",
        )
    )

    assert (charge.SkuMeter, charge.PricingCategory) == (meter, category)
    assert json.loads(charge.SkuPriceDetails) == {
        "InstanceType": "ml.p4d.24xlarge",
        "GpuCount": 8,
    }
    assert (charge.ConsumedQuantity, charge.ConsumedUnit) == (2, "Hours")
