"""Who somebody is on GitHub, the same in its bill, its usage report and owners' lists.

A login is written as the address that GitHub gives everyone, because addresses are what
becomes a hash wherever persons do. Belongs here: that address. Does not belong here:
what a report says (``sources.cost.github``, ``sources.usage.github_ai``).
"""


def address_of(login: str) -> str:
    """Give the SQL of the address of a login; NULL where there is none."""
    return f"{login} || '@users.noreply.github.com'"
