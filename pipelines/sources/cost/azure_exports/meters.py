"""Read the names of AI meters: model, direction, cache, scope, tier.

A name is a row of abbreviations, ``gpt 4o 1120 cached Inp glbl Tokens``. What each
word says stands in ``ai_words.csv``; the words that say nothing else name the model,
whose developer stands in ``ai_models.csv``. Neither the deployment nor the full date
of a model's version is on the bill.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.sources.formats.package_files import rows_beside

VERSION = re.compile(r"\d{4}(\d{4})?")
# Tokens are sold by the thousand or more; prices are stated per million.
TOKEN_BLOCKS = range(1_000, 1_000_001)


@dataclass(frozen=True, slots=True)
class Meter:
    """What is known of an AI meter.

    Attributes:
        service_name: what is sold.
        name: what is metered, in the words that all vendors' rows share.
        tier: how the work is processed.
        details: facts of its price, as JSON; '' when there are none.
        is_tokens: whether it counts tokens.
    """

    service_name: str
    name: str
    tier: str
    details: str
    is_tokens: bool


def read(category: str, subcategory: str, name: str, block: int) -> Meter | None:
    """Read a meter; None when it does not belong to a model.

    Args:
        category: the meter's category.
        subcategory: the meter's sub-category.
        name: the meter's name.
        block: how many units a price is for; tokens are sold by the thousand.
    """
    product = _product(f"{subcategory} {category}".lower())
    if product is None:
        return None
    facts, model = _words(name)
    family, developer = _family(model, product["developer"])
    is_tokens = "meter" not in facts and block in TOKEN_BLOCKS
    # A meter of embeddings names no direction: there is only one.
    direction = facts.get("direction", "Input") if is_tokens else facts.get("direction")
    details = {
        "x_DeploymentScope": facts.get("scope"),
        "x_ModelDeveloper": developer,
        "x_ModelFamily": family,
        "x_ModelId": _model_id(model, product["developer"]),
        "x_ModelVersion": next((w for w in model if VERSION.fullmatch(w)), None),
        "x_TokenCacheAction": _cache_action(facts, direction) if is_tokens else None,
        "x_TokenDirection": direction if is_tokens else None,
    }
    known = {key: value for key, value in details.items() if value}
    meter = facts.get("meter", name)
    if is_tokens:
        cached = "Cache Read " if "cache" in facts else ""
        modality = f"{facts['modality']} " if facts.get("modality") else ""
        meter = f"{modality}{cached}{direction} Tokens"
    is_provisioned = meter == "Provisioned Throughput Units"
    return Meter(
        service_name=product["service_name"],
        name=meter,
        tier="provisioned" if is_provisioned else facts.get("tier", "standard"),
        details=json.dumps(known, separators=(",", ":")) if known else "",
        is_tokens=is_tokens,
    )


def _words(name: str) -> tuple[dict[str, str], list[str]]:
    """Split a meter's name into what its words say and the words of the model."""
    facts: dict[str, str] = {}
    model: list[str] = []
    meanings = {row["word"]: row for row in rows_beside(__package__, "ai_words.csv")}
    for word in re.findall(r"[a-z0-9.]+", name.lower()):
        meaning = meanings.get(word)
        if meaning is None:
            model.append(word)
        elif meaning["fact"] != "nothing":
            facts.setdefault(meaning["fact"], meaning["value"])
    return facts, model


def _cache_action(facts: Mapping[str, str], direction: str | None) -> str | None:
    return facts.get("cache", "Uncached") if direction == "Input" else None


def _family(model: list[str], developer: str) -> tuple[str, str]:
    model_name = " ".join(model)
    for row in rows_beside(__package__, "ai_models.csv"):
        if model_name.startswith(row["begins"]):
            return row["family"], row["developer"]
    # '5.5 ShortCo inp' of Azure OpenAI is a GPT.
    is_gpt = developer == "OpenAI" and model_name[:1].isdigit()
    return ("GPT" if is_gpt else ""), developer


def _model_id(model: list[str], developer: str) -> str:
    name = "-".join(model)
    return f"gpt-{name}" if developer == "OpenAI" and name[:1].isdigit() else name


def _product(facts: str) -> Mapping[str, str] | None:
    for row in rows_beside(__package__, "ai_products.csv"):
        if row["words"] in facts:
            return row
    return None
