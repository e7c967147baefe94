"""The record of notifications: JSON lines in the home folder, one per message."""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pipelines.alerting.alerts import AlertError
from pipelines.files import write_text


@dataclass(frozen=True, slots=True)
class Failure:
    """A recipient that has not accepted a message yet.

    Attributes:
        recipient: hash of the address; it holds no secret.
        attempt_count: how often it was tried.
        retry_at: when a run tries it again at the earliest, ISO 8601 in UTC.
    """

    recipient: str
    attempt_count: int
    retry_at: str


@dataclass(frozen=True, slots=True)
class Notification:
    """How sending an alert or a weekly summary went.

    Attributes:
        alert_id: of ``fct_alerts``; of a summary, its team and week.
        channel: where it went or should go.
        status: dry_run: it would have been sent; failed: at least one address of the
            channel did not accept it, and a later run tries that one again.
        sent_to: hashes of the addresses that accepted it; they hold no secret.
        attempt_count: how often sending was tried.
        attempted_at: the last time, ISO 8601 in UTC.
        error: what the last attempt failed by; '' where it did not.
        no_picture: why a picture that belongs to it could not be drawn; '' where it
            was, or none belongs to it.
        failures: the recipients that have not accepted it.
    """

    alert_id: str
    channel: str
    status: Literal["sent", "failed", "dry_run"]
    sent_to: tuple[str, ...]
    attempt_count: int
    attempted_at: str
    error: str
    no_picture: str = ""
    failures: tuple[Failure, ...] = ()


def read_record(path: Path) -> dict[str, Notification]:
    """Return the notifications so far, by alert_id; none before the first run.

    Raises:
        AlertError: somebody wrote into the record.
    """
    if not path.exists():
        return {}
    found = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            values = json.loads(line)
            lists = {
                "sent_to": tuple(values["sent_to"]),
                "failures": tuple(Failure(**f) for f in values.get("failures", ())),
            }
            one = Notification(**values | lists)
        except (ValueError, TypeError, KeyError) as error:
            raise AlertError(
                f"{path}, row {number}: expected a notification; {error}"
            ) from error
        found[one.alert_id] = one
    return found


def write_record(path: Path, record: Mapping[str, Notification]) -> None:
    """Write the record whole and atomically."""
    lines = (json.dumps(asdict(one)) + "\n" for one in record.values())
    write_text(path, "".join(lines))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock the record, so that two processes never send the same alert.

    Raises:
        AlertError: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlertError("another process sends alerts; wait for it") from None
        yield
