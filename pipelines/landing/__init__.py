"""Deliveries: which export files arrived, what they are, and their hash.

Belongs here: mirroring object stores, finding files, sniffing their beginnings, hashing
them, and the record of deliveries. Does not belong here: reading rows (``sources``) and
deciding what a number means (dbt).
"""
