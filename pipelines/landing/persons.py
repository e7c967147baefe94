"""The key of a home by which persons are hashed, and who is to be forgotten.

Belongs here: making and changing the key, and the list. Does not belong here: what an
address looks like (``privacy``).

Who has a hash and a list of staff cannot find the person without the key. The list of
the forgotten has a key of its own, so that it outlives a change of the other.
"""

import contextlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pipelines.files import UNFINISHED, put_on_disk, write_text
from pipelines.landing.errors import ExportError
from pipelines.settings import Settings, secret

KEY_VARIABLE = "UNITMILL_PRIVACY_KEY"
LEAST_LETTERS = 32
# 64 bits of a hash tell more persons apart than there are.
DIGITS = 16
PREFIX = "person:"


@dataclass(frozen=True, slots=True, repr=False)
class Persons:
    """What becomes of a person in the rows of a home.

    Attributes:
        key: of the hashes.
        list_key: of the list of the forgotten.
        forgotten: their hashes by that key.
    """

    key: bytes
    list_key: bytes
    forgotten: frozenset[str] = frozenset()

    @property
    def key_id(self) -> str:
        """Name the key without telling it."""
        return hmac.new(self.key, b"key id", sha256).hexdigest()[:8]

    def word(self, address: str) -> str:
        """Give the hash of an address in its canonical form."""
        digest = hmac.new(self.key, address.encode(), sha256).hexdigest()
        return PREFIX + digest[:DIGITS]

    def entry(self, address: str) -> str:
        """Give what the list of the forgotten says of an address."""
        return hmac.new(self.list_key, address.encode(), sha256).hexdigest()


def persons_of(settings: Settings) -> Persons:
    """Read the keys of a home, which are made when they are first needed.

    Raises:
        ExportError: the key of the environment is too short, or the file is damaged.
    """
    kept = _read(settings) or _first(settings)
    given = secret(KEY_VARIABLE).get_secret_value()
    if given and len(given) < LEAST_LETTERS:
        raise ExportError(
            f"{KEY_VARIABLE} has {len(given)} characters; expected at least "
            f"{LEAST_LETTERS}, for example from: openssl rand -hex 32"
        )
    key = given.encode() if given else bytes.fromhex(kept["key"])
    return Persons(key, bytes.fromhex(kept["list_key"]), forgotten(settings))


def rotate(settings: Settings) -> Persons:
    """Make a new key; the one of the list stays.

    Raises:
        ExportError: the key comes from the environment.
    """
    if secret(KEY_VARIABLE).get_secret_value():
        raise ExportError(
            f"the key of this home is in {KEY_VARIABLE}; change it there, and build"
        )
    kept = _read(settings) or _first(settings)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    _write(
        _key_file(settings),
        {**kept, "key": secrets.token_hex(32), "rotated_at": now},
    )
    return persons_of(settings)


def rotated_at(settings: Settings) -> str:
    """Give when the key was changed last, ISO 8601; "" where it never was."""
    return (_read(settings) or {}).get("rotated_at", "")


def forgotten(settings: Settings) -> frozenset[str]:
    """Give who is to be forgotten, each as the list says it."""
    try:
        found: list[str] = json.loads(_list_file(settings).read_text("utf-8"))
    except FileNotFoundError:
        return frozenset()
    except ValueError as error:
        raise _damaged_list(settings) from error
    if not (isinstance(found, list) and all(isinstance(one, str) for one in found)):
        raise _damaged_list(settings)
    return frozenset(found)


def remember_to_forget(settings: Settings, entry: str) -> None:
    """Add somebody to the list."""
    _write(_list_file(settings), sorted({*forgotten(settings), entry}))


def _read(settings: Settings) -> Mapping[str, str] | None:
    path = _key_file(settings)
    try:
        kept: Mapping[str, str] = json.loads(path.read_text("utf-8"))
        if all(len(bytes.fromhex(kept[n])) == 32 for n in ("key", "list_key")):  # noqa: PLR2004
            return kept
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error
    raise _damaged(path)


def _damaged(path: Path) -> ExportError:
    return ExportError(
        f"{path} is damaged; restore it from a backup, or remove it: then persons have "
        "other hashes, and every month that has some is converted again"
    )


def _damaged_list(settings: Settings) -> ExportError:
    return ExportError(
        f"{_list_file(settings)} is damaged, so that nobody knows who is to be "
        "forgotten; restore it from a backup, or remove it and forget each person again"
    )


def _first(settings: Settings) -> Mapping[str, str]:
    """Make the keys of a home that has none.

    Raises:
        ExportError: it had some, by which persons are forgotten.
    """
    if count := len(forgotten(settings)):
        raise ExportError(
            f"{_key_file(settings)} is missing, without which the {count} in "
            f"{_list_file(settings).name} beside it would not be recognized and come "
            "back; restore it from a backup, or remove both and forget each again"
        )
    return _write_new(settings)


def _write_new(settings: Settings) -> Mapping[str, str]:
    """Make the keys, unless another process was faster."""
    path = _key_file(settings)
    # Of a name of its own: threads of one process may come here at once, too.
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    _write(new, {"key": secrets.token_hex(32), "list_key": secrets.token_hex(32)})
    with contextlib.suppress(FileExistsError):
        os.link(new, path)
    new.unlink()
    put_on_disk(path.parent)
    kept = _read(settings)
    assert kept is not None
    return kept


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_text(path, json.dumps(content), 0o600)


def _key_file(settings: Settings) -> Path:
    return settings.home_dir / "privacy" / "keys.json"


def _list_file(settings: Settings) -> Path:
    return settings.home_dir / "privacy" / "forgotten.json"
