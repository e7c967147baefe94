"""The gate and what follows it: the audit of a build, versions, rollback.

Belongs here: deciding whether a build may be published, and publishing it. Does not
belong here: what the checks check (dbt tests, ``quality``).
"""
