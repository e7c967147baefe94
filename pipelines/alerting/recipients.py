"""Recipients: the addresses of a channel, one by one, each by a name without a secret.

Belongs here: reading the variable of a channel. Does not belong here: sending
(``channels``), and when a recipient is tried again (``sending``).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from apprise import Apprise
from apprise.plugins import NotifyBase
from apprise.plugins.custom_form import NotifyForm
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.custom_xml import NotifyXML
from apprise.plugins.email import NotifyEmail

from pipelines.alerting.channels import ASSET, silent
from pipelines.settings import secret

# A comma is a part of many addresses; between two of them a scheme follows it.
BETWEEN = re.compile(r",*\s+,*|,+(?=\w+://)|,+$")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of a channel, or what stands in the place of one.

    Attributes:
        key: a hash of the address, by which the record knows it.
        name: its number and kind, and the host where that is no secret.
        address: what apprise sends to; None where it is none.
        fault: why it is none; '' where it is one.
    """

    key: str
    name: str
    address: NotifyBase | None
    fault: str = ""


def recipients_of(channel: str, channels: Mapping[str, str]) -> list[Recipient]:
    """Give the recipients of a channel; those of `default` where it is not configured.

    What cannot be sent to is one of them, with why, and holds no other up. No name and
    no fault shows the content of a variable.

    Args:
        channel: the alert's channel.
        channels: channel -> the environment variable that holds apprise's addresses,
            with a space, a comma or a new line between them.
    """
    variable = channels.get(channel) or channels.get("default")
    if variable is None:
        said = f"alerts.channels names neither {channel} nor default"
        return [Recipient(channel, channel, None, said)]
    urls = [*filter(None, BETWEEN.split(secret(variable).get_secret_value()))]
    if not urls:
        said = f"the environment variable {variable} is empty"
        return [Recipient(variable, variable, None, said)]
    found: dict[str, Recipient] = {}
    for place, url in enumerate(urls, start=1):
        one = _recipient(url, f"address {place} of {variable}")
        found.setdefault(one.key, one)  # the same address twice is one
    return [*found.values()]


def _recipient(url: str, name: str) -> Recipient:
    with silent():
        address = Apprise.instantiate(url, asset=ASSET)
    if not isinstance(address, NotifyBase):
        key = hashlib.sha256(url.encode()).hexdigest()[:16]
        return Recipient(key, name, None, f"{name} is none of apprise's")
    key = str(address.url_id())  # type: ignore[no-untyped-call]
    kind = [str(address.service_name), *_host(address)]
    return Recipient(key, f"{name} ({', '.join(kind)})", address)


def _host(address: NotifyBase) -> list[str]:
    """Give the host of kinds that have one; where others keep it, there is a token."""
    if isinstance(address, NotifyEmail):
        return [str(address.smtp_host)] if address.smtp_host else []
    has_host = isinstance(address, NotifyJSON | NotifyXML | NotifyForm)
    return [str(address.host)] if has_host else []
