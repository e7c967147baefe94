"""Sources of usage: one folder each, from a tool's export to the usage tables.

Belongs here: recognizing what a tool exports and converting its rows, by the same
contract as ``sources.cost``. Does not belong here: money; a usage source never adds to
the ledger of charges.
"""
