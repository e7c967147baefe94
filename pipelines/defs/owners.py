"""Who owns the assets.

Belongs here: names of teams, as Dagster shows them. Does not belong here: who owns a
cost (`allocation`).
"""

OWNERS = ["team:finops"]
