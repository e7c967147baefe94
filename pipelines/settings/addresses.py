"""Addresses of object stores: what is one, and what could be a secret in one.

Belongs here: the form of an address. Does not belong here: reaching the store
(``landing``).
"""

import re
from itertools import pairwise

# A user, a password or a query could be a credential, which then stood in every record.
# No part is . or .. either, for the address is a path of the mirror too.
ADDRESS = re.compile(
    r"((s3|gs)://\w[\w.-]*|abfss://\w[\w-]*@\w+\.dfs\.core\.windows\.net)"
    r"(/(?!\.\.?(/|$))[^/?#*\[\\\x00-\x1f]+)*/?",
    re.ASCII,
)


def plain_addresses(stores: list[str]) -> list[str]:
    """Give the addresses without a slash at their ends.

    Raises:
        ValueError: one is no address, and is not repeated; or one lies in another.
    """
    for number, store in enumerate(stores, start=1):
        if not ADDRESS.fullmatch(store):
            raise ValueError(
                f"store {number} is no address; expected s3://bucket/prefix, "
                "gs://bucket/prefix or "
                "abfss://container@account.dfs.core.windows.net/prefix, with no user, "
                "password, key or query in it"
            )
    plain = [store.rstrip("/") for store in stores]
    for outer, inner in pairwise(sorted(f"{store}/" for store in plain)):
        if inner.startswith(outer):
            raise ValueError(f"{inner} lies in {outer}; expected each place once")
    return plain
