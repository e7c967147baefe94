"""The counters of tokens that a span states, under any of their names.

Belongs here: ``tokens.csv`` says which attribute is which counter, and which is
preferred; what else is counted keeps its own name. Does not belong here: what the
counters include, which ``requests.evidence`` weighs.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from pipelines.landing.source import quoted
from pipelines.sources.formats.package_files import rows_beside

# Numbers under these names count tokens, whatever they are; money is no counter.
COUNTERS = ("gen_ai.usage.", "llm.usage.", "llm.token_count.", "ai.usage.")
# Every attribute of tokens.csv begins so.
NEAR = (*COUNTERS, "llm.cache_", "anthropic.usage.")
NO_COUNTERS = "cost|price|usd"
# What the AI SDK says of its inputs since version 6.
INPUT_DETAILS = "ai.usage.inputTokenDetails."
REPEATED = "repeated"


@cache
def _spelled() -> Mapping[str, tuple[str, int]]:
    """Map each attribute to the counter that it says, and its place among those."""
    rows = rows_beside(__package__, "tokens.csv")
    return {row["attribute"]: (row["counter"], n) for n, row in enumerate(rows)}


def _counters() -> list[str]:
    """Name the counters that a span may state."""
    return sorted({counter for counter, _ in _spelled().values()} - {REPEATED})


def cells(counts: str) -> dict[str, str]:
    """Give the SQL of ``COLUMNS`` as text, from a list that ``counts`` made."""
    of_inputs = f"lambda c: starts_with(c.key, {quoted(INPUT_DETAILS)})"
    has_details = f"len(list_filter({counts}, {of_inputs})) > 0"
    return (
        {f"{name}_tokens": _count(counts, name) for name in _counters()}
        | _unknown_counters(counts)
        | {"has_input_details": f"cast({has_details} as varchar)"}
    )


def counts(attributes: str) -> str:
    """Give the SQL of a span's counters: attribute, counter, place and value.

    A counter is NULL where tokens.csv does not have the attribute.
    """
    known = ", ".join(
        f"{quoted(attribute)}: {{'counter': {quoted(counter)}, 'place': {place}}}"
        for attribute, (counter, place) in _spelled().items()
    )
    places = (
        f"pair.value.{kind}" for kind in ("intValue", "doubleValue", "stringValue")
    )
    value = f"nullif(coalesce({', '.join(places)}), '')"
    read = (
        f"{{'known': (MAP {{{known}}})[pair.key], 'key': pair.key, 'value': {value}, "
        "'is_number': pair.value.stringValue is null}"
    )
    near = f"list_filter({attributes}, lambda pair: {_begins('pair.key', NEAR)})"
    begins = _begins("c.key", COUNTERS)
    return (
        f"list_filter(list_transform({near}, lambda pair: {read}), lambda c: "
        f"c.value is not null and (c.known is not null or {begins}))"
    )


def _begins(cell: str, beginnings: Sequence[str]) -> str:
    found = " or ".join(f"starts_with({cell}, {quoted(text)})" for text in beginnings)
    return f"({found})"


def _count(counts: str, counter: str) -> str:
    """Give the SQL of a counter: of its attributes, the first of tokens.csv."""
    of_it = f"list_filter({counts}, lambda c: c.known.counter = {quoted(counter)})"
    placed = "{'place': c.known.place, 'value': c.value}"
    return f"list_min(list_transform({of_it}, lambda c: {placed})).value"


def _unknown_counters(counts: str) -> dict[str, str]:
    """Give the SQL of the counters that tokens.csv does not have, and of their names.

    They are numbers above zero; a text of such a name is a document, whose numbers are
    counted apart.
    """
    unknown = (
        f"list_filter({counts}, lambda c: c.known is null and c.is_number "
        f"and not regexp_matches(lower(c.key), '{NO_COUNTERS}') "
        "and try_cast(c.value as double) > 0)"
    )
    values = f"list_transform({unknown}, lambda c: cast(c.value as double))"
    names = f"list_sort(list_transform({unknown}, lambda c: c.key))"
    return {
        "other_quantity": f"cast(list_sum({values}) as varchar)",
        "other_unit": f"nullif(array_to_string({names}, ' + '), '')",
    }


# Column -> its type in a log.
COLUMNS: dict[str, str] = {f"{name}_tokens": "count" for name in _counters()} | {
    "other_quantity": "amount",
    "other_unit": "text",
    "has_input_details": "flag",
}
