"""What some exporters of FOCUS are known to say wrongly, and what they mean.

Only what a file itself proves is repaired; the rest stays, and conformance counts it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines.focus.schema import columns
from pipelines.landing.source import quoted

MONTH = {
    "BillingPeriodStart": "date_trunc('month', BillingPeriodStart)",
    "BillingPeriodEnd": "date_trunc('month', BillingPeriodStart) + interval 1 month",
}
COSTS = ("BilledCost", "EffectiveCost", "ContractedCost", "ListCost")


@dataclass(frozen=True, slots=True)
class Flavour:
    """An exporter whose files need repair.

    Attributes:
        recognizes: SQL over a file's first row that is true for its files.
        needs: the columns that ``recognizes`` reads.
        repairs: column -> SQL of its right value over the columns as they are read.
        keeps: new column -> SQL of what a repair would lose.
    """

    recognizes: str
    needs: frozenset[str]
    repairs: Callable[[Mapping[str, object]], dict[str, str]]
    keeps: Mapping[str, str]


def _google(present: Mapping[str, object]) -> dict[str, str]:
    """Repair Google's FOCUS view over its billing export.

    A month is Pacific there and ends with its last day; categories are lower case;
    services have a taxonomy of Google's own; an account is its own sub account.
    """
    made = dict(MONTH)
    for name in ("ChargeCategory", "ChargeClass", "PricingCategory"):
        made[name] = _known_value(name, f'"{name}"')
    made["ServiceCategory"] = _known_value("ServiceCategory", "'Other'")
    if "x_Project" in present:
        made["SubAccountId"] = (
            "coalesce(case when json_valid(x_Project) "
            "then json_extract_string(x_Project, '$.id') end, "
            "nullif(SubAccountId, BillingAccountId))"
        )
    return made


def _litellm(_: Mapping[str, object]) -> dict[str, str]:
    """Repair LiteLLM's FOCUS export: a gateway sends no invoice.

    Its cost is what its price list makes of a request; the vendor bills the same
    requests. Counted as cost they would count twice.
    """
    return dict(MONTH) | dict.fromkeys(COSTS, "cast(0 as decimal(38, 12))")


FLAVOURS = (
    Flavour(
        recognizes="ServiceProviderName = 'Google Cloud'",
        needs=frozenset({"ServiceProviderName", "x_CostType"}),
        repairs=_google,
        keeps={"x_ServiceCategory": "ServiceCategory"},
    ),
    Flavour(
        recognizes="BillingAccountType = 'API Key' and PricingUnit = 'Requests'",
        needs=frozenset({"BillingAccountType", "PricingUnit", "PricingCurrency"}),
        repairs=_litellm,
        keeps={"x_GatewayCost": "BilledCost"},
    ),
)


def repaired(select: str, names: Mapping[str, object], flavour: Flavour | None) -> str:
    """Wrap the rows of a file so that they say what their exporter means."""
    if flavour is None:
        return select
    repairs = {k: v for k, v in flavour.repairs(names).items() if k in names}
    replaced = ", ".join(f'{sql} as "{name}"' for name, sql in repairs.items())
    kept = ", ".join(f'{sql} as "{name}"' for name, sql in flavour.keeps.items())
    return f"select * replace ({replaced}), {kept} from ({select})"


def _known_value(name: str, otherwise: str) -> str:
    """Give a value as FOCUS spells it, whatever its case."""
    (column,) = (column for column in columns() if column.name == name)
    cases = " ".join(
        f"when {quoted(value.lower())} then {quoted(value)}"
        for value in column.allowed_values
    )
    return f'case lower("{name}") {cases} when null then null else {otherwise} end'
