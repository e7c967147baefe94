"""The gate and what lies behind it: the audit of a build, versions, rollback.

What belongs here: deciding whether a build may be seen, and showing it. What does
not: what the checks check (dbt tests, ``quality``).
"""
