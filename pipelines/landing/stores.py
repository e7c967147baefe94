"""Object stores: how one is reached, and which objects lie in it.

Belongs here: addresses, each cloud's own way to find credentials, one listing. Does not
belong here: files (``mirror``). No credential is a setting or an argument here; the
only one that passes through is that of Azure's connection string, which its SDK does
not read.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.fs as pafs

from pipelines.landing.candidates import WILDCARDS
from pipelines.landing.errors import TransientError
from pipelines.landing.side_files import is_hidden, is_leftover
from pipelines.settings import CloudVariables

FAILURES: tuple[type[Exception], ...] = (OSError, ValueError, pa.ArrowException)
# Google's SDK would try for a quarter of an hour; the others give up by themselves.
PATIENCE = {"s3": "", "gs": "?retry_limit_seconds=10"}
LONGEST_PART = 255  # bytes, of a file's name on the common file systems
CONTROLS = {number: f"\\x{number:02x}" for number in (*range(32), 127)}
# Azure's errors show the address with the SAS token in it.
QUERY = re.compile(r"\?[^\s'\"]*")


@dataclass(frozen=True, slots=True)
class Object:
    """An object as the listing says it is.

    Attributes:
        key: below the store's prefix, never with an empty, ``.`` or ``..`` part.
        size: bytes.
        modified_ns: last modification, nanoseconds since 1970; whole seconds on S3
            and Azure.
    """

    key: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Store:
    """A place in an object store, listed once.

    Attributes:
        url: the address as set, such as ``s3://bucket/prefix``.
        root: bucket and prefix, as the file system names them.
        filesystem: reads the objects.
        objects: what can be taken, without what is ignored in the exports folder too.
        unusable: of each object that cannot be a file its name, and why.
    """

    url: str
    root: str
    filesystem: pafs.FileSystem
    objects: tuple[Object, ...]
    unusable: tuple[tuple[str, str], ...]


def place_of(name: str, exports_dir: Path, stores_dir: Path) -> Path:
    """Give the path of a candidate's name: in the exports folder or in the mirror.

    A path below the exports folder has no empty part, so ``://`` is never in it.
    """
    scheme, is_stored, place = name.partition("://")
    return stores_dir / scheme / place if is_stored else exports_dir / name


def open_store(url: str) -> Store:
    """List a store: one recursive listing, no call per object.

    Raises:
        TransientError: it cannot be reached or listed, or holds no object.
    """
    try:
        filesystem, root = _connect(url)
        found = filesystem.get_file_info(pafs.FileSelector(root, recursive=True))
    except FAILURES as error:
        raise unreadable(url, "listed", error) from None
    # Markers of folders, keys that end with a slash, are no files here.
    listed = [
        Object(info.path[len(root) + 1 :], info.size, info.mtime_ns)
        for info in found
        if info.is_file
    ]
    if not listed:
        raise TransientError(f"{url}: holds no object; expected exports below it")
    usable = [o for o in listed if not _is_odd(o.key) and not _is_ignored(o.key)]
    folders = {folder for item in usable for folder in _folders(item.key)}
    objects = [o for o in usable if not _objection(o.key, folders)]
    refused = [o for o in usable if _objection(o.key, folders)]
    refused += [o for o in listed if _is_odd(o.key)]
    unusable = [_refusal(url, item.key, folders) for item in refused]
    return Store(url, root, filesystem, tuple(objects), tuple(unusable))


def unreadable(name: str, what: str, error: Exception) -> TransientError:
    """Return what could not be read, without what a cloud's answer may give away."""
    message = QUERY.sub("", str(error).partition("\n")[0])
    return TransientError(
        f"{name}: cannot be {what}, {message}; "
        "expected a bucket or container that can be "
        "reached, listed and read with the credentials of this environment"
    )


def _connect(url: str) -> tuple[pafs.FileSystem, str]:
    scheme, _, place = url.partition("://")
    bucket, _, prefix = place.partition("/")
    if scheme == "abfss":
        container, _, host = bucket.partition("@")
        return _azure(host.partition(".")[0]), f"{container}/{prefix}".rstrip("/")
    # Made from an address, S3's honours AWS_ENDPOINT_URL and finds the bucket's region.
    filesystem, _ = pafs.FileSystem.from_uri(f"{scheme}://{bucket}{PATIENCE[scheme]}")
    return filesystem, place


def _azure(account: str) -> pafs.FileSystem:
    connection = CloudVariables().azure_storage_connection_string.get_secret_value()
    given = dict(part.split("=", 1) for part in connection.split(";") if "=" in part)
    if given.get("AccountName") != account:
        return pafs.AzureFileSystem(account)
    options = {}
    if "AccountKey" in given:
        options["account_key"] = given["AccountKey"]
    elif "SharedAccessSignature" in given:
        options["sas_token"] = "?" + given["SharedAccessSignature"].lstrip("?")
    endpoint = urlsplit(given.get("BlobEndpoint", ""))
    # An emulator's address names the account in the path, Azure's own in the host.
    if endpoint.path.strip("/") == account:
        for service in ("blob", "dfs"):
            options[f"{service}_storage_authority"] = endpoint.netloc
            options[f"{service}_storage_scheme"] = endpoint.scheme
    return pafs.AzureFileSystem(account, **options)


def _is_odd(key: str) -> bool:
    """Return whether a key is no path below a folder; the SDKs cannot read these."""
    return not {"", ".", ".."}.isdisjoint(key.split("/"))


def _is_ignored(key: str) -> bool:
    *folders, name = key.split("/")
    return is_leftover(name) or any(map(is_hidden, (*folders, name)))


def _folders(key: str) -> Iterable[str]:
    parts = key.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts)))


def _objection(key: str, folders: set[str]) -> str:
    """Return why a key cannot be a file's path; '' where it can."""
    if _is_odd(key):
        return "has an empty, . or .. part"
    if key != key.translate(CONTROLS) or "\\" in key:
        return "has a control character or a backslash"
    if WILDCARDS & set(key):
        return "has *, ? or ["
    if max(len(os.fsencode(part)) for part in key.split("/")) > LONGEST_PART:
        return f"has a part of more than {LONGEST_PART} bytes"
    return "is the folder of other keys too" if key in folders else ""


def _refusal(url: str, key: str, folders: set[str]) -> tuple[str, str]:
    name, why = f"{url}/{key.translate(CONTROLS)}", _objection(key, folders)
    return name, f"{name}: no file can be made of it, its key {why}; rename it"
