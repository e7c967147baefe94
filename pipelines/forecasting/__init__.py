"""Time-series models, which SQL cannot hold: forecasts and the expected cost of a day.

Belongs here: fitting models to arrays and evaluating them day by day. Does not belong
here: which costs are a series, which model is selected, how accurate it was, what a
month will cost and why a day is an anomaly; those are dbt models around these
functions, because they are sums and comparisons that a person wants to read.
"""
