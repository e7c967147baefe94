"""Benchmarks: ratios against a physical limit or a peer, one command each.

Belongs here: making benchmark data and measuring time and memory over it. Does not
belong here: whether a result is correct; that is the tests' business.
"""
