"""Channels: a message to one address, by apprise.

Belongs here: what is sent, and how. Does not belong here: which addresses a channel has
(``recipients``).
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
from apprise.attachment.memory import AttachMemory
from apprise.plugins import NotifyBase
from apprise.plugins.email import NotifyEmail

from pipelines.alerting.alerts import Alert, Severity

TYPES = {
    "info": NotifyType.INFO,
    "warning": NotifyType.WARNING,
    "critical": NotifyType.FAILURE,
}
PICTURE = "alert.png"
# Nothing is fetched from elsewhere, no pictures either.
ASSET = AppriseAsset(
    app_id="Unitmill",
    app_desc="Unitmill",
    app_url="",
    image_url_mask="",
    image_url_logo="",
)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to an address, whatever kind of channel it is.

    Attributes:
        title: a mail's subject.
        text: for channels of plain text; all that is said.
        severity: the mark that chats show.
        html: for mails, which has pictures as ``cid:<name>``; '' where the text does.
        pictures: PNG by the name of their file.
    """

    title: str
    text: str
    severity: Severity
    html: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def takes_pictures(address: NotifyBase) -> bool:
    """Say whether an address can be sent files."""
    return bool(address.attachment_support)


def message_of(alert: Alert, picture: bytes | None) -> Message:
    """Write an alert as a message, with the picture of what it is about."""
    if picture is None:
        return Message(alert.title, alert.body, alert.severity)
    words = "".join(f"<p>{escape(part)}</p>" for part in alert.body.split("\n\n"))
    html = f'{words}<p><img src="cid:{PICTURE}" alt="{escape(alert.title)}"></p>'
    pictures = {PICTURE: picture}
    return Message(alert.title, alert.body, alert.severity, html, pictures)


def send(message: Message, address: NotifyBase) -> str:
    """Send a message to an address; return why it was not accepted, or ''.

    A mail has its pictures where its text names them, or below it; other channels that
    take files get them beside the text.
    """
    log_messages: list[str] = []
    is_html = False
    if isinstance(address, NotifyEmail):
        address.inline = bool(message.pictures)
        takes = address.resolve_format(NotifyFormat.HTML)
        is_html = bool(message.html) and takes == NotifyFormat.HTML
    attached = attachments(message) if takes_pictures(address) else []
    sender = Apprise(address, asset=ASSET)
    try:
        with silent():
            result = sender.notify(
                title=message.title,
                body=message.html if is_html else message.text,
                notify_type=TYPES[message.severity],
                body_format=NotifyFormat.HTML if is_html else NotifyFormat.TEXT,
                attach=attached or None,
                log_callback=lambda entry, _plugin: log_messages.append(entry.message),
                log_level=logging.WARNING,
            )
    except Exception as error:  # noqa: BLE001 - of a hundred plugins one may raise it
        # Its text may hold the address.
        return f"apprise fails with {type(error).__name__}"
    return "" if result else "; ".join(log_messages) or "it was not accepted"


def attachments(message: Message) -> list[AttachMemory]:
    """Give a message's pictures as apprise takes them."""
    return [
        AttachMemory(picture, name, "image/png")  # type: ignore[no-untyped-call]
        for name, picture in message.pictures.items()
    ]


@contextmanager
def silent() -> Iterator[None]:
    """Keep what apprise logs from the terminal; it may hold an address."""
    logger = logging.getLogger("apprise")
    handler, before = logging.NullHandler(), logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = before
        logger.removeHandler(handler)
