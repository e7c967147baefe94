"""The price book: what a token should cost, by whose word, and since when.

``listed.py`` writes the vendors' dated list prices (genai-prices, offline) of the
models that ledger or telemetry name, ``contract.py`` reads the user's own contract
prices and discounts. Which one counts on a day is dbt's business
(``int_token_prices_daily``).
"""

from pipelines.prices.contract import SOURCE
from pipelines.prices.listed import record_list_prices

__all__ = ["SOURCE", "record_list_prices"]
