"""Sources of cost: one folder each, from the vendor's export to FOCUS rows.

Belongs here: recognizing a vendor's deliveries (``__init__.py`` holds the ``SOURCE``)
and converting their rows (``convert.sql``). Does not belong here: other vendors; a
source knows no other source, and nothing of dbt, Dagster or where the rows go.
"""
