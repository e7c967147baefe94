"""The shape of every table of the ledger folder: names, types, meaning and grain.

Belongs here: declarations. Does not belong here: FOCUS (``focus``), and how a source
fills a table (``sources``).
"""
