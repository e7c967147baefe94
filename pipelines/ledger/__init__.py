"""The ledger folder: Parquet partitions, one per table, source and period.

What belongs here: which partitions are stale, writing one atomically, knowing what
one was made of. What does not: where rows come from, what they mean.
"""
