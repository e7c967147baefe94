"""Great Expectations over the build: suites, their results, and the page of them.

What belongs here: promises about the *data* that hold for every source (types, nulls,
allowed values, ranges). What does not: sums and reconciliations, which are dbt tests
beside the models that make them.
"""
