"""What is in a schema of Postgres: its relations, and what depends on them.

Belongs here: questions to the catalog of Postgres. Does not belong here: what follows
from the answers (``views``, ``retiring``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.landing.postgres_driver import postgresql
from pipelines.landing.source import quoted
from pipelines.targets.postgres.session import ask, identifier

# The last column names the schemas whose tables of the same name a view of ours reads.
RELATIONS = r"""
select
    relation.relname::text,
    relation.oid::bigint,
    relation.relkind::text,
    array(
        select attname::text from pg_attribute
        where attrelid = relation.oid and attnum > 0 and not attisdropped
        order by attnum
    ),
    array(
        select format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = relation.oid and attnum > 0 and not attisdropped
        order by attnum
    ),
    array(
        select distinct nspname::text
        from pg_rewrite
        join pg_depend
            on pg_depend.classid = 'pg_rewrite'::regclass
            and pg_depend.objid = pg_rewrite.oid
            and pg_depend.refclassid = 'pg_class'::regclass
        join pg_class as read on read.oid = pg_depend.refobjid
        join pg_namespace on pg_namespace.oid = read.relnamespace
        where
            pg_rewrite.ev_class = relation.oid
            and read.relname = relation.relname
            and read.relkind = 'r'
            and nspname ~ {pattern}
            and pg_has_role(relation.relowner, 'usage')
    )
from pg_class as relation
join pg_namespace as home on home.oid = relation.relnamespace
where home.nspname = {schema} and relation.relkind not in ('i', 'I', 't')
order by relation.relname
"""
COMMENTS = """
select relname::text, coalesce(attname::text, ''), description
from pg_description
join pg_class on pg_class.oid = pg_description.objoid
join pg_namespace on pg_namespace.oid = pg_class.relnamespace
left join pg_attribute
    on pg_attribute.attrelid = pg_class.oid
    and pg_attribute.attnum = pg_description.objsubid
    and pg_description.objsubid > 0
where
    pg_description.classoid = 'pg_class'::regclass
    and relkind in ('r', 'v')
    and nspname = {schema}
"""
# A view depends on others by its rule. What is made of the type of a row depends on it.
DEPENDENTS = """
select distinct
    case
        when pg_rewrite.oid is not null
            then format('%I.%I', nspname, viewing.relname)
        else pg_describe_object(pg_depend.classid, pg_depend.objid, pg_depend.objsubid)
    end
from pg_depend
join pg_class as relation
    on (
        pg_depend.refclassid = 'pg_class'::regclass
        and pg_depend.refobjid = relation.oid
    )
    or (
        pg_depend.refclassid = 'pg_type'::regclass
        and pg_depend.refobjid = relation.reltype
    )
left join pg_rewrite
    on pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.objid = pg_rewrite.oid
left join pg_class as viewing on viewing.oid = pg_rewrite.ev_class
left join pg_namespace on pg_namespace.oid = viewing.relnamespace
where
    pg_depend.deptype = 'n'
    and relation.{of}
    and viewing.oid is distinct from relation.oid
order by 1
"""
PRIVILEGES = """
select
    privilege_type,
    case when grantee = 0 then 'public' else quote_ident(rolname) end
    || case when is_grantable then ' with grant option' else '' end
from pg_class, aclexplode(relacl) as granted
left join pg_roles on pg_roles.oid = granted.grantee
where pg_class.oid = {oid} and grantee <> relowner
"""
READERS = """
select distinct
    format('process %s of %s%s', pid, usename, ', ' || nullif(application_name, ''))
from pg_locks
join pg_stat_activity using (pid)
join pg_class on pg_class.oid = pg_locks.relation
join pg_namespace on pg_namespace.oid = pg_class.relnamespace
where granted and pid <> pg_backend_pid() and relkind = 'v' and nspname = {schema}
order by 1
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, view or whatever has a name in a schema.

    Attributes:
        oid: by which the catalog knows it.
        kind: ``r`` for a table, ``v`` for a view, or another of ``pg_class.relkind``.
        columns: its columns in their order, with their types.
        reads: the schemas of the versions that it is a view of; none where it is
            somebody else's.
    """

    oid: int
    kind: str
    columns: Mapping[str, str]
    reads: frozenset[str]


def version_pattern(schema: str) -> str:
    """Give the pattern of the names of the schemas whose versions one schema shows."""
    return rf"^{schema}_\d{{8}}t\d{{6}}z_[0-9a-f]+$"


def relations(
    connection: postgresql.Connection, schema: str, shown_in: str
) -> dict[str, Relation]:
    """Give what is in a schema, by name.

    Args:
        connection: to the database.
        schema: whose relations.
        shown_in: the schema of the views of versions.
    """
    pattern = quoted(version_pattern(shown_in))
    rows = ask(connection, RELATIONS.format(schema=quoted(schema), pattern=pattern))
    return {
        name: Relation(
            oid, kind, dict(zip(heads, types, strict=True)), frozenset(reads)
        )
        for name, oid, kind, heads, types, reads in rows
    }


def comments(
    connection: postgresql.Connection, schema: str
) -> dict[tuple[str, str], str]:
    """Give the comments of tables and views (column ``""``) and of their columns."""
    rows = ask(connection, COMMENTS.format(schema=quoted(schema)))
    return {(relation, column): text for relation, column, text in rows}


def dependents_of_view(connection: postgresql.Connection, oid: int) -> list[str]:
    """Name what could not be without this view."""
    return _names(connection, DEPENDENTS.format(of=f"oid = {oid}"))


def dependents_of_schema(connection: postgresql.Connection, schema: str) -> list[str]:
    """Name what could not be without a table of this schema."""
    of = f"relnamespace = to_regnamespace({quoted(identifier(schema))})"
    return _names(connection, DEPENDENTS.format(of=of))


def privileges(connection: postgresql.Connection, oid: int) -> list[tuple[str, str]]:
    """Give what was granted of a view: each privilege, and to whom."""
    return [(what, who) for what, who in ask(connection, PRIVILEGES.format(oid=oid))]


def readers(connection: postgresql.Connection, schema: str) -> list[str]:
    """Name the sessions that read a view of the schema just now."""
    return _names(connection, READERS.format(schema=quoted(schema)))


def versions_there(connection: postgresql.Connection, schema: str) -> list[str]:
    """Name the schemas of the versions that this schema shows, oldest first."""
    pattern = quoted(version_pattern(schema))
    return _names(
        connection,
        f"select nspname::text from pg_namespace where nspname ~ {pattern} order by 1",
    )


def _names(connection: postgresql.Connection, sql: str) -> list[str]:
    return [str(name) for (name,) in ask(connection, sql)]
