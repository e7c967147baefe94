"""What owners write: CSV lists that a person or a script keeps beside the exports.

No bill knows a budget, an owner or a contract's price. A list is its columns, its key
and its checks, one file each; how its cells are read stands in ``formats``.
"""
