"""Who may ask a web application of this machine: whose name it is, whose page it is.

Belongs here: the headers Host and Origin, and how a question may come. Does not belong
here: who a person is; nothing of Unitmill asks for a password (docs/security.md).

A page of somebody else that is open in a browser of this machine can send requests to
any port of it. Its Origin gives it away; under a name of its own that it lets point
here (DNS rebinding), its Host does. An address in numbers cannot be such a name.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.IGNORECASE)
# What is refused on a websocket, in its own numbers: against the rules.
POLICY = 1008


class Guard:
    """Refuses what comes by a foreign name or from a foreign page."""

    def __init__(self, app: App, names: Iterable[str] = ()) -> None:
        """Stand before an application.

        Args:
            app: what answers.
            names: by which it may be called beside its addresses, as behind a proxy;
                with the port where a browser shows one.
        """
        self._app = app
        self._places = frozenset(map(str.lower, names))
        names_alone = {place.partition(":")[0] for place in self._places}
        self._names = frozenset(names_alone - {""})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why not."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is None:
            await self._app(scope, receive, _unframed(send))
        elif scope["type"] == "websocket":
            await receive()
            await send(
                {"type": "websocket.close", "code": POLICY, "reason": refused[1][:120]}
            )
        else:
            await _say(send, *refused)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Give the status and the sentence of what is refused."""
        hosts, origins = _headers(scope, b"host"), _headers(scope, b"origin")
        host = hosts[0].lower() if len(hosts) == 1 else ""
        found = HOST.fullmatch(host)
        name = found[1].strip("[]") if found else ""
        if not (name in self._names or name in LOOPBACK or _is_address(name)):
            return 421, (
                f"this server has no name {hosts[0][:80]!r}; call it by its address, "
                "or start it with that name"
                if hosts
                else "expected the header Host"
            )
        for origin in origins:
            scheme, _, place = origin.lower().partition("://")
            is_web = scheme in {"http", "https"}
            is_own = is_web and place in {host, *self._places}
            if len(origins) > 1 or not is_own:
                return 403, "only pages of this server may ask it"
        is_question = scope["path"].rstrip("/").endswith("/graphql")
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), True)
        if scope["type"] == "http" and is_question and "query" in asked:
            return 405, "GraphQL is asked by POST with a body, never by an address"
        return None


def _headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _unframed(send: Send) -> Send:
    """Let no page of others show this one as a part of itself."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ())]
            if not any(key.lower() == b"x-frame-options" for key, _ in headers):
                headers.append((b"x-frame-options", b"SAMEORIGIN"))
            message["headers"] = headers
        await send(message)

    return sent


async def _say(send: Send, status: int, sentence: str) -> None:
    text = sentence.encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(text)).encode()),
                (b"x-content-type-options", b"nosniff"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": text})
