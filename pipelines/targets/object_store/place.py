"""A place in an object store: listed, read, written, and changed on a condition.

Belongs here: what a store is asked, and what it answers as one sentence that repeats no
address with a query and no secret. Does not belong here: how it is reached
(``connecting``), and which objects there are (``uploading``).
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from pipelines.targets import TargetError
from pipelines.targets.object_store import AGAIN

if TYPE_CHECKING:  # these are no names at run time
    from obstore import UpdateVersion
    from obstore.store import ObjectStore

PARTS_AT_ONCE = 4
# The user's own metadata of an object, by which a copy of it is known again.
DIGEST = "sha256"
STATUS = re.compile(r"status code: (\d{3}(?: [A-Z][A-Za-z]*)*)")
CODE = re.compile(r"<Code>(\w+)</Code>")
REFUSED = re.compile(r"40[13]|Expired|Token|Auth|Access|Signature|credential")


@dataclass(frozen=True, slots=True)
class Item:
    """An object as a listing says it is: its bytes, and when it was written."""

    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """An object that was read, and the mark by which it is changed only as it was."""

    content: bytes
    mark: "UpdateVersion"
    modified: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket and prefix.

    Attributes:
        url: its address, as set.
        store: asked with paths below the prefix.
    """

    url: str
    store: "ObjectStore"

    def listed(self, under: str) -> dict[str, Item]:
        """Give every object below a folder, by its path below this place."""
        with asked(self.url, "listed"):
            return {
                item["path"]: Item(item["size"], item["last_modified"])
                for items in obstore.list(self.store, under)
                for item in items
            }

    def read(self, path: str) -> Found | None:
        """Give an object; None where there is none."""
        with asked(self.url, f"read ({path})"):
            try:
                got = obstore.get(self.store, path)
            except FileNotFoundError as error:
                if "Bucket" in str(error) or "Container" in str(error):
                    raise
                return None
            # S3 and Azure know an object's state by its ETag, Google by a number.
            mark: UpdateVersion = {}
            if tag := got.meta["e_tag"]:
                mark["e_tag"] = tag
            if number := got.meta["version"]:
                mark["version"] = number
            return Found(bytes(got.bytes()), mark, got.meta["last_modified"])

    def digest(self, path: str) -> str:
        """Give the SHA-256 that an object was written with; '' where it has none."""
        with asked(self.url, f"read ({path})"):
            got = obstore.get(self.store, path, options={"head": True})
            return str(got.attributes.get(DIGEST, ""))

    def write(
        self, path: str, content: bytes | Path, heads: Mapping[str, str], digest: str
    ) -> None:
        """Write an object whole, or not at all.

        Args:
            path: below this place.
            content: its bytes, or the file that has them.
            heads: HTTP headers with which it is served.
            digest: SHA-256 of the bytes, hexadecimal.
        """
        with asked(self.url, f"written ({path})"):
            obstore.put(
                self.store,
                path,
                content,
                attributes={**heads, DIGEST: digest},
                max_concurrency=PARTS_AT_ONCE,
            )

    def write_if(
        self,
        path: str,
        content: bytes,
        heads: Mapping[str, str],
        mark: "UpdateVersion | None",
    ) -> bool:
        """Write an object only where it still is as it was read.

        Args:
            path: below this place.
            content: its bytes.
            heads: HTTP headers with which it is served.
            mark: of the object as it was read; None where there was none.

        Returns:
            Whether it was written; else somebody else was faster.
        """
        with asked(self.url, f"written ({path})"):
            try:
                obstore.put(
                    self.store,
                    path,
                    content,
                    attributes={**heads},
                    mode="create" if mark is None else mark,
                    use_multipart=False,
                )
            except (AlreadyExistsError, PreconditionError):
                return False
            except FileNotFoundError as error:
                # What was to be changed is gone; a bucket that is gone is no race.
                if mark is None or "Bucket" in str(error) or "Container" in str(error):
                    raise
                return False
        return True

    def delete(self, paths: Sequence[str]) -> None:
        """Delete objects; one that is gone is no error."""
        with asked(self.url, "deleted from"):
            for path in paths:
                try:
                    obstore.delete(self.store, path)
                except FileNotFoundError:
                    continue


@contextmanager
def asked(url: str, what: str) -> Iterator[None]:
    """Turn what a cloud answers into one sentence.

    Its own words are not shown: they repeat addresses, some with a token in them.

    Raises:
        TargetError: the store does not do what it was asked.
    """
    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        why = _reason(error)
        if isinstance(error, OSError) and error.errno and error.filename:
            why = f"{os.strerror(error.errno)} ({error.filename})"
        raise TargetError(
            f"{url}: cannot be {what}: {why}; {_remedy(why)}, and run: {AGAIN}"
        ) from None


def _reason(error: Exception) -> str:
    said = str(error)
    if status := STATUS.search(said):
        code = CODE.search(said)
        return f"it answers {status[1].strip()}{f', {code[1]}' if code else ''}"
    if "timed out" in said or "kind: Timeout" in said:
        return "it does not answer in time"
    if "error sending request" in said or "Connect" in said:
        return "it cannot be reached"
    if re.search(r"[Tt]oken|[Cc]redential|Access Key|private key", said):
        return "no credential of this environment is one of it"
    return f"obstore says {type(error).__name__}"


def _remedy(why: str) -> str:
    if "NoSuchBucket" in why or "Container" in why:
        return "make the bucket or container, or correct publishing.object_store"
    if REFUSED.search(why):
        return (
            "give this environment credentials that are valid now and may list, read, "
            "write and delete there"
        )
    return "try again when it answers"
