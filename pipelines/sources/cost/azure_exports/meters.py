"""Read the names of AI meters: model, direction, modality, cache, scope, tier.

A name is a row of abbreviations, ``gpt 4o 1120 cached Inp glbl Tokens``, some of them
glued together, ``mini0718 BatchOutp``. What each word says stands in ``ai_words.csv``;
the words that say nothing else name the model, whose id stands in ``ai_names.csv`` and
whose developer in ``ai_models.csv``. Neither the deployment nor the full date of a
model's version is on the bill.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pipelines.sources.formats.package_files import rows_beside

VERSION = re.compile(r"\d{4}(\d{4})?")
# The version of a model sticks to its name or to a word: mini0718, aud1217.
GLUED_VERSION = re.compile(r"(?<=[a-z])(?=\d{4}(?:\d{4})?$)")
# So does the length of its context: turbo4K, turbo16K.
GLUED_CONTEXT = re.compile(r"(?<=[a-z])(?=\d+k$)")
# Tokens are sold by the thousand or more; prices are stated per million.
TOKEN_BLOCKS = range(1_000, 1_000_001)
# Models of audio whose names say so without the word.
HEARD = {"realtime", "tts", "transcribe", "whisper"}
# What has one direction only.
EMBEDDING = re.compile("embed|^ada")


@dataclass(frozen=True, slots=True)
class Meter:
    """What is known of an AI meter.

    Attributes:
        service_name: what is sold.
        name: what is metered, in the words that all vendors' rows share; `Tokens` where
            nobody says whether they were sent or answered.
        tier: how the work is processed.
        details: facts of its price, as JSON; '' when there are none.
        is_tokens: whether it counts tokens.
    """

    service_name: str
    name: str
    tier: str
    details: str
    is_tokens: bool


def read(
    category: str, subcategory: str, name: str, block: int, day: str = ""
) -> Meter | None:
    """Read a meter; None when it does not belong to a model.

    Args:
        category: the meter's category.
        subcategory: the meter's sub-category.
        name: the meter's name.
        block: how many units a price is for; tokens are sold by the thousand.
        day: the first day that is billed, '2026-08-01'; a name may mean another model
            later. '' is the newest meaning.
    """
    product = _product(f"{subcategory} {category}".lower())
    if product is None:
        return None
    facts, model = _words(name)
    family, developer = _family(model, product["developer"])
    is_tokens = "meter" not in facts and block in TOKEN_BLOCKS
    direction = _direction(facts, model)
    is_input = is_tokens and direction == "Input"
    details = {
        "x_DeploymentScope": facts.get("scope"),
        "x_ModelDeveloper": developer,
        "x_ModelFamily": family,
        "x_ModelId": _model_id(model, product["developer"], day),
        "x_ModelVersion": next((w for w in model if VERSION.fullmatch(w)), None),
        "x_TokenCacheAction": _cache_action(facts) if is_input else None,
        "x_TokenDirection": direction if is_tokens else None,
    }
    known = {key: value for key, value in details.items() if value}
    meter = _tokens(facts, direction) if is_tokens else facts.get("meter", name)
    is_provisioned = meter == "Provisioned Throughput Units"
    return Meter(
        service_name=product["service_name"],
        name=meter,
        tier="provisioned" if is_provisioned else facts.get("tier", "standard"),
        details=json.dumps(known, separators=(",", ":")) if known else "",
        is_tokens=is_tokens,
    )


def _direction(facts: Mapping[str, str], model: list[str]) -> str | None:
    """Give which way tokens went; None where the name does not say it."""
    if "direction" in facts:
        return facts["direction"]
    is_input = facts.keys() & {"cache", "write"} or EMBEDDING.search("".join(model))
    return "Input" if is_input else None


def _tokens(facts: Mapping[str, str], direction: str | None) -> str:
    words = [facts["modality"]] if facts.get("modality") in {"Audio", "Image"} else []
    if direction == "Input" and facts.keys() & {"cache", "write"}:
        words += ["Cache", _cache_action(facts), *facts.get("duration", "").split()]
    return " ".join([*words, *filter(None, [direction]), "Tokens"])


def _words(name: str) -> tuple[dict[str, str], list[str]]:
    """Split a meter's name into what its words say and the words of the model."""
    facts: dict[str, str] = {}
    model: list[str] = []
    for word in _split(name.lower()):
        meaning = _meanings().get(word)
        if meaning is None:
            model.append(word)
        elif meaning["fact"] == "model":
            model.append(meaning["value"])
        elif meaning["fact"] == "modality":
            _note_modality(facts, meaning["value"])
        elif meaning["fact"] != "nothing":
            facts.setdefault(meaning["fact"], meaning["value"])
    is_audio = facts.pop("audio model", "") and not HEARD & set(model)
    if is_audio and "".join(model).startswith("gpt"):
        model.append("audio")
    return facts, model


def _note_modality(facts: dict[str, str], modality: str) -> None:
    """Note what kind of tokens; an audio model's text is text: `aud-1217-txt`."""
    if modality == "Audio":
        facts["audio model"] = "yes"
    if facts.get("modality") != "Text":
        facts["modality"] = modality


def _split(name: str) -> Iterator[str]:
    """Give the words of a name, those that are glued together apart."""
    for glued in re.findall(r"[a-z0-9.]+", name):
        yield from _unglued(glued)


def _unglued(word: str) -> list[str]:
    """Take known words off the end of a word, the longest first."""
    if word in _meanings():
        return [word]
    for end in _endings():
        rest = word.removesuffix(end)
        if rest and rest != word:
            return [*_unglued(rest), end]
    apart = [
        part
        for piece in GLUED_VERSION.split(word)
        for part in GLUED_CONTEXT.split(piece)
    ]
    return [known for part in apart for known in _unglued(part)] if apart[1:] else apart


@cache
def _meanings() -> Mapping[str, Mapping[str, str]]:
    return {row["word"]: row for row in rows_beside(__package__, "ai_words.csv")}


@cache
def _endings() -> list[str]:
    """Give the words that stick to others, the longest first."""
    glued = [word for word, row in _meanings().items() if row["glued"]]
    return sorted(glued, key=len, reverse=True)


def _cache_action(facts: Mapping[str, str]) -> str:
    return facts.get("write") or facts.get("cache", "Uncached")


def _family(model: list[str], developer: str) -> tuple[str, str]:
    model_name = " ".join(model)
    for row in rows_beside(__package__, "ai_models.csv"):
        if model_name.startswith(row["begins"]):
            return row["family"], row["developer"]
    # '5.5 ShortCo inp' of Azure OpenAI is a GPT.
    is_gpt = developer == "OpenAI" and model_name[:1].isdigit()
    return ("GPT" if is_gpt else ""), developer


def _model_id(model: list[str], developer: str, day: str) -> str:
    """Give a model's id with the version that the bill names, or its words."""
    version = [word for word in model if VERSION.fullmatch(word)]
    words = "".join(word for word in model if word not in version)
    known = named(words, day, rows_beside(__package__, "ai_names.csv"))
    if known:
        return "-".join([known, *version])
    name = "-".join(model)
    return f"gpt-{name}" if developer == "OpenAI" and name[:1].isdigit() else name


def named(words: str, day: str, names: Iterable[Mapping[str, str]]) -> str:
    """Give the id that a model's words had on a day; '' where no name has them.

    Args:
        words: the words of a model without its version, as one: 'gpt4omini'.
        day: such as '2026-08-01'; '' is the newest meaning.
        names: rows of ``ai_names.csv``: words, model_id, and since when.
    """
    known = [row for row in names if row["words"] == words]
    dated = [row for row in known if not day or row["valid_from"] <= day]
    newest = max(dated, key=lambda row: row["valid_from"], default=None)
    return newest["model_id"] if newest else ""


def _product(facts: str) -> Mapping[str, str] | None:
    for row in rows_beside(__package__, "ai_products.csv"):
        if row["words"] in facts:
            return row
    return None
