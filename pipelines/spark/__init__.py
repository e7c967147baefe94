"""An existing Spark as engine: the same months and models, on more than one machine.

The converters run inside Spark's tasks as they run here, and models whose rows grow
with the bill run as Spark SQL, translated from what dbt compiled for DuckDB. Belongs
here: all that knows Spark, and how its SQL differs. Does not belong here: which node is
made when (``transform``), how a month is converted (``ledger``).
"""
