"""Deliveries: which export files arrived, what they are, and their hash.

What belongs here: mirroring object stores, finding files, sniffing their beginnings,
hashing them, and the record of deliveries. What does not: reading rows (providers,
telemetry, plans) and deciding what a number means (dbt).
"""
