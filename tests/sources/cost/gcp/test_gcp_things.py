"""What rows are about: models, machines, labels, places, sellers."""

import csv
import json
from decimal import Decimal
from importlib.resources import files

import pytest

from pipelines.focus.subcategories import PARENTS
from pipelines.settings import PROJECT_DIR

TOKENS = {
    "amount": 2_500_000,
    "unit": "count",
    "amount_in_pricing_units": 2_500_000,
    "pricing_unit": "count",
}
VERTEX = {"id": "C7E2-9256-1C43", "description": "Vertex AI"}


def table(name):
    text = files("pipelines.sources.cost.gcp").joinpath(name).read_text()
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture
def sku(row):
    def make(description, **fields):
        return row(
            service=VERTEX,
            sku={"id": "S-1", "description": description},
            usage=TOKENS,
            **fields,
        )

    return make


@pytest.mark.parametrize(
    ("description", "said"),
    [
        (
            "Gemini 2.5 Flash GA Text Input - Predictions",
            ("gemini-2.5-flash", "Input Tokens", "standard"),
        ),
        (
            "Gemini 2.5 Flash Lite GA Thinking Text Output - Predictions",
            ("gemini-2.5-flash-lite", "Output Tokens", "standard"),
        ),
        (
            "Gemini 2.5 Pro GA Text Input - Batch Predictions",
            ("gemini-2.5-pro", "Input Tokens", "batch"),
        ),
        (
            "Gemini 2.5 Flash GA Text Input Caching - Predictions",
            ("gemini-2.5-flash", "Cache Read Input Tokens", "standard"),
        ),
        (
            "Gemini 2.0 Flash Audio Input - Predictions",
            ("gemini-2.0-flash", "Audio Input Tokens", "standard"),
        ),
        (
            "Claude Sonnet 4.5 Cache Write",
            ("claude-sonnet-4.5", "Cache Write Input Tokens", "standard"),
        ),
        (
            "Claude Sonnet 4.5 Cache Read",
            ("claude-sonnet-4.5", "Cache Read Input Tokens", "standard"),
        ),
        (
            "Claude Sonnet 4.5 Output Tokens",
            ("claude-sonnet-4.5", "Output Tokens", "standard"),
        ),
    ],
)
def test_a_sku_of_tokens_says_model_meter_and_tier(description, said, charged, sku):
    [found] = charged(
        "SkuPriceDetails ->> '$.x_ModelId', SkuMeter, x_ProcessingTier, ConsumedUnit, "
        "ConsumedQuantity, PricingUnit, PricingQuantity, ServiceSubcategory",
        sku(description),
    )

    assert found == (
        *said,
        "Tokens",
        Decimal(2_500_000),
        "1000000 Tokens",
        Decimal("2.5"),
        "Generative AI",
    )


def test_a_row_of_the_same_sku_without_usage_doubles_nothing(charged, sku):
    said = "Gemini 2.5 Flash GA Text Output - Predictions"
    adjusted = sku(said, cost="-2", cost_type="adjustment") | {"usage": None}

    rows = charged("BilledCost, ConsumedUnit", sku(said), adjusted)

    assert rows == [(Decimal(-2), None), (Decimal(10), "Tokens")]


@pytest.mark.parametrize("name", ["services.csv", "units.csv", "gpus.csv"])
def test_a_table_that_is_joined_says_everything_once(name):
    keys = [next(iter(row.values())) for row in table(name)]

    assert len(keys) == len(set(keys))


def test_the_details_of_a_token_have_the_keys_of_every_provider(charged, sku):
    [(details,)] = charged("SkuPriceDetails", sku("Gemini 2.5 Flash GA Text Input"))

    assert json.loads(details) == {
        "x_ModelDeveloper": "Google",
        "x_ModelFamily": "Gemini",
        "x_ModelId": "gemini-2.5-flash",
        "x_TokenCacheAction": "Uncached",
        "x_TokenDirection": "Input",
    }


def test_prices_of_tokens_are_per_million(charged, sku):
    price = {"effective_price": "0.0000003", "list_price": "0.0000004"}

    rows = charged(
        "ContractedUnitPrice, ListUnitPrice",
        sku("Gemini 2.5 Flash Text Input", cost="0.75", cost_at_list="1", price=price),
    )

    assert rows == [(Decimal("0.3"), Decimal("0.4"))]


@pytest.mark.parametrize(
    "description",
    [
        "Gemini 1.5 Pro Text Input - Predictions",
        "PaLM Text Bison Input - Predictions",
        "Codey for Code Chat Bison Characters Output",
    ],
)
def test_characters_are_no_tokens(description, charged, sku):
    rows = charged(
        "ConsumedUnit, PricingUnit, SkuPriceDetails ->> '$.x_TokenDirection'",
        sku(description),
    )

    assert rows == [("Characters", "Characters", None)]


def test_provisioned_throughput_is_no_token(charged, sku):
    rows = charged(
        "SkuMeter, ConsumedUnit, x_ProcessingTier",
        sku("Gemini 2.5 Flash Provisioned Throughput GSU 1 Month"),
    )

    assert rows == [("Provisioned Throughput Units", "Units", "provisioned")]


def test_a_gpu_is_of_a_machine_and_only_its_hours_are_machine_hours(charged, row):
    spec = [{"key": "compute.googleapis.com/machine_spec", "value": "a3-highgpu-8g"}]

    rows = charged(
        "SkuMeter, PricingUnit, SkuPriceDetails ->> '$.InstanceType', "
        "SkuPriceDetails ->> '$.GpuCount', Tags ->> "
        """'$."goog:compute.googleapis.com/machine_spec"'""",
        *(
            row(
                sku={"id": "S", "description": f"{said} running in Iowa"},
                system_labels=spec,
            )
            for said in ("Nvidia H100 80GB GPU", "A3 Instance Core")
        ),
    )

    machine = ("a3-highgpu-8g", "8", "a3-highgpu-8g")
    assert rows == [
        ("A3 Instance Core", "vCPU-Hours", *machine),
        ("Nvidia H100 80GB GPU", "Hours", *machine),
    ]


def test_machines_have_the_gpus_of_the_seed():
    seeds = (PROJECT_DIR / "dbt_project/seeds/instance_types.csv").read_text()
    known = {
        (r["instance_type"], r["gpu_count"])
        for r in csv.DictReader(seeds.splitlines())
        if r["service_provider_name"] == "Google Cloud"
        # Machines without GPUs, and those that take any number of them, are not listed.
        and r["gpu_count"] not in {"", "0"}
    }

    assert {tuple(r.values()) for r in table("gpus.csv")} == known


def test_a_label_wins_over_a_tag_and_a_tag_over_the_projects_label(charged, row):
    def pair(key, value):
        return {"key": key, "value": value}

    project = row()["project"] | {
        "labels": [pair("team", "project"), pair("env", "project"), pair("x", "")]
    }

    [(tags,)] = charged(
        "Tags",
        row(
            labels=[pair("team", "own")],
            tags=[pair("team", "tag") | {"inherited": True}, pair("env", "tag")],
            project=project,
        ),
    )

    assert json.loads(tags) == {"team": "own", "env": "tag", "x": ""}


def test_a_resource_has_id_name_and_type(charged, row):
    name = "//compute.googleapis.com/projects/p/zones/z/instances/42"

    rows = charged(
        "ResourceId, ResourceName, ResourceType, RegionId, AvailabilityZone, "
        "SubAccountId, SubAccountName, SubAccountType",
        row(resource={"name": "vm-1", "global_name": name}),
    )

    place = ("us-central1", "us-central1-a", "p-1", "P One", "Project")
    assert rows == [(name, "vm-1", "compute.googleapis.com/instances", *place)]


def test_a_charge_of_the_account_has_no_project(charged, row):
    rows = charged("SubAccountId, SubAccountType", row(project=None))

    assert rows == [(None, None)]


@pytest.mark.parametrize(
    ("kind", "seller", "provider"),
    [
        ("GOOGLE", "Google", "Google Cloud"),
        ("THIRD_PARTY_RESELLER", "Palegrove Labs", "Palegrove Labs"),
        ("3", "Palegrove Labs", "Palegrove Labs"),
        ("THIRD_PARTY_AGENCY", None, "Google Cloud"),
    ],
)
def test_who_sells_is_the_provider_and_google_is_the_host(
    kind, seller, provider, charged, row
):
    rows = charged(
        "ServiceProviderName, HostProviderName, InvoiceIssuerName",
        row(transaction_type=kind, seller_name=seller),
    )

    assert rows == [(provider, "Google Cloud", "Google Cloud")]


@pytest.mark.parametrize(
    ("unit", "pricing_unit", "expected"),
    [
        ("bytes", "gibibyte", ("Bytes", "GiB")),
        ("byte-seconds", "gibibyte month", ("Byte-Seconds", "GiB-Months")),
        ("count", "count", ("Units", "Units")),
        ("requests", "requests", ("Requests", "Requests")),
    ],
)
def test_units_are_written_as_focus_writes_them(
    unit, pricing_unit, expected, charged, row
):
    usage = row()["usage"] | {"unit": unit, "pricing_unit": pricing_unit}

    assert charged("ConsumedUnit, PricingUnit", row(usage=usage)) == [expected]


def test_a_service_that_is_not_known_is_other(charged, row):
    rows = charged(
        "ServiceCategory, ServiceSubcategory",
        row(service={"id": "x", "description": "Brand New Thing"}),
    )

    assert rows == [("Other", "Other (Other)")]


def test_every_known_service_has_a_place_in_the_categories():
    for service in table("services.csv"):
        assert PARENTS[service["subcategory"]] == service["category"], service
