"""What SQL cannot hold of planning: fitting models to series, and judging day by day.

Belongs here: arrays in, arrays out; what a forecast or an expected day is made of. Does
not: which costs are a series, which model wins, how good it was, what a month will cost
and why a day stood out; those are dbt models around these functions, because they are
sums and comparisons that a person wants to read.
"""
