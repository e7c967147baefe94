"""What Lumenloop's contracts say tokens cost: a tenth off Google's list."""

from pathlib import Path

from sample_company.files import csv_text, write_text

HEADER = (
    "provider_name",
    "model_id",
    "sku_meter",
    "processing_tier",
    "valid_from",
    "valid_to",
    "price_per_1m_tokens",
    "discount_percent",
    "billing_currency",
    "contract_id",
)
_GOOGLE = ("Google Cloud", "*", "*", "standard", "2026-08-01", "2027-01-01")
# The list's cache price changed after the contract was signed, so it is written out.
_CACHE = ("Google Cloud", "gemini-2.5-flash", "Cache Read Input Tokens", "standard")
ROWS = (
    (*_GOOGLE, "", "10", "USD", "GC-2026-01"),
    (*_CACHE, "2026-08-01", "2027-01-01", "0.0675", "", "USD", "GC-2026-01"),
)


def write_contracts(folder: Path) -> None:
    """Write the contract prices."""
    write_text(folder / "contract_prices.csv", csv_text(HEADER, ROWS))
