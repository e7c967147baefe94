"""`unitmill mcp`: the published version for agents.

Belongs here: how it is called. Does not belong here: what an agent may ask
(``mcp_server``).
"""

import sys
from typing import Annotated

import typer

from pipelines.cli.calling import Home, Project, errors, fail, settings_of
from pipelines.cli.listening import require_free
from pipelines.mcp_server.server import (
    LOOPBACK,
    PATH,
    ServeError,
    serve_http,
    serve_stdio,
)

PORT = 8077


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Serve HTTP on loopback instead of stdio.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The port of --http.")
    ] = PORT,
    home: Home = None,
    project: Project = None,
) -> None:
    """Let agents ask the published version, read only, by Model Context Protocol."""
    settings = settings_of(home, project=project)
    try:
        if http:
            require_free(LOOPBACK, port, "--port")
            errors.print(f"http://{LOOPBACK}:{port}{PATH}; Ctrl+C ends it", style="dim")
            serve_http(settings, port)
        else:
            if sys.stdin.isatty():
                errors.print("a client of MCP speaks here; Ctrl+D ends it", style="dim")
            serve_stdio(settings)
    except ServeError as error:
        fail(str(error), 1)
