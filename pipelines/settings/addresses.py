"""Addresses of object stores: what is one, and what could be a secret in one.

Belongs here: the form of an address. Does not belong here: reaching the store
(``landing``).
"""

import re
from collections.abc import Sequence
from itertools import pairwise

# A user, a password or a query could be a credential, which then stood in every record.
# No part is . or .. either, for the address is a path of the mirror too.
ADDRESS = re.compile(
    r"((s3|gs)://\w[\w.-]*|abfss://\w[\w-]*@\w+\.dfs\.core\.windows\.net)"
    r"(/(?!\.\.?(/|$))[^/?#*\[\\\x00-\x1f]+)*/?",
    re.ASCII,
)


FORMS = (
    "s3://bucket/prefix, gs://bucket/prefix or "
    "abfss://container@account.dfs.core.windows.net/prefix, with no user, password, "
    "key or query in it"
)


def plain_address(store: str) -> str:
    """Give an address without a slash at its end; '' is none.

    Raises:
        ValueError: it is no address, and is not repeated.
    """
    if store and not ADDRESS.fullmatch(store):
        raise ValueError(f"this is no address of an object store; expected {FORMS}")
    return store.rstrip("/")


def require_apart(target: str, stores: Sequence[str]) -> None:
    """Refuse to publish to where exports are read: versions would be read as exports.

    Raises:
        ValueError: one place lies in the other.
    """
    for store in stores if target else ():
        inner, outer = f"{target}/", f"{store}/"
        if inner.startswith(outer) or outer.startswith(inner):
            raise ValueError(
                f"publishing.object_store is {target} and landing.stores has {store}; "
                "expected two places, neither in the other, or versions are read as "
                "exports"
            )


def plain_addresses(stores: list[str]) -> list[str]:
    """Give the addresses without a slash at their ends.

    Raises:
        ValueError: one is no address, and is not repeated; or one lies in another.
    """
    for number, store in enumerate(stores, start=1):
        if not ADDRESS.fullmatch(store):
            raise ValueError(f"store {number} is no address; expected {FORMS}")
    plain = [store.rstrip("/") for store in stores]
    for outer, inner in pairwise(sorted(f"{store}/" for store in plain)):
        if inner.startswith(outer):
            raise ValueError(f"{inner} lies in {outer}; expected each place once")
    return plain
