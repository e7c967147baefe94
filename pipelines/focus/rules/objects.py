"""Rules over several columns about things: commitments, resources, SKUs, objects."""

from pipelines.focus.rules.rule import Rule
from pipelines.focus.subcategories import PARENTS

# Columns that describe a thing are null where the thing is: column -> its id.
_DESCRIBED_BY = {
    "AllocatedMethodDetails": "AllocatedMethodId",
    "AllocatedResourceId": "AllocatedMethodId",
    "AllocatedResourceName": "AllocatedResourceId",
    "AllocatedTags": "AllocatedMethodId",
    "CapacityReservationStatus": "CapacityReservationId",
    "CommitmentDiscountCategory": "CommitmentDiscountId",
    "CommitmentDiscountName": "CommitmentDiscountId",
    "CommitmentDiscountQuantity": "CommitmentDiscountId",
    "CommitmentDiscountStatus": "CommitmentDiscountId",
    "CommitmentDiscountType": "CommitmentDiscountId",
    "CommitmentDiscountUnit": "CommitmentDiscountQuantity",
    "RegionName": "RegionId",
    "ResourceName": "ResourceId",
    "ResourceType": "ResourceId",
    "SkuMeter": "SkuId",
    "SkuPriceDetails": "SkuPriceId",
    "SkuPriceId": "SkuId",
    "SubAccountName": "SubAccountId",
    "SubAccountType": "SubAccountId",
}
# Columns that must be there where the thing is: column -> its id, on which rows.
_DEMANDED_BY = {
    "CapacityReservationStatus": ("CapacityReservationId", "ChargeCategory = 'Usage'"),
    "CommitmentDiscountCategory": ("CommitmentDiscountId", "true"),
    "CommitmentDiscountStatus": ("CommitmentDiscountId", "ChargeCategory = 'Usage'"),
    "CommitmentDiscountType": ("CommitmentDiscountId", "true"),
    "CommitmentDiscountUnit": ("CommitmentDiscountQuantity", "true"),
    "SubAccountType": ("SubAccountId", "true"),
}
_SAMPLES = {
    "AllocatedMethodDetails": """'{"Elements": [{"AllocatedRatio": 1}]}'::json""",
    "AllocatedTags": "'{}'::json",
    "CommitmentDiscountQuantity": "1",
    "SkuPriceDetails": "'{}'::json",
    "CapacityReservationStatus": "'Used'",
    "CommitmentDiscountStatus": "'Used'",
    "CommitmentDiscountCategory": "'Spend'",
}


def _described(column: str, identity: str) -> Rule:
    return Rule(
        id=f"{column}-only-with-{identity}",
        column=column,
        section=f"Columns, {column}",
        severity="error",
        text=f"{column} is null where {identity} is.",
        broken=f'"{column}" is not null and "{identity}" is null',
        fault=f'"{column}" = {_SAMPLES.get(column, chr(39) + "x" + chr(39))}, '
        f'"{identity}" = null',
    )


def _demanded(column: str, identity: str, rows: str) -> Rule:
    value = "1" if identity.endswith("Quantity") else "'x'"
    also = ", ChargeCategory = 'Usage'" if "Usage" in rows else ""
    return Rule(
        id=f"{column}-with-{identity}",
        column=column,
        section=f"Columns, {column}",
        severity="error",
        text=f"{column} is known where {identity} is.",
        broken=(
            f'"{column}" is null and "{identity}" is not null and {rows} '
            "and ChargeClass is distinct from 'Correction'"
        ),
        fault=f'"{column}" = null, "{identity}" = {value}{also}',
        when="ChargeClass is distinct from 'Correction'",
        only_if_supplied=True,
    )


def _parents() -> str:
    # One text: comparing a pair, DuckDB takes five times as long.
    pairs = ", ".join(f"'{child}/{parent}'" for child, parent in PARENTS.items())
    return f"ServiceSubcategory || '/' || ServiceCategory not in ({pairs})"


OBJECT_RULES: tuple[Rule, ...] = (
    *(_described(column, identity) for column, identity in _DESCRIBED_BY.items()),
    *(_demanded(column, *demand) for column, demand in _DEMANDED_BY.items()),
    Rule(
        id="ServiceSubcategory-of-its-category",
        column="ServiceSubcategory",
        section="Columns, Service Subcategory",
        severity="error",
        text="ServiceSubcategory belongs to the row's ServiceCategory.",
        broken=_parents(),
        fault="ServiceCategory = 'Compute', ServiceSubcategory = 'Object Storage'",
    ),
    Rule(
        id="ContractApplied-elements",
        column="ContractApplied",
        section="Columns, Contract Applied",
        severity="error",
        text="Each element names a contract, a commitment and how much was applied.",
        broken=(
            "ContractApplied is not null and (coalesce(json_array_length("
            "ContractApplied, '$.Elements'), 0) = 0 or list_contains(list_transform("
            "cast(json_extract(ContractApplied, '$.Elements') as json[]), lambda e: "
            "json_extract_string(e, '$.ContractId') is null or "
            "json_extract_string(e, '$.ContractCommitmentId') is null), true))"
        ),
        fault="""ContractApplied = '{"Elements": [{"ContractId": "a"}]}'::json""",
    ),
    Rule(
        id="AllocatedMethodDetails-elements",
        column="AllocatedMethodDetails",
        section="Columns, Allocated Method Details",
        severity="error",
        text="It lists at least one element of the split.",
        broken=(
            "AllocatedMethodDetails is not null and coalesce(json_array_length("
            "AllocatedMethodDetails, '$.Elements'), 0) = 0"
        ),
        fault="""AllocatedMethodDetails = '{"Elements": []}'::json""",
    ),
    Rule(
        id="Tags-not-empty",
        column="Tags",
        section="Columns, Tags",
        severity="warn",
        text="A row without tags has null, not an empty object.",
        broken="Tags::varchar = '{}'",
        fault="Tags = '{}'::json",
    ),
    Rule(
        id="ResourceType-with-ResourceId",
        column="ResourceType",
        section="Columns, Resource Type",
        severity="warn",
        text="A resource has a type where its source gives types at all.",
        broken="ResourceId is not null and ResourceType is null",
        fault="ResourceId = 'r', ResourceType = null",
        only_if_supplied=True,
    ),
)
