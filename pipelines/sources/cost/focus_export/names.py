"""Which column of FOCUS 1.4 a header means, whatever version or case wrote it."""

from collections.abc import Iterable

from pipelines.focus.schema import ledger_types

# Names before 1.0, and those that 1.3 replaced. Publisher has no successor: it is
# neither the seller nor the host, so it is kept under a name of ours.
RENAMED = {
    "provider": "ServiceProviderName",
    "providername": "ServiceProviderName",
    "publisher": "x_PublisherName",
    "publishername": "x_PublisherName",
    "invoiceissuer": "InvoiceIssuerName",
    "region": "RegionId",
    "usagequantity": "ConsumedQuantity",
    "usageunit": "ConsumedUnit",
}
# What Unitmill itself says of a row is not read from a file.
OURS = {"x_DeliveryId", "x_SourceName", "x_SourceRowNumber", "x_SourceRowPart"}


def focus_names(headers: Iterable[str]) -> dict[str, str]:
    """Map each header to the ledger column that it means; a new name beats an old one.

    Headers that FOCUS does not know keep their name behind ``x_``.
    """
    known = {name.casefold(): name for name in ledger_types() if name not in OURS}
    found: dict[str, str] = {}
    for header in headers:
        plain = normalized(header)
        if plain in known:
            found[header] = known[plain]
    taken = set(found.values())
    for header in headers:
        if header in found:
            continue
        plain = normalized(header)
        name = RENAMED.get(plain, _ours(header.strip()))
        if name not in taken:
            found[header] = name
            taken.add(name)
    return found


def normalized(header: str) -> str:
    """Give a header as all its spellings have it; warehouses write BILLED_COST."""
    plain = header.strip().casefold()
    return plain if plain.startswith("x_") else plain.replace("_", "")


def _ours(header: str) -> str:
    return header if header.startswith("x_") else f"x_{header}"
