"""Take persons out of rows and names of files before they reach the ledger.

Vendors write who made a resource into tags, names and descriptions. A bill needs to
distinguish persons at most, so by default an e-mail address becomes a hash by the key
of the home: the same person has the same one in every source. Addresses of machines
(Google's service accounts) are no persons and stay.

Belongs here: what an address looks like, in SQL for rows and in Python for names.
Does not belong here: keys, and who is to be forgotten (``persons``).
"""

import contextlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Literal
from urllib.parse import unquote

import duckdb

from pipelines.landing.persons import DIGITS, PREFIX, Persons, persons_of
from pipelines.landing.source import quoted
from pipelines.settings import Settings

PersonalData = Literal["hash", "drop", "keep"]

BLOCK = 64

# The sign that full-width keyboards type, and the apostrophe that word processors do.
WIDE_AT, APOSTROPHE = "\uff20", "\u2019"
AT = f"(?:@|{WIDE_AT}|%40)"
MACROS = Path(__file__).with_suffix(".sql")
MACHINES = ".gserviceaccount.com"
FORGOTTEN = "(forgotten)"
DROPPED = "(e-mail)"
# What follows an address that is the name of a file.
SUFFIX = re.compile(
    r"(?i)(\.(csv|tsv|txt|json|jsonl|ndjson|parquet|avro|xlsx?|zip|gz|bz2|zst|db))+$"
)
# Unitmill's own columns: made of hashes, numbers and fixed words.
OURS = {"x_DeliveryId", "x_SourceName", "delivery_id", "source_name"}
# A column whose values are persons, and one whose values are tags.
PERSON_COLUMN = re.compile(
    r"(?i)(^|_)(user|owner|author|creator|created_?by|actor|contact|requester|e?mail)"
    r"(_?(id|name|e?mail|address))?$"
)
TAG_COLUMN = re.compile(r"(?i)(tags|labels)$")


_IN_RE2 = re.compile(r"\\x\{([0-9a-f]+)\}")
# ASCII's letters and digits, and the blocks of letters of other scripts; by ranges,
# because a pattern is made for each column, and classes of Unicode take long to make.
_WORD = (
    r"A-Za-z0-9\x{c0}-\x{1fff}\x{2c00}-\x{2fef}\x{3040}-\x{d7ff}\x{f900}-\x{fdff}"
    r"\x{10000}-\x{10ffff}"
)
_LETTER = _WORD.replace("0-9", "")
_CAPITAL = _LETTER.replace("a-z", "")
_LOCAL = rf"[{_WORD}._%+\-]+(?:['{APOSTROPHE}][{_WORD}._%+\-]+)*"
_END = rf"(?:[xX][nN]--[A-Za-z0-9\-]+|[{_LETTER}]{{2,}})"
ADDRESS = rf"{_LOCAL}{AT}[{_WORD}%\-]+(?:\.[{_WORD}%\-]+)*\.{_END}"
# Alice Ng <a@b.cd>, or "alice" <a@b.cd>: the name is of the person, too.
_NAMES = rf"(?:[{_CAPITAL}][{_WORD}.,'{APOSTROPHE}\-]*\s+){{1,4}}"
PERSON = rf'"[^"<>@]{{1,80}}"\s*<{ADDRESS}>|{_NAMES}<{ADDRESS}>|{ADDRESS}'
# What a person may be where the whole value is one: without a top-level domain, too.
WHOLE = (
    rf"{ADDRESS}|[^<>@]*<{ADDRESS}>|{_LOCAL}{AT}[{_LETTER}][{_WORD}\-]*"
    rf"|[{_WORD}.\-]+\\[{_WORD}._\-]+"
)
# A key of tags whose value is a person, although it has no top-level domain.
TAG = (
    r'(?i)"(?:owner|user|author|creator|created[_-]?by|contact|requester|e?-?mail)'
    r'(?:[_-]?(?:id|name|e?mail|address))?"\s*:\s*"([^"@\s]+@[^"@.\s]+)"'
)


@cache
def _python(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of RE2 for Python; a tenth of a second, where it is needed."""
    return re.compile(_IN_RE2.sub(lambda code: chr(int(code[1], 16)), pattern))


@dataclass(frozen=True, slots=True)
class Privacy:
    """What becomes of persons: by whose key, and by whose choice."""

    persons: Persons
    choice: PersonalData

    @classmethod
    def of(cls, settings: Settings) -> "Privacy":
        """Read the keys of a home, and what its owner chose."""
        return cls(persons_of(settings), settings.landing.personal_data)

    @property
    def key_id(self) -> str:
        """Name the key of what it writes; "" where it writes no hash."""
        return self.persons.key_id if self.choice == "hash" else ""

    @property
    def does_nothing(self) -> bool:
        """Whether every address stays."""
        return self.choice == "keep" and not self.persons.forgotten

    def cleaned(self, text: str) -> str:
        """Take the persons out of a file's name or a sentence, as SQL does of rows."""
        if self.does_nothing or not re.search(AT, text):
            return text
        return _python(PERSON).sub(lambda found: self._word(found[0]), text)

    def _word(self, found: str) -> str:
        if suffix := SUFFIX.search(found):
            return self._word(found[: suffix.start()]) + suffix[0]
        address = canonical(found)
        if address.endswith(MACHINES):
            return found
        if self.persons.entry(address) in self.persons.forgotten:
            return FORGOTTEN
        if self.choice == "hash":
            return self.persons.word(address)
        return DROPPED if self.choice == "drop" else found


def canonical(text: str) -> str:
    """Give an address as it is hashed, however it was written."""
    plain = text
    if "%" in text:
        with contextlib.suppress(UnicodeDecodeError):
            plain = unquote(text, errors="strict")
    plain = plain.replace(WIDE_AT, "@")
    if found := _python(ADDRESS).search(plain):
        plain = found[0]
    if "xn--" in plain.lower():
        plain = unicode_domain(plain)
    return unicodedata.normalize("NFC", plain).lower()


def is_person(text: str) -> bool:
    """Return whether a text is what becomes a hash, as a whole."""
    return _python(WHOLE).fullmatch(text) is not None


def unicode_domain(address: str) -> str:
    """Write each label of an address that is in punycode in its own letters."""
    local, sign, domain = address.rpartition("@")
    return local + sign + ".".join(map(_label, domain.split(".")))


def _label(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def prepare(db: duckdb.DuckDBPyConnection, privacy: Privacy) -> None:
    """Give a connection what `personal_data_removed` calls; no SQL has a key in it."""
    if privacy.does_nothing:
        return
    persons = privacy.persons
    # Another connection to the same DuckDB may have made it.
    with contextlib.suppress(duckdb.CatalogException):
        db.create_function("um_unicode_domain", unicode_domain, ["VARCHAR"], "VARCHAR")
    for name, key in (("key", persons.key), ("list", persons.list_key)):
        for pad, value in _pads(key).items():
            db.execute(f"set variable um_{name}_{pad} = $1", [value])
    db.execute("set variable um_forgotten = $1", [sorted(persons.forgotten)])
    db.execute(_macros(privacy))


def _pads(key: bytes) -> dict[str, bytes]:
    """Give the two blocks that HMAC (RFC 2104) puts before a message."""
    block = sha256(key).digest() if len(key) > BLOCK else key
    pads = {"inner": 0x36, "outer": 0x5C}
    return {p: bytes(b ^ n for b in block.ljust(BLOCK, b"\0")) for p, n in pads.items()}


def _macros(privacy: Privacy) -> str:
    """Give the SQL that makes the macros; see there."""
    hashed = f"'{PREFIX}' || left(um_mac('um_key_inner', 'um_key_outer', c), {DIGITS})"
    word = {"hash": hashed, "drop": f"'{DROPPED}'", "keep": "t"}[privacy.choice]
    if privacy.persons.forgotten:
        listed = "um_mac('um_list_inner', 'um_list_outer', c)"
        word = (
            f"case when list_contains(getvariable('um_forgotten'), {listed}) "
            f"then '{FORGOTTEN}' else {word} end"
        )
    return Template(MACROS.read_text("utf-8")).substitute(
        address=quoted(ADDRESS),
        person=quoted(PERSON),
        tag=quoted(TAG),
        whole=quoted(WHOLE),
        wide_at=WIDE_AT,
        machines=MACHINES,
        word=word,
    )


def personal_data_removed(
    select: str, types: Mapping[str, str], closed: Collection[str], privacy: Privacy
) -> str:
    """Wrap a SELECT so that no text of it holds a person.

    Args:
        select: the SELECT to wrap, run on a connection as `prepare` leaves it.
        types: its columns, with their DuckDB types.
        closed: columns whose values are of a closed list.
        privacy: what becomes of a person.
    """
    if privacy.does_nothing:
        return select
    groups: dict[str, list[str]] = {}
    replaced = []
    for name, kind in types.items():
        if name in {*closed, *OURS}:
            continue
        if kind == "VARCHAR":
            groups.setdefault(_macro(name), []).append(name)
        elif "VARCHAR" in kind or kind == "JSON":
            replaced.append(f'{_cleaned(name, kind)} as "{name}"')
    joined, made = [], []
    # One list of a row's texts: a pattern is made for each place where it stands.
    for macro, names in groups.items():
        texts = ", ".join(f'"{name}"' for name in names)
        # To look through one long text costs less than through each of them.
        joined.append(f"concat({texts}) as {macro}_joined")
        any_has = f"um_may_have({macro}_joined)"
        if macro == "um_person":
            any_has = f"{macro}_joined <> ''"
        made.append(
            f"case when {any_has} then list_transform([{texts}], "
            f"lambda t: {macro}(t)) end as {macro}_made"
        )
        replaced += [
            f'case when {macro}_made is null then "{name}" else {macro}_made[{place}] '
            f'end as "{name}"'
            for place, name in enumerate(names, start=1)
        ]
    if not replaced:
        return select
    if not made:
        return f"select * replace ({', '.join(replaced)}) from ({select})"
    ours = ", ".join(f"{macro}_joined, {macro}_made" for macro in groups)
    return (
        f"select * exclude ({ours}) replace ({', '.join(replaced)}) from ("
        f"select *, {', '.join(made)} from (select *, {', '.join(joined)} "
        f"from ({select})))"
    )


def has_hashes(types: Mapping[str, str]) -> str:
    """Give a condition that holds for a row in which a hash stands."""
    texts = [n for n, kind in types.items() if "VARCHAR" in kind or kind == "JSON"]
    found = " or ".join(
        f"contains(cast(\"{n}\" as varchar), '{PREFIX}')" for n in texts
    )
    return found or "false"


def _macro(column: str) -> str:
    """Name the macro for a column of text, by what its values are."""
    if PERSON_COLUMN.search(column):
        return "um_person"
    return "um_tags" if TAG_COLUMN.search(column) else "um_text"


def _cleaned(name: str, kind: str) -> str:
    """Replace each person of a column that has texts in it: a list, a map, JSON."""
    if kind == "VARCHAR[]":
        return f'list_transform("{name}", lambda t: um_text(t))'
    text = f'cast(to_json("{name}") as varchar)'
    clean = f"cast(cast(um_tags({text}) as json) as {kind})"
    return f'case when um_may_have({text}) then {clean} else "{name}" end'
