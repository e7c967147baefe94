"""Channels: from a name to addresses, and an alert to one address, by apprise."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
from apprise.plugins import NotifyBase

from pipelines.alerting.alerts import Alert, AlertError
from pipelines.settings import secret

TYPES = {
    "info": NotifyType.INFO,
    "warning": NotifyType.WARNING,
    "critical": NotifyType.FAILURE,
}
# Nothing is fetched from elsewhere, no pictures either.
ASSET = AppriseAsset(
    app_id="Unitmill",
    app_desc="Unitmill",
    app_url="",
    image_url_mask="",
    image_url_logo="",
)


def addresses_of(channel: str, channels: Mapping[str, str]) -> list[NotifyBase]:
    """Give the addresses of a channel; those of `default` where it is not configured.

    Args:
        channel: the alert's channel.
        channels: channel -> the environment variable that holds apprise's addresses,
            with a space or a new line between them.

    Raises:
        AlertError: no variable, nothing in it, or no address that apprise knows. No
            message shows the content of a variable.
    """
    variable = channels.get(channel) or channels.get("default")
    if variable is None:
        raise AlertError(f"alerts.channels names neither {channel} nor default")
    urls = secret(variable).get_secret_value().split()
    if not urls:
        raise AlertError(f"the environment variable {variable} is empty")
    addresses = []
    for place, url in enumerate(urls, start=1):
        with _silent():
            address = Apprise.instantiate(url, asset=ASSET)
        if not isinstance(address, NotifyBase):
            raise AlertError(f"address {place} of {variable} is none of apprise's")
        addresses.append(address)
    return addresses


def send(alert: Alert, address: NotifyBase) -> str:
    """Send an alert to an address; return why it was not accepted, or ''."""
    log_messages: list[str] = []
    sender = Apprise(address, asset=ASSET)
    with _silent():
        result = sender.notify(
            title=alert.title,
            body=alert.body,
            notify_type=TYPES[alert.severity],
            body_format=NotifyFormat.TEXT,
            log_callback=lambda entry, _plugin: log_messages.append(entry.message),
            log_level=logging.WARNING,
        )
    return "" if result else "; ".join(log_messages) or "it was not accepted"


@contextmanager
def _silent() -> Iterator[None]:
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
