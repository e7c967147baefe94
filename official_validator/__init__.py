"""The FinOps Foundation's own FOCUS validator, as a second opinion on the ledger.

- ``views``     writes each source's rows in FOCUS 1.2, for the validator to read
- ``judge``     runs inside the validator's environment: views in, outcomes out
- ``findings``  what it failed, against what was reviewed (``baseline.csv``)

The validator lives in an environment of its own (``make official-validator``); only
``judge`` imports it.
"""
