"""Targets: a published version, copied to where other tools read.

Belongs here: one package per target (``postgres``): how a version gets there whole, how
readers change to it at once, and how older ones go. Does not belong here: what may be
published (``publishing``), and a number that no mart has.
"""
