"""Forgetting a person: out of the ledger now, and where else the hash still stands.

Belongs here: what a home holds of somebody. Does not belong here: keys and the list of
the forgotten (``landing.persons``), how a text loses its persons (``landing.privacy``).
"""

import mmap
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb

from pipelines.landing.deliveries import load
from pipelines.landing.deliveries_table import hidden
from pipelines.landing.persons import (
    PREFIX,
    Persons,
    persons_of,
    remember_to_forget,
    rotate,
    rotated_at,
)
from pipelines.landing.privacy import FORGOTTEN, Privacy, canonical, is_person, prepare
from pipelines.landing.source import ExportError, quoted
from pipelines.ledger.connection import connect
from pipelines.ledger.files import partitions, parts, sql_list
from pipelines.ledger.partitions import recorded_inputs, rewritten, without_key
from pipelines.publishing.lock import held
from pipelines.publishing.publish import remove
from pipelines.publishing.versions import (
    Version,
    current_name,
    damaged_versions,
    versions,
)
from pipelines.settings import Settings

# Searched with SQL, or made anew by every build, or the list itself.
NOT_SEARCHED = {"ledger", "versions", "privacy", "tmp", "build"}
TABULAR = {".parquet", ".duckdb"}
# Of the work folder, which may be one with other things in it.
MADE_ON_SPARK = ("made", "handed")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of a person.

    Attributes:
        rewritten: partitions of the ledger that held the hash, and no longer do.
        deleted: names of versions that were removed.
        versions: names of older versions that still hold it, or may.
        current: whether the current version holds it, or may.
        files: other files of the home that hold it.
        exports: names of export files that tell the person.
        unsearched: partitions of the ledger with hashes by an older key.
    """

    rewritten: tuple[Path, ...]
    deleted: tuple[str, ...]
    versions: tuple[str, ...]
    current: bool
    files: tuple[Path, ...]
    exports: tuple[str, ...]
    unsearched: tuple[Path, ...]


def forget(settings: Settings, address: str, *, delete_versions: bool) -> Forgotten:
    """Remove a person from the ledger, and from every later conversion.

    Args:
        settings: whose home.
        address: the e-mail address, as the exports have it.
        delete_versions: whether older versions that hold the hash are removed.

    Raises:
        ExportError: it is no address.
        BusyError: another process works in the home.
    """
    if not is_person(address.strip()):
        raise ExportError(
            f"{address!r} is no address; expected one like alice@corp.example, or "
            r"CORP\alice as a directory has it"
        )
    plain = canonical(address.strip())
    with held(settings, "unitmill forget"):
        persons = persons_of(settings)
        remember_to_forget(settings, persons.entry(plain))
        words = _words(persons, plain)
        changed = tuple(_rewritten_partitions(settings, words))
        # Rows that a Spark made; its next build makes them again.
        for folder in MADE_ON_SPARK:
            shutil.rmtree(settings.work_dir / folder, ignore_errors=True)
        damaged = damaged_versions(settings)
        whole = [v for v in versions(settings) if v.name not in damaged]
        holding = [v for v in whole if _may_hold(settings, v, words)]
        shown = current_name(settings)
        old = [v for v in holding if v.name != shown]
        for version in old if delete_versions else ():
            remove(version.folder)
        private = hidden(settings.deliveries_file)
        return Forgotten(
            rewritten=changed,
            deleted=tuple(v.name for v in old) if delete_versions else (),
            # A damaged one cannot be searched, and is left to its owner.
            versions=(
                *(() if delete_versions else (v.name for v in old)),
                *damaged,
            ),
            current=len(old) < len(holding) or shown in damaged,
            files=tuple(_files_with(settings.home_dir, words)),
            exports=tuple(name for name, told in private.items() if words[0] in told),
            unsearched=tuple(_by_older_keys(settings, persons)),
        )


def change_key(settings: Settings) -> tuple[int, list[Path]]:
    """Make a new key of the home.

    A month whose exports left the folder is not converted again: it keeps hashes by
    the old key.

    Returns:
        How many partitions have hashes, and those of them that keep them.

    Raises:
        ExportError: the key comes from the environment.
        BusyError: another process works in the home.
    """
    with held(settings, "unitmill rotate-key"):
        found = [p for p in partitions(settings.ledger_dir) if _holds(p, (PREFIX,))]
        rotate(settings)
        landing = load(settings)
        here = {(d.source, p) for d in landing.deliveries for p in d.periods}
        kept = [path for path in found if (path.parent.name, path.name) not in here]
        return len(found) - len(kept), kept


def _by_older_keys(settings: Settings, persons: Persons) -> Iterator[Path]:
    """Give partitions whose hashes this key does not find: a build converts them again.

    One whose exports left keeps them, and may hold anybody.
    """
    for path in partitions(settings.ledger_dir):
        _, key = without_key(recorded_inputs(path) or "")
        if key not in {"", persons.key_id} and _holds(path, (PREFIX,)):
            yield path


def _words(persons: Persons, plain: str) -> tuple[str, ...]:
    """Give what may stand for somebody: the hash, an older release's, the address."""
    older = sha256(plain.encode()).hexdigest()[:12]
    return persons.word(plain), f"sha256:{older}", plain


def _rewritten_partitions(settings: Settings, words: Sequence[str]) -> Iterator[Path]:
    """Write each partition that holds the person again, without."""
    privacy = Privacy.of(settings)
    with connect(settings) as db:
        prepare(db, privacy)
        for path in partitions(settings.ledger_dir):
            if _holds(path, words):
                rewritten(db, path, lambda text: _replaced(text, words))
                yield path


def _replaced(text: str, words: Sequence[str]) -> str:
    """Give the SQL of a text in which the word stands for the person."""
    for word in words[:2]:
        text = f"replace({text}, {quoted(word)}, {quoted(FORGOTTEN)})"
    # An address that was kept is written in any case.
    return f"um_text({text})"


def _holds(place: Path, words: Sequence[str]) -> bool:
    """Return whether a text of a partition has one of the words."""
    files = sql_list(parts(place))
    with duckdb.connect() as db:
        return _in_table(db, f"read_parquet({files}, union_by_name = true)", words)


def _in_table(db: duckdb.DuckDBPyConnection, table: str, words: Sequence[str]) -> bool:
    columns = db.execute(f"describe select * from {table}").fetchall()
    texts = [name for name, kind, *_ in columns if "VARCHAR" in kind or kind == "JSON"]
    if not texts:
        return False
    found = " or ".join(
        f'contains(lower(cast("{name}" as varchar)), {quoted(word)})'
        for name in texts
        for word in words
    )
    return (
        db.execute(f"select 1 from {table} where {found} limit 1").fetchone()
        is not None
    )


def _may_hold(settings: Settings, version: Version, words: Sequence[str]) -> bool:
    """Return whether a version holds somebody, or was made by an older key."""
    changed, made = rotated_at(settings), str(version.manifest.get("published_at", ""))
    if changed and made < changed:
        return True
    try:
        with duckdb.connect(str(version.database), read_only=True) as db:
            tables = db.execute(
                "select table_name from duckdb_tables() where not internal"
            ).fetchall()
            if any(_in_table(db, f'"{name}"', words) for (name,) in tables):
                return True
    except duckdb.Error:  # cut off, so that nobody can say what it holds
        return True
    return any(_files_with(version.folder, words))


def _files_with(folder: Path, words: Sequence[str]) -> Iterator[Path]:
    """Give files below a folder that have a word in them as it is written."""
    wanted = [word.encode() for word in words]
    for place, folders, names in os.walk(folder):
        if Path(place) == folder:
            folders[:] = [f for f in folders if f not in NOT_SEARCHED]
        for path in (Path(place, name) for name in sorted(names)):
            if path.suffix in TABULAR or not path.is_file() or not path.stat().st_size:
                continue
            with (
                path.open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
            ):
                if any(content.find(word) >= 0 for word in wanted):
                    yield path
