"""Sources of cost: one folder each, from the vendor's export to FOCUS rows.

A folder holds ``__init__.py`` with the ``SOURCE``, how its deliveries are told
apart, and ``convert.sql``. A provider knows no other provider, and nothing of
dbt, Dagster or where the rows go.
"""
