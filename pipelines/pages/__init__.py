"""Pages of a published version: charts whose every number opens into its rows.

Belongs here: one YAML a page in ``definitions`` with the questions, the SQL of their
rows, how they are drawn and read; asking a version for them; the folder that a browser
opens without a server; pictures without a browser. Does not belong here: a number that
no mart has, and answering a browser (``serving``).
"""
