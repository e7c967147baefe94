"""One DuckDB in memory for all tests of a process: to start one costs more than to ask.

Belongs here: a connection that reads files. A test that makes tables, or whose settings
are part of it, starts a DuckDB of its own.
"""

from functools import cache

import duckdb


@cache
def _started():
    # A file of the same name may be another one at the next look.
    return duckdb.connect(config={"enable_external_file_cache": "false"})


def asked():
    """Give a connection for a few questions; its temporary views end with it."""
    return _started().cursor()
