"""What owners write: CSV lists that a person or a script keeps beside the exports.

No bill knows a budget, an owner or a contract's price. A list is its columns, its key
and its checks, one file each, as an ``OwnerList``; its source, header, table, staging
model, docs page and row count follow from it.
Prepaid credits alone are more: they write charges into the ledger.
"""
