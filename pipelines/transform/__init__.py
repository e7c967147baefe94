"""Transform: the dbt project's models and tests, run where something changed.

dbt reads the project and compiles it; the SQL that it gives is run here, each node once
and again only when its code, or the content of what it reads, is another. Belongs here:
the project of a home, the order of its nodes, making and testing them, what is kept
from one build to the next. Does not belong here: what the SQL says (``dbt_project``),
whether a build may be published (``publishing``), what Dagster is told (``defs``).
"""
