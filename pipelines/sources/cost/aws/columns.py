"""What the columns of a Cost and Usage Report are called, in every format.

``columns.csv`` lists the columns that Unitmill reads: the CUR 2.0 name (legacy
Parquet has the same), the header in legacy CSV, the type, and the twin that holds
the amount after negotiated discounts. Belongs here: names. Reading the files
(``reading.py``) and what a column means (``convert.sql``) do not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from pipelines.sources.formats.package_files import rows_beside

# Without these a row has no place, no time or no amount.
CORE = (
    "bill_payer_account_id",
    "bill_billing_period_start_date",
    "bill_billing_period_end_date",
    "line_item_line_item_type",
    "line_item_usage_start_date",
    "line_item_usage_end_date",
    "line_item_product_code",
    "line_item_unblended_cost",
    "line_item_currency_code",
)
# Fewer known columns than this, and a table only happens to share a name.
ENOUGH = 4
# A legacy tag column is named after the tag, with the owner of the tag in front.
TAG_PREFIXES = {
    "resourceTags/user:": "",
    "resourceTags/aws:": "aws:",
    "resource_tags_user_": "",
    "resource_tags_aws_": "aws:",
}
# Almost every bill; the others are looked up, which costs more per row.
COMMON_CURRENCIES = ("USD", "EUR", "CNY", "INR")
CURRENCIES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL
BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF
DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY
TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF
XPF YER ZAR ZMW ZWG
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that Unitmill reads.

    Attributes:
        name: the CUR 2.0 name.
        type: 'text', 'number', 'time' or 'map'.
        net_twin: the column with the same amount after negotiated discounts, or ''.
    """

    name: str
    type: str
    net_twin: str


@cache
def known() -> tuple[Column, ...]:
    """Give the columns that Unitmill reads."""
    return tuple(Column(r["name"], r["type"], r["net_twin"]) for r in _rows())


def present(headers: Iterable[str]) -> dict[str, str]:
    """Map the known columns that a file has to the names that they have in it."""
    names = _names()
    found: dict[str, str] = {}
    for header in headers:
        name = names.get(header.casefold())
        if name:
            found.setdefault(name, header)
    return found


def tag_columns(headers: Iterable[str]) -> dict[str, str]:
    """Map the columns that hold one tag each to the keys of the tags."""
    found: dict[str, str] = {}
    for header in headers:
        for prefix, kept in TAG_PREFIXES.items():
            if header.startswith(prefix) and header != prefix:
                found[header] = kept + header.removeprefix(prefix)
    return found


def looks_like_cur(headers: Iterable[str]) -> bool:
    """Return whether a table's header is that of a Cost and Usage Report."""
    return len(present(headers)) >= ENOUGH


def missing_core(headers: Iterable[str]) -> list[str]:
    """Name the columns that no report can do without and this one lacks."""
    names = tuple(headers)
    found = present(names)
    legacy = {row["name"]: row["header"] for row in _rows()}
    slashes = any("/" in header for header in found.values())
    return [legacy[name] if slashes else name for name in CORE if name not in found]


def services() -> tuple[Mapping[str, str], ...]:
    """Give the services that have a place in the FOCUS categories, by product code."""
    return rows_beside(__package__, "services.csv")


@cache
def _names() -> dict[str, str]:
    names = {row["name"].casefold(): row["name"] for row in _rows()}
    return names | {r["header"].casefold(): r["name"] for r in _rows() if r["header"]}


def _rows() -> tuple[Mapping[str, str], ...]:
    return rows_beside(__package__, "columns.csv")
