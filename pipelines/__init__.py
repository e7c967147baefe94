"""Unitmill: provider exports to FOCUS, FOCUS to reconciled unit costs.

The rooms in the order in which data meets them, from the last to the first: each may
import only those below it (``[tool.importlinter]`` in pyproject.toml). What belongs in
each, and what does not, stands in its docstring and in docs/architecture.md.

- ``cli``          the commands, and what a terminal shows
- ``definitions``  where Dagster enters
- ``defs``         the Dagster shell: assets, checks, jobs, one run; no logic
- ``alerting``     sends the alerts of the published version
- ``reports``      pages and files that people take away, from a published version
- ``publishing``   the build database, its audit, the gate, versions
- ``quality``      Great Expectations suites and the page of their results
- ``forecasting``  fits series; called by the Python models of dbt
- ``reference``    small tables beside the ledger: rates, prices, what was published
- ``ledger``       the Parquet partitions: written, replaced, read, counted
- ``sources``      every source of rows: its files, and how they become a table
- ``fetching``     asks vendors, and puts their pages into the exports folder
- ``landing``      deliveries: what arrived, whose it is, what counts
- ``schema``       the shape of every usage table
- ``focus``        the FOCUS specification as data: columns, types, rules
- ``settings``     what the user may choose; the only reader of the environment

What money *means* is not here: it is in dbt_project/.
"""

__version__ = "0.1.0"
