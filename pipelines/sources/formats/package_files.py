"""Files that lie beside a source's modules: its SQL and its small tables.

Belongs here: opening them. They are named by the package that they lie in, which a
module knows as ``__package__``.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def text_beside(package: str, name: str) -> str:
    """Read a text file that lies beside the modules of a package."""
    return files(package).joinpath(name).read_text("utf-8")


@cache
def rows_beside(package: str, name: str) -> tuple[Mapping[str, str], ...]:
    """Read a CSV that lies beside the modules of a package."""
    return tuple(csv.DictReader(text_beside(package, name).splitlines()))
