"""A client of Postgres as an analyst has one, and the marts that tests begin with."""

from contextlib import contextmanager

import adbc_driver_postgresql.dbapi as postgresql

VARIABLE = "WAREHOUSE_DATABASE_URL"
SPEND = """
create table spend as
select * from (
    values
    ('search', 1.10::decimal(38, 12)), ('chat', 2.25::decimal(38, 12))
) as t(project_name, effective_cost)
"""


@contextmanager
def client(address, *, autocommit=True):
    """Give a function that asks one statement and gives its rows."""
    with (
        postgresql.connect(address, autocommit=autocommit) as connection,
        connection.cursor() as cursor,
    ):

        def ask(sql):
            cursor.execute(sql)
            return [*cursor.fetchall()] if cursor.description else []

        yield ask
