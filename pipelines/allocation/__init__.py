"""Whose costs are: the owner's own rules, and the tags that are missing.

``ownership.py`` reads who owns what, ``shared.py`` how shared costs are split, both as
CSVs that a person keeps beside the exports; ``proposals.py`` writes the tags that the
rules and the neighbours of a resource suggest. What a rule does to an amount is dbt's
business (``int_charges_allocated``, ``int_shared_costs_allocated``).
"""

from pipelines.allocation import ownership, shared

SOURCES = (ownership.SOURCE, shared.SOURCE)

__all__ = ["SOURCES"]
