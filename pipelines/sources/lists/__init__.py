"""What owners write: CSV lists that a person or a script keeps beside the exports.

No bill knows a budget, an owner or a contract's price. Belongs here: a list as its
columns, its key and its checks, one file each, as an ``OwnerList``; its source, header,
table, staging model, docs page and row count follow from it. Does not belong here: how
a list is read (``formats.owner_list``), and what it does to an amount (dbt). Prepaid
credits alone are more: they write charges into the ledger.
"""
