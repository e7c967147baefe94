"""Great Expectations over the build: suites, their results, and the page of them.

Belongs here: promises about the *data* that hold for every source (types, nulls,
allowed values, ranges). Does not belong here: sums and reconciliations, which are dbt
tests beside the models that make them.
"""
