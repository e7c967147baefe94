"""Storage access: what is stored where, and when it was last read.

No bill says when data was read. An inventory of the store does (S3 Inventory and
Storage Lens, Azure's blob inventory, a script), which its owner writes into these
columns.
"""

from pipelines.sources.formats.csv_cells import TYPES, Check, Type
from pipelines.sources.formats.logs import TYPES as TOOL_TYPES
from pipelines.sources.formats.owner_list import ListColumn, OwnerList

# An inventory may state a time for its day.
_DAY = Type(f"cast({TYPES['time'].read} as date)", TYPES["time"].expected, "DATE")
_AMOUNTS = ("stored_gb", "object_count", "read_count", "read_gb")
STORAGE_ACCESS = OwnerList(
    name="storage_access",
    description="What is stored where, and when it was last read, from an inventory.",
    grain="One row per day of an inventory, resource, prefix and tier.",
    restates="rows",
    month_of="date",
    key=("date", "resource_id", "prefix", "storage_tier"),
    replaced="a newer row has its day, resource, prefix and tier",
    recognized_by=("date", "resource_id", "stored_gb", "last_read_on"),
    formats=("csv", "parquet"),
    columns=(
        ListColumn(
            "date",
            _DAY,
            "The day of the inventory.",
            required=True,
            stored_as="inventory_date",
        ),
        ListColumn(
            "resource_id",
            TYPES["text"],
            "The bucket, disk or store, as the ledger's ResourceId or ResourceName "
            "spells it; of what the bill does not name, its SubAccountId or "
            "ServiceName.",
            required=True,
        ),
        ListColumn(
            "prefix",
            TYPES["text"],
            "The part of it that the row is of; blank for all of it.",
        ),
        ListColumn(
            "dataset_name",
            TYPES["text"],
            "The dataset that lies there; blank where none is named.",
        ),
        ListColumn(
            "storage_tier",
            TYPES["text"],
            "The storage class in the vendor's word; blank for the one that the bill "
            "has.",
        ),
        ListColumn(
            "stored_gb",
            TOOL_TYPES["amount"],
            "What lay there on that day, in GB as the bill counts them.",
            required=True,
        ),
        ListColumn(
            "object_count",
            TOOL_TYPES["count"],
            "Objects; of a vector store, vectors.",
        ),
        ListColumn(
            "read_count",
            TOOL_TYPES["count"],
            "Reads since the month began; of a vector store, queries.",
        ),
        ListColumn(
            "read_gb",
            TOOL_TYPES["amount"],
            "GB that were read since the month began.",
        ),
        ListColumn(
            "last_read_on",
            _DAY,
            "When it was last read, or written where it never was; blank where it is "
            "unknown.",
        ),
        ListColumn(
            "lifecycle_rule",
            TYPES["text"],
            "The rule that moves or deletes it when it ages; blank where none does.",
        ),
    ),
    checks={
        **{name: Check(f"{name} >= 0", "0 or more") for name in _AMOUNTS},
        "last_read_on": Check(
            "last_read_on <= date",
            "no day after that of the inventory",
        ),
    },
)
