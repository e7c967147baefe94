"""Whether an address can be listened on, asked before anything is started.

Belongs here: that question. Does not belong here: who listens.
"""

import errno
import os
import socket

from pipelines.cli.calling import fail

TAKEN = "another program listens there"


def require_free(host: str, port: int, options: str = "--host and --port") -> None:
    """End the call where nothing could listen on this address.

    Args:
        host: an address or a name of this machine; '' would be every one of it.
        port: the port; 0 takes a free one.
        options: by which the caller chooses others.
    """
    why = _objection(host, port)
    if why:
        fail(
            f"cannot listen on {host!r}, port {port}: {why}; expected an address of "
            f"this machine and a free port, by {options}",
            2,
        )


def _objection(host: str, port: int) -> str:
    if not host:
        return "no address"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or "no name of a machine"
    # A name such as localhost may have an address that this machine lacks, as ::1.
    objections = [_refusal(family, address) for family, *_, address in found]
    lacking = os.strerror(errno.EADDRNOTAVAIL)
    serious = [why for why in objections if why not in {"", lacking}]
    if serious or "" in objections:
        return serious[0] if serious else ""
    return objections[0]


def _refusal(family: int, address: tuple[object, ...]) -> str:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As servers do: a connection that has just ended does not hold it.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return TAKEN
        return error.strerror or type(error).__name__
    return ""
