"""Tables that the SQL of both sources joins, as bodies of VALUES lists.

Belongs here: services, regions and GPU sizes, and what ``units`` and ``meters`` read
from the words of one delivery. The facts themselves stand in the CSVs beside it.
"""

from collections.abc import Iterable
from functools import cache

from pipelines.sources.cost.azure_exports import meters, units
from pipelines.sources.cost.azure_exports.files import values
from pipelines.sources.formats.package_files import rows_beside


def arm_type(arm_id: str) -> str:
    """Give the SQL of the type of a resource, by the last provider in its id.

    Where nothing follows the last one, a pattern looks for another, which costs more.

    Args:
        arm_id: a column with ids of Azure's Resource Manager in lower case.
    """
    last = f"split_part({arm_id}, '/providers/', -1)"
    return (
        f"case when contains({arm_id}, '/providers/') then coalesce("
        f"nullif(regexp_extract({last}, '^[^/]+/[^/]+'), ''), "
        f"nullif(regexp_extract({arm_id}, '.*/providers/([^/]+/[^/]+)', 1), '')) end"
    )


@cache
def services() -> str:
    """Give resource_type, type_name, service_name, category, subcategory."""
    return values(
        [tuple(row.values()) for row in rows_beside(__package__, "services.csv")], 5
    )


@cache
def regions() -> str:
    """Give location, region_id, region_name; a region may have two names."""
    rows = []
    for row in rows_beside(__package__, "regions.csv"):
        named = (row["region_id"], row["region_name"])
        rows += [
            (location, *named)
            for location in {row["region_id"], row["also"]}
            if location
        ]
    return values(sorted(rows), 3)


@cache
def gpus() -> str:
    """Give instance_type in lower case and its GPUs."""
    rows = [
        (row["instance_type"].lower(), row["gpus"])
        for row in rows_beside(__package__, "gpus.csv")
    ]
    return values(rows, 2)


def measures(texts: Iterable[str]) -> str:
    """Give measure, block, unit of the units of measure of a delivery."""
    read = ((text, units.read(text)) for text in sorted(set(texts)))
    return values([(text, unit.block, unit.name) for text, unit in read], 3)


def ai_meters(words: Iterable[tuple[str, ...]], period: str) -> str:
    """Give the AI meters among these: what they were called, and what they are.

    Args:
        words: category, sub-category, name and unit of measure of meters.
        period: the month that they are billed in.
    """
    rows = []
    for category, subcategory, name, measure in sorted(set(words)):
        block = units.read(measure).block
        meter = meters.read(category, subcategory, name, block, f"{period}-01")
        if meter is not None:
            tokens = "true" if meter.is_tokens else "false"
            known = (meter.service_name, meter.name, meter.tier, meter.details, tokens)
            rows.append((category, subcategory, name, measure, *known))
    return values(rows, 9)
