"""Every source of rows: what a file of it looks like, and how it becomes a table.

Belongs here: recognizing, grouping and decoding files, one folder or file per source,
and the registry of them all. Does not belong here: where files lie and which delivery
counts (``landing``), partitions (``ledger``), and what money means (dbt).

- ``formats``   forms of documents that several sources share
- ``cost``      sources of cost: one folder each, export -> FOCUS rows
- ``usage``     sources of usage: one folder each, export -> usage tables
- ``lists``     what owners write: a list is columns, key and checks
- ``plans``     sources of cost that a user maps in YAML, without Python
- ``registry``  all of these, made once a build
"""
