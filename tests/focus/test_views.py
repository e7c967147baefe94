"""The ledger in other versions of FOCUS."""

import json
from decimal import Decimal

import duckdb
import pytest

from pipelines.focus import views
from pipelines.focus.schema import ledger_types


@pytest.fixture
def shown():
    """Give a row of the ledger as FOCUS 1.5 shows it."""

    def show(**said):
        columns = ", ".join(
            f'cast(${name} as {kind}) as "{name}"'
            if name in said
            else f'null::{kind} as "{name}"'
            for name, kind in ledger_types().items()
        )
        with duckdb.connect() as db:
            found = db.execute(views.focus_v1_5(f"(select {columns})"), said)
            names = [column[0] for column in found.description]
            [row] = found.fetchall()
        return dict(zip(names, row, strict=True))

    return show


def test_1_5_has_the_columns_of_1_4_and_who_asked(shown):
    row = shown()
    focus = [name for name in ledger_types() if not name.startswith("x_")]

    assert list(row) == sorted(
        [*focus, "CredentialId", "PrincipalId", "RequesterDetails"]
    )
    assert len(row) == 68
    assert set(row.values()) == {None}


def test_properties_of_a_model_have_their_names_of_1_5(shown):
    details = {
        "x_ModelDeveloper": "Solora AI",
        "x_ModelFamily": "Solora Reasoning",
        "x_ModelId": 'a "x_ModelId": b',
        "x_ModelVersion": "3.0",
        "x_TokenDirection": "Input",
        "x_TokenCacheAction": "Read",
        "x_DeploymentScope": "global",
        "InstanceType": "x_ModelId",
    }

    row = shown(SkuPriceDetails=json.dumps(details, separators=(",", ":")))

    # What a vendor says in words of its own keeps its x_, and values stay as they are.
    assert json.loads(row["SkuPriceDetails"]) == {
        "ModelDeveloper": "Solora AI",
        "ModelFamily": "Solora Reasoning",
        "ModelId": 'a "x_ModelId": b',
        "ModelVersion": "3.0",
        "TokenDirection": "Input",
        "TokenCacheAction": "Read",
        "x_DeploymentScope": "global",
        "InstanceType": "x_ModelId",
    }


@pytest.mark.parametrize(
    ("said", "credential", "principal", "key"),
    [
        ("key_abc", "key_abc", None, "Credential"),
        ("arn:aws:iam::1:role/app", None, "arn:aws:iam::1:role/app", "Principal"),
    ],
)
def test_who_asked_is_a_credential_or_a_principal(
    said, credential, principal, key, shown
):
    row = shown(x_CredentialId=said)

    assert (row["CredentialId"], row["PrincipalId"]) == (credential, principal)
    assert json.loads(row["RequesterDetails"]) == [{"key": key, "value": {}}]


@pytest.mark.parametrize("is_ratified", [False, True])
def test_one_switch_publishes_1_5(is_ratified, monkeypatch):
    monkeypatch.setattr(views, "IS_1_5_RATIFIED", is_ratified)

    published = views.published_views()

    assert ("focus_v1_5" in published, "sku_price" in published) == (
        is_ratified,
        is_ratified,
    )


def test_a_draft_is_not_published():
    assert list(views.published_views()) == ["focus_v1_2", "billing_period"]


@pytest.fixture
def prices():
    """Give the SKU prices of a book, of a bill with one SKU in two tiers."""
    with duckdb.connect() as db:
        db.execute(
            """
            create table focus as select
                'V' as ServiceProviderName, 'AI' as ServiceName, 's' as SkuId,
                's-1' as SkuPriceId, 'Input Tokens' as SkuMeter,
                json('{"x_ModelId": "m"}') as SkuPriceDetails,
                unnest([null, 'batch', 'batch']) as x_ProcessingTier;
            create table book (
                service_provider_name varchar, model_id varchar, sku_meter varchar,
                processing_tier varchar, billing_currency varchar,
                contract_id varchar, account_id varchar, unit_price_type varchar,
                unit_price decimal(38, 12), valid_from date, valid_to date
            );
            insert into book values
                ('V', 'm', 'Input Tokens', 'standard', 'USD', null, null, 'List',
                    2.5, '2026-01-01', '2026-03-01'),
                ('V', 'm', 'Input Tokens', 'standard', 'USD', null, null, 'List',
                    3, '2026-03-01', null),
                ('V', 'm', 'Input Tokens', 'batch', 'USD', null, null, 'List',
                    1.25, '2026-01-01', null),
                ('V', 'm', 'Input Tokens', 'standard', 'USD', 'c', 'a-1', 'Contracted',
                    2, '2026-01-01', null),
                ('V', 'other', 'Input Tokens', 'standard', 'USD', null, null, 'List',
                    9, '2026-01-01', null);
            """
        )
        yield db.sql(views.SKU_PRICE.format(ledger="focus", prices="book"))


def test_sku_prices_are_those_of_billed_skus_once_a_period(prices):
    columns = "UnitPriceType, UnitPrice, SkuPriceEffectiveStart::date::varchar"

    assert prices.project(columns).order("all").fetchall() == [
        ("Contracted", 2, "2026-01-01"),
        ("List", Decimal("2.5"), "2026-01-01"),
        ("List", 3, "2026-03-01"),
    ]


def test_a_price_of_a_contract_says_for_which_account(prices):
    rows = prices.project("UnitPriceType, SkuPriceEligibility").distinct().fetchall()
    said = {kind: json.loads(scope) for kind, scope in rows}

    assert said["List"] == {"IsGlobalScope": True}
    assert said["Contracted"] == {
        "IsGlobalScope": False,
        "InclusionOperator": "Or",
        "Inclusions": [
            {"Dimension": name, "Operator": "In", "Values": ["a-1"]}
            for name in ("BillingAccountId", "SubAccountId")
        ],
    }


def test_every_mandatory_column_of_sku_price_is_there(prices):
    assert prices.columns == [
        "ChargeCategory",
        "ContractId",
        "PricingCurrency",
        "PricingCurrencyCategory",
        "PricingServiceName",
        "PricingUnit",
        "ServiceProviderName",
        "SkuId",
        "SkuPriceCreated",
        "SkuPriceDescription",
        "SkuPriceEffectiveEnd",
        "SkuPriceEffectiveStart",
        "SkuPriceEligibility",
        "SkuPriceId",
        "SkuPriceLastUpdated",
        "UnitPrice",
        "UnitPriceType",
    ]
