"""Small tables beside the ledger that a build reads: each is made before dbt runs.

Belongs here: exchange rates, list prices, what earlier versions published and forecast,
and the settings that were used. Does not belong here: what an owner writes
(``sources.lists``), and what any of it does to an amount (dbt).
"""
