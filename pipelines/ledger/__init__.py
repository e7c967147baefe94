"""The ledger folder: Parquet partitions, one per table, source and period.

Belongs here: which partitions are stale, writing one atomically, and knowing what it
was made of. Does not belong here: where rows come from, and what they mean.
"""
