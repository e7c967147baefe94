"""The driver of Postgres, which is the extra ``postgres``, or what stands for it.

LiteLLM's database is read with it, and published versions are copied with it. Both are
loaded by every build, which needs neither: so what uses the driver imports it from
here, and it is loaded at the first use. Belongs here: whether the driver is installed.
Does not belong here: what is asked of a database.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

__all__ = ["MISSING", "postgresql"]

_IS_THERE = find_spec("adbc_driver_postgresql") is not None
# What to say where a connection is asked for; "" where the driver is installed.
MISSING = (
    ""
    if _IS_THERE
    else "the driver of Postgres is not installed; run: "
    "pip install 'unitmill[postgres]'"
)


class _NeverError(Exception):
    """What no connection raises, because there is none."""


class _Driver:
    """The names of the driver's module, which takes longer to load than most calls."""

    # Only annotations name it.
    Connection: Any = object

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - it is a module's
        if name == "Error":
            # The driver's own, from where it takes it: that loads in no time.
            if not _IS_THERE:
                return _NeverError
            return import_module("adbc_driver_manager").Error
        return getattr(import_module("adbc_driver_postgresql.dbapi"), name)


if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as postgresql
else:
    postgresql = _Driver()
