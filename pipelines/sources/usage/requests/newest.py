"""One id is one call: of rows that repeat it the newest counts, the others say so.

A window over all rows of a month would hold them all, so the ids that come again are
looked for first; most months have none.
"""

from pipelines.landing.source import Context
from pipelines.sources.formats.made_once import is_made, kept, named


def newest(
    context: Context,
    rows: str,
    key: str = "request_id",
    reason: str = "",
    order: str = "age desc, row_number desc",
) -> str:
    """Add ``left_out`` to calls: one id is one call, and its newest row says it.

    Args:
        context: the conversion; it keeps the calls, where they are few, and which ids
            come again.
        rows: calls with ``age`` (higher is newer) and ``row_number``.
        key: what identifies a call; a row without it is a call of its own.
        reason: SQL of the source's own reason to leave out a row; '' for none.
        order: which row of a call is the newest.
    """
    cell = reason or "cast(null as varchar)"
    judged = f"select *, {cell} as own_reason from ({rows})"
    calls, repeated = named("calls", judged), named("repeated", judged)
    if not is_made(context.db, repeated):
        source = f"from {calls}" if kept(context.db, calls, judged) else judged
        context.db.execute(_repeated(repeated, source, key))
    if is_made(context.db, calls):
        judged = f"from {calls}"
    found = context.db.execute(f"select 1 from {repeated} limit 1").fetchone()
    own = f"select * exclude (own_reason), own_reason as left_out from ({judged})"
    if not found:
        return own
    is_repeated = f"{key} is not null and hash({key}) in (select id from {repeated})"
    return f"""
        {own} where not ({is_repeated})
        union all by name
        select
            * exclude (own_reason),
            coalesce(own_reason, case when row_number() over (
                partition by {key}, own_reason order by {order}
            ) > 1 then 'a newer row has its id' end) as left_out
        from (select * from ({judged}) where {is_repeated})
    """


def _repeated(table: str, calls: str, key: str) -> str:
    """Make the table of the ids that come again.

    Of 100 million ids their hashes still fit into memory. Two ids of one hash only take
    the longer way.
    """
    return f"""
        create temp table {table} as
        select hash({key}) as id
        from ({calls})
        where {key} is not null
        group by all
        having count(*) > 1
    """
