"""Local logs of coding agents: JSON lines, a file per session.

Prompts and answers lie in these lines. Only the keys that a source names are read; a
line that cannot be read is counted and never shown. Belongs here: opening such files,
their months, and whose they are. Does not belong here: which line of a message counts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Candidate, Delivery, Drop, quoted
from pipelines.sources.formats.csv_cells import TYPES
from pipelines.sources.formats.months import DatedRows, months_of

# A line says no user. Who collects the logs of many puts each into a folder of theirs.
_USER = re.compile(r"(?:^|/)user=([^/]+)/")
_TIME = TYPES["time"].of("timestamp")
# The last folder of a path, which names the project; the path may name a person, and
# so does the last folder where it is somebody's home.
_HOME = r"(?i)((/var)?/home|([a-z]:|/mnt/[a-z]|/[a-z])?[/\\]Users)[/\\][^/\\]+[/\\]*"
PROJECT = (
    rf"case when not regexp_full_match(cwd, '{_HOME}') "
    r"then regexp_extract(cwd, '([^/\\]+)[/\\]*$', 1) end"
)


def drops(
    source: str, keys: Mapping[str, str], candidates: Sequence[Candidate]
) -> Iterator[Drop]:
    """Give a drop per file, of the months of its lines.

    Raises:
        ExportError: a file cannot be read.
    """
    for file in candidates:
        month = f"strftime({_TIME}, '%Y-%m')"
        dated = DatedRows(
            source=source,
            file=file.name,
            rows=f"select * from ({_lines(file, keys)}) where {_TIME} is not null",
            month=month,
            cell="timestamp",
            column="timestamp",
            expected=TYPES["time"].expected,
        )
        yield Drop((file,), months_of(dated, file), "", file.modified)


def lines(deliveries: Sequence[Delivery], keys: Mapping[str, str]) -> str:
    """Give all lines: ``called_at``, the keys, and where each is from.

    Beside them stand ``age``, ``delivery_id``, ``row_number``, ``person`` (NULL where
    no folder says it) and ``first_month``, that of lines without a time.
    """
    return " union all ".join(
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{_person(name)} as person, {quoted(min(delivery.periods, default=''))} "
        f"as first_month, {_TIME} as called_at, * "
        f"from ({_lines(sniffed(path, name), keys)})"
        for age, delivery in enumerate(deliveries)
        for path, name in zip(delivery.files, delivery.names, strict=True)
    )


def _person(name: str) -> str:
    found = _USER.search(name)
    return quoted(found[1]) if found else "cast(null as varchar)"


def _lines(file: Candidate, keys: Mapping[str, str]) -> str:
    """Give the lines of a file; one that is no JSON has no key at all."""
    shape = ", ".join(f"{quoted(key)}: {quoted(kind)}" for key, kind in keys.items())
    return (
        "select row_number() over () as row_number, * "
        f"from read_json({quoted(file.path)}, format = 'newline_delimited', "
        "records = true, auto_detect = false, ignore_errors = true, "
        "hive_partitioning = false, "
        f"compression = '{file.compression or 'none'}', columns = {{{shape}}})"
    )
