"""Tables that the SQL of both sources joins, as bodies of VALUES lists.

Belongs here: services, regions and GPU sizes, and what ``units`` and ``meters`` read
from the words of one delivery. The facts themselves stand in the CSVs beside it.
"""

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from pipelines.envelopes.azure import meters, units
from pipelines.envelopes.azure.files import values


@cache
def services() -> str:
    """Give resource_type, type_name, service_name, category, subcategory."""
    return values([tuple(row.values()) for row in _rows("services.csv")], 5)


@cache
def regions() -> str:
    """Give said, region_id, region_name; a region may be said in two ways."""
    rows = []
    for row in _rows("regions.csv"):
        named = (row["region_id"], row["region_name"])
        rows += [(said, *named) for said in {row["region_id"], row["also"]} if said]
    return values(sorted(rows), 3)


@cache
def gpus() -> str:
    """Give instance_type in lower case and its GPUs."""
    rows = [(row["instance_type"].lower(), row["gpus"]) for row in _rows("gpus.csv")]
    return values(rows, 2)


def measures(texts: Iterable[str]) -> str:
    """Give measure, block, unit of the units of measure of a delivery."""
    read = ((text, units.read(text)) for text in sorted(set(texts)))
    return values([(text, unit.block, unit.name) for text, unit in read], 3)


def ai_meters(words: Iterable[tuple[str, ...]]) -> str:
    """Give the AI meters among these: what they were called, and what they are.

    Args:
        words: category, sub-category, name and unit of measure of meters.
    """
    rows = []
    for category, subcategory, name, measure in sorted(set(words)):
        block = units.read(measure).block
        meter = meters.read(category, subcategory, name, block)
        if meter is not None:
            tokens = "true" if meter.is_tokens else "false"
            known = (meter.service_name, meter.name, meter.tier, meter.details, tokens)
            rows.append((category, subcategory, name, measure, *known))
    return values(rows, 9)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("pipelines.envelopes.azure").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
