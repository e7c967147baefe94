"""Contract prices: what the owner's contracts say a token costs, and since when.

A row states either ``price_per_1m_tokens`` or ``discount_percent`` of the list price;
``*`` as model, meter or tier means every one. Which price counts on a day is dbt's
business (``int_token_prices_daily``).
"""

from pipelines.focus.schema import MONEY
from pipelines.sources.formats.csv_cells import TYPES, Check
from pipelines.sources.formats.owner_list import (
    FROM,
    TO,
    Derived,
    ListColumn,
    OwnerList,
)

CONTRACT_PRICES = OwnerList(
    name="contract_prices",
    table_name="token_prices",
    description=(
        "What your contracts say a token costs: prices, or discounts off the list, "
        "with their first and last day."
    ),
    grain="One row per price or discount.",
    # 2: with the account that a contract is for.
    version=2,
    key=(
        "model_id",
        "provider_name",
        "sku_meter",
        "processing_tier",
        "billing_currency",
        "account_id",
    ),
    recognized_by=("contract_id", "price_per_1m_tokens"),
    columns=(
        ListColumn(
            "provider_name",
            TYPES["text"],
            "Who sells, spelled as ServiceProviderName in the ledger.",
            required=True,
        ),
        ListColumn(
            "model_id",
            TYPES["text"],
            "The model as the bill names it; `*` for every one.",
            required=True,
        ),
        ListColumn(
            "sku_meter",
            TYPES["text"],
            "Input Tokens, Cache Read Input Tokens, ...; `*` for every one.",
            required=True,
        ),
        ListColumn(
            "processing_tier",
            TYPES["text"],
            "standard, batch, flex, priority, ...; `*` for every one.",
            required=True,
        ),
        FROM,
        TO,
        ListColumn(
            "price_per_1m_tokens",
            TYPES["amount"],
            "The price; blank where the contract states a discount.",
        ),
        ListColumn(
            "discount_percent",
            TYPES["amount"],
            "Percent off the list price; a row has it or a price.",
            stored_as=None,
        ),
        ListColumn(
            "billing_currency",
            TYPES["currency"],
            "ISO 4217 currency of the price, and of the bills that it is for.",
            required=True,
        ),
        ListColumn(
            "contract_id", TYPES["text"], "The contract that states it.", required=True
        ),
        ListColumn(
            "account_id",
            TYPES["text"],
            "The only account that it is for, as the bill names it: a billing account,"
            " or one below it; blank, or no such column, for every one.",
            blank="'*'",
            in_header=False,
        ),
    ),
    derived=(
        Derived(
            "discount_ratio",
            MONEY,
            "discount_percent / 100",
            "The part of the list price that is taken off.",
        ),
    ),
    checks={
        "price_per_1m_tokens": Check(
            "(price_per_1m_tokens is null) <> (discount_percent is null) "
            "and coalesce(price_per_1m_tokens, 0) >= 0",
            "a price of 0 or more, or a discount_percent",
        ),
        "discount_percent": Check(
            "discount_percent between 0 and 100",
            "a percentage from 0 to 100",
        ),
    },
)
