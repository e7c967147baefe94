"""Metrics as a value, and the files in which other tools take them.

A metric is defined once, in the yml beside its mart (``meta.metric``), and dbt checks
it row by row. Belongs here: reading these definitions, what a metric is at any grain,
and how MetricFlow, Superset and Apache Ossie write it. Does not belong here: a
definition (the yml of a mart), the sums themselves (dbt), a page for somebody who
decides (``reports``).
"""
