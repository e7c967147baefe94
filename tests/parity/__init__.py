"""Every model and test on both engines: DuckDB, and a Spark of two executors.

``make parity`` does all of them, ``make parity MARTS="fct_a fct_b"`` these marts and
all that they are made of. Belongs here: making both and comparing them. Does not belong
here: what either engine does (``pipelines.transform``), and single rules of the
translation (``tests/spark``).
"""
