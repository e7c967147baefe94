"""The driver of Postgres, which is the extra ``postgres``, or what stands for it.

LiteLLM's database is read with it, and published versions are copied with it. Both are
loaded by every build, which needs neither: so what imports the driver imports it from
here. Belongs here: whether the driver is installed. Does not belong here: what is asked
of a database.
"""

from types import SimpleNamespace
from typing import Any

__all__ = ["MISSING", "postgresql"]

# What to say where a connection is asked for; "" where the driver is installed.
MISSING = ""

try:
    import adbc_driver_postgresql.dbapi as postgresql
except ImportError:

    class _NeverError(Exception):
        """What no connection raises, because there is none."""

    _nothing: Any = SimpleNamespace(Connection=object, Error=_NeverError)
    postgresql = _nothing
    MISSING = (
        "the driver of Postgres is not installed; run: pip install 'unitmill[postgres]'"
    )
