"""Unitmill: provider exports to FOCUS, FOCUS to proven unit costs.

The packages in the order in which data meets them; each may import only what
stands below it in this list reversed (kept by import-linter, pyproject.toml).

- ``addresses``    what an address of an object store is
- ``settings``     what the user may choose; the only reader of the environment
- ``focus``        the FOCUS specification as data: columns, types, rules
- ``landing``      deliveries: which export files arrived, in a folder or an object
                   store, what they are, their hash
- ``envelopes``    forms of documents that several sources share
- ``providers``    sources of cost: one folder each, export -> FOCUS rows
- ``telemetry``    sources of usage: one folder each, export -> usage tables
- ``plans``        sources of cost that a user maps in YAML, without Python
- ``invoices``     what finance was asked to pay, from invoices.csv
- ``sources``      the registry of all of these
- ``ledger``       the Parquet partitions: written, replaced and read
- ``currency``     exchange rates into the reporting currency
- ``quality``      Great Expectations suites and the page of their results
- ``publishing``   the gate, versions, rollback
- ``defs``         the Dagster shell around all of it
- ``samples``      the seeded generator of sample_exports and of benchmark data

What money *means* is not here: it is in dbt_project/.
"""

__version__ = "0.1.0"
