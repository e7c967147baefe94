"""Conditions that an agent states as columns and values, as SQL with bound values.

Belongs here: that only columns that exist get into SQL, and no value does. Does not
belong here: which columns a table has (``catalog``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.mcp_server.answers import AskError, nearest

Value = str | int | float | bool | None
Where = Mapping[str, Value | list[Value]]


@dataclass(frozen=True, slots=True)
class Conditions:
    """SQL of conditions, each true or false of a row, and the values in it."""

    parts: tuple[str, ...]
    values: Mapping[str, object]

    def sql(self, *others: str) -> str:
        """Write these and other conditions as one."""
        return " and ".join((*others, *self.parts)) or "true"


def conditions(where: Where, kinds: Mapping[str, str], table: str) -> Conditions:
    """Compare each column with its value, or with any of its values.

    Args:
        where: the value of each column; None is unknown, a list is any of them.
        kinds: the types of the table's columns.
        table: its name.

    Raises:
        AskError: the table has no such column.
    """
    parts = []
    values: dict[str, object] = {}
    for column, value in where.items():
        require(column, list(kinds), table)
        alternatives = []
        for one in value if isinstance(value, list) else [value]:
            if one is None:
                alternatives.append(f'"{column}" is null')
                continue
            name = f"where_{len(values)}"
            values[name] = one if isinstance(one, bool) else str(one)
            alternatives.append(f'"{column}" = cast(${name} as {kinds[column]})')
        parts.append(f"({' or '.join(alternatives) or 'false'})")
    return Conditions(tuple(parts), values)


def require(column: str, known: Sequence[str], table: str) -> None:
    """Refuse a column that the table does not have.

    Raises:
        AskError: it has none of that name.
    """
    if column not in known:
        raise AskError(
            f"{table} has no column {column!r}; {nearest(column, list(known))} "
            f"`columns` lists them all"
        )
