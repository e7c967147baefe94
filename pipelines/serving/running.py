"""Running a web application on this machine.

Belongs here: addresses and ports. Does not belong here: what is answered (``site``).
"""

import errno
import socket
import sys
from collections.abc import Sequence

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from pipelines.serving.logs import line, server_config
from pipelines.serving.site import site
from pipelines.settings import Settings


def run_site(
    settings: Settings, host: str, port: int, names: Sequence[str] = ()
) -> None:
    """Serve the pages until the process is told to end.

    Args:
        settings: of the home whose versions are served.
        host: the address to answer on.
        port: the port; 0 takes a free one.
        names: by which it may be called beside its address, as behind a proxy.

    Raises:
        OSError: the port is taken, or the address is none of this machine.
    """
    if not host:  # it would be every address of the machine
        raise OSError(errno.EINVAL, "no address")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        shown = f"[{host}]" if ":" in host else host
        port = listening.getsockname()[1]
        at = f"pages: http://{shown}:{port}/"
        as_json = settings.log_format == "json"
        print(line("info", "pages", at, home=settings.home_dir) if as_json else at)  # noqa: T201
        sys.stdout.flush()
        config = uvicorn.Config(
            site(settings, (f"{host}:{port}", *names)),
            log_level="info" if as_json else "warning",
            server_header=False,
            log_config=server_config(settings) if as_json else LOGGING_CONFIG,
        )
        uvicorn.Server(config).run(sockets=[listening])
