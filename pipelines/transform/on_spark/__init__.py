"""Nodes of the dbt project on a Spark, beside those in the build database.

Belongs here: which nodes a Spark takes, what they read there and where their rows lie.
Does not belong here: whether a node is made (``transform.runner``), and what Spark
itself does (``spark``).
"""
