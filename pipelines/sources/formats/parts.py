"""Numbered parts: which files are one delivery in pieces, and whether one is missing.

Writers number the files of one export: AWS ``-00001``, BigQuery ``000000000000``, Spark
``part-00000-<id>``, Snowflake ``_0_0_0``, people ``part 1 of 3``. Belongs here: reading
such a number from a name. A date is no number of a part: a day's file is a whole one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePosixPath

from pipelines.landing.source import Candidate, CompleteBy, Drop, ExportError

SUFFIXES = re.compile(
    r"(\.(csv|tsv|txt|gz|gzip|zip|snappy|zstd|zst|parquet|jsonl?|ndjson|avro))+$",
    re.IGNORECASE,
)
_SHAPES = (
    # Spark and Databricks: the id behind the number is the file's own.
    re.compile(r"^(?P<stem>)part-(?P<number>\d{5})-.+$", re.IGNORECASE),
    re.compile(
        # Not 'profile', and no year.
        r"^(?P<stem>.*?)(?<![a-z])(part|chunk|page|file)[-_. ]?"
        r"(?P<number>(?!(19|20)\d\d(?!\d))\d{1,5})"
        r"([-_. ]?of[-_. ]?(?P<total>\d{1,5}))?$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?P<stem>.*?)[-_. ]?(?P<number>\d{1,5})[-_. ]?of[-_. ]?(?P<total>\d{1,5})$",
        re.IGNORECASE,
    ),
    # BigQuery has twelve digits, most others five.
    re.compile(r"^(?P<stem>.*?)[-_.]?(?<!\d)(?P<number>0{3}\d{9}|0\d{3,5})$"),
)
_BIGQUERY_DIGITS = 12
# Snowflake: node, thread and file; which of them there are says nothing.
_UNNUMBERED = re.compile(r"^(?P<stem>.*?)_\d+_\d+_\d+$")
# '2026-09-30', '20260930' or '2026_09' in a name.
_DATE = re.compile(r"(?<!\d)(19|20)\d\d[-_.]?\d\d([-_.]?\d\d)?(?!\d)")
# A run's own time, as pulls and data exports write it into a folder or a name:
# '20261104T050000Z' or '2026-11-04T05:00:00.123Z'.
STAMP = re.compile(
    r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)T(\d\d)[:.-]?(\d\d)[:.-]?(\d\d)(?:[.,]\d+)?Z"
)
_RUN_FOLDER = re.compile(rf"[^/]*{STAMP.pattern}[^/]*/")
_LONG_NUMBER = re.compile(r"\d{4,}")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """What a file's name says of it.

    Attributes:
        whole: what all parts share: folder and name without the number.
        number: of the part; None where the name has none.
        total: how many there are; None where it does not say.
        is_padded: whether the number is of a fixed length, as only writers make it.
        is_from_zero: whether its writer numbers the first part 0.
    """

    whole: str
    number: int | None = None
    total: int | None = None
    is_padded: bool = False
    is_from_zero: bool = False


def part_of(name: str) -> Part:
    """Read the name of a file, with its folders."""
    folder, plain = PurePosixPath(name).parent, PurePosixPath(name).name
    stem = SUFFIXES.sub("", plain)
    if found := _UNNUMBERED.match(stem):
        return Part(f"{folder}/{found['stem']}")
    for shape in _SHAPES:
        if found := shape.match(stem):
            total = found.groupdict().get("total")
            number = found["number"]
            return Part(
                f"{folder}/{found['stem']}",
                int(number),
                int(total) if total else None,
                is_padded=len(number) > len(str(int(number))) + 1,
                # Spark, and the twelve digits of BigQuery.
                is_from_zero=shape is _SHAPES[0] or len(number) == _BIGQUERY_DIGITS,
            )
    return Part(f"{folder}/{stem}")


def refuse_gap(source: str, files: Sequence[Candidate], parts: Iterable[Part]) -> bool:
    """Go on only if no number is missing; return whether the numbers prove that.

    The first part is number 0 or 1. A single file whose number is not padded may be
    anything, such as the file of month 9.

    Raises:
        ExportError: a part is missing, or is there twice, or a file is there packed and
            unpacked.
    """
    parts = list(parts)
    _refuse_packed_twice(source, files)
    numbers = sorted(part.number for part in parts if part.number is not None)
    totals = {part.total for part in parts if part.total}
    if not numbers or len(numbers) < len(files):
        return False
    names = [file.name for file in files]
    if len(set(numbers)) < len(numbers):
        twice = next(n for n in numbers if numbers.count(n) > 1)
        raise ExportError(
            f"{source}: {names[0]}: part {twice} is there twice; expected each part "
            "once: take one away",
            files=names,
        )
    if len(numbers) == 1 and not totals and not any(p.is_padded for p in parts):
        return False
    first = 0 if numbers[0] == 0 or any(p.is_from_zero for p in parts) else 1
    last = max(numbers[-1], *totals) if totals else numbers[-1]
    missing = sorted(set(range(first, last + 1)) - set(numbers))
    if missing:
        here = ", ".join(map(str, numbers))
        raise ExportError(
            f"{source}: {names[0]}: of its parts only {here} "
            f"{'is' if len(numbers) == 1 else 'are'} here, part {missing[0]} is "
            "missing; copy the missing part beside it",
            files=names,
        )
    return len(numbers) > 1 or bool(totals)


@dataclass(frozen=True, slots=True)
class Group:
    """Files that are one delivery: all parts, or a single file.

    Attributes:
        whole: what their names share.
        files: in the order of their numbers.
        complete_by: what proves that no part is missing.
    """

    whole: str
    files: tuple[Candidate, ...]
    complete_by: CompleteBy


def groups(source: str, files: Iterable[Candidate]) -> Iterator[Group]:
    """Put parts together.

    Raises:
        ExportError: a part is missing, or is there twice.
    """
    together: dict[str, list[tuple[Candidate, Part]]] = defaultdict(list)
    for file in files:
        part = part_of(file.name)
        together[part.whole].append((file, part))
    for whole, found in together.items():
        found.sort(key=lambda pair: (pair[1].number or 0, pair[0].name))
        data = tuple(file for file, _ in found)
        is_complete = refuse_gap(source, data, [part for _, part in found])
        yield Group(whole, data, "numbered parts" if is_complete else "")


def _refuse_packed_twice(source: str, files: Sequence[Candidate]) -> None:
    """Refuse 'focus.csv' beside 'focus.csv.gz': the same rows would count twice."""
    seen: dict[str, str] = {}
    for file in files:
        first = seen.setdefault(SUFFIXES.sub("", file.name), file.name)
        if first != file.name:
            raise ExportError(
                f"{source}: {first} and {file.name} are one file in two forms; "
                "together they would count the same rows twice: take one away",
                files=[first, file.name],
            )


def report_of(whole: str) -> str:
    """Give the name of a report: what all its runs share, dates and ids aside.

    A short number is no date: nothing says whether 'focus-2' is a rerun of 'focus-1'.
    """
    for varying in (_RUN_FOLDER, _GUID, _DATE, _LONG_NUMBER):
        whole = varying.sub("#", whole)
    return whole.removeprefix("./")


def days_of(name: str) -> tuple[date, ...]:
    """Read the days in a path, the newest first; a month alone is none."""
    found = set()
    for text in _DATE.finditer(_GUID.sub("#", name)):
        with suppress(ValueError):
            found.add(date.fromisoformat(re.sub(r"[-_.]", "", text[0])))
    return tuple(sorted(found, reverse=True))


def ordered_by_names(drops: Iterable[Drop]) -> Iterator[Drop]:
    """Let the days in the paths of a scope's files order them, before their dates.

    A copy or a download changes the date of a file, not its name. Only where every
    file that has nothing better says a day: names are not compared with dates.
    """
    by_scope: dict[str, list[Drop]] = defaultdict(list)
    for drop in drops:
        by_scope[drop.scope].append(drop)
    for found in by_scope.values():
        named = [(days_of(drop.files[0].name), drop.delivered_at) for drop in found]
        is_by_name = all(days for days, _ in named) and all(
            drop.ordered_by == "file date" for drop in found
        )
        if len({days for days, _ in named}) == 1 or not is_by_name:
            yield from found
            continue
        order = sorted(range(len(found)), key=named.__getitem__)
        for place, number in enumerate(order):
            day = datetime.combine(named[number][0][0], time(), UTC)
            yield replace(
                found[number],
                delivered_at=day + timedelta(seconds=place),
                ordered_by="file name",
            )


def stamp_of(name: str) -> datetime | None:
    """Read the time of a run from a name or its folders; the last one counts."""
    for found in reversed(list(STAMP.finditer(name))):
        year, month, day, hour, minute, second = map(int, found.groups())
        with suppress(ValueError):
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return None
