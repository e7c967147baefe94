"""Rows that are summed up: which of them stands for all of its group in the counts.

Belongs here: counting what was read against what was written. Does not belong here: the
sums, which each source's ``convert.sql`` makes over the same columns.
"""

from pipelines.landing.source import counted


def tally_of_sums(rows: str, columns: str, row: str) -> str:
    """Count rows that have a ``reason`` to be left out, NULL where they are summed.

    Args:
        rows: a SELECT with ``delivery_id`` and ``reason``.
        columns: by which they are summed, beside their delivery.
        row: what one row of the ledger is, as in 'summed into the row of its day'.
    """
    is_first = (
        "row_number() over (partition by reason is null, delivery_id, "
        f"{columns}) = 1 as is_first"
    )
    return counted(
        f"select *, {is_first} from ({rows})",
        "coalesce(reason, "
        f"case when not is_first then 'summed into the row of its {row}' end)",
    )
