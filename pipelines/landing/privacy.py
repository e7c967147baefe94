"""Take e-mail addresses out of rows before they reach the ledger.

Vendors write who made a resource into tags, names and descriptions. A bill needs to
distinguish persons at most, so by default an address becomes a short hash of itself:
the same person has the same hash in every source. Addresses of machines (Google's
service accounts) are no persons and stay.
"""

from collections.abc import Collection, Mapping
from typing import Literal

PersonalData = Literal["hash", "drop", "keep"]

EMAIL = r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"
MACHINES = ".gserviceaccount.com"
# Unitmill's own columns: made of hashes, numbers and fixed words.
OURS = {"x_DeliveryId", "x_SourceName", "delivery_id", "source_name"}
_WORDS = {
    "hash": "'sha256:' || left(sha256(lower(address)), 12)",
    "drop": "'(e-mail)'",
}


def personal_data_removed(
    select: str, types: Mapping[str, str], closed: Collection[str], choice: PersonalData
) -> str:
    """Wrap a SELECT so that no text of it holds an e-mail address.

    Args:
        select: the SELECT to wrap.
        types: its columns, with their DuckDB types.
        closed: columns whose values are of a closed list.
        choice: what becomes of an address.
    """
    if choice == "keep":
        return select
    texts = [
        name
        for name, kind in types.items()
        if kind in {"VARCHAR", "JSON"} and name not in {*closed, *OURS}
    ]
    replaced = ", ".join(
        f'{_cleaned(name, types[name], _WORDS[choice])} as "{name}"' for name in texts
    )
    return f"select * replace ({replaced}) from ({select})" if texts else select


def _cleaned(name: str, kind: str, word: str) -> str:
    """Replace each address that a text has; nearly no text has an '@' at all."""
    text_column = f'cast("{name}" as varchar)' if kind == "JSON" else f'"{name}"'
    found = (
        f"list_filter(list_distinct(regexp_extract_all({text_column}, '{EMAIL}')), "
        f"lambda address: not ends_with(address, '{MACHINES}'))"
    )
    # Longest first: one address may be the end of another.
    ordered = (
        f"list_transform(list_reverse_sort(list_transform({found}, "
        "lambda a: {'size': length(a), 'address': a})), lambda a: a.address)"
    )
    clean = (
        f"list_reduce({ordered}, lambda text, address: "
        f"replace(text, address, {word}), {text_column})"
    )
    if kind == "JSON":
        clean = f"cast({clean} as json)"
    return f"case when contains({text_column}, '@') then {clean} else \"{name}\" end"
