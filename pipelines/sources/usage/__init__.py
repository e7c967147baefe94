"""Sources of usage: the contract of ``providers``, towards the usage tables.

A usage source never adds money to the ledger.
"""
