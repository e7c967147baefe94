"""A foreign name, a foreign page and a question in an address are refused."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pipelines.serving.guard import Guard

NAMES = ("bill.corp.example", "", "mill:8443")


def _answer(_):
    return PlainTextResponse("answered")


async def _echo(socket):
    await socket.accept()
    await socket.send_text("answered")
    await socket.close()


@pytest.fixture
def client():
    methods = ["GET", "POST"]
    app = Starlette(
        routes=[
            Route("/{path:path}", _answer, methods=methods),
            WebSocketRoute("/graphql", _echo),
        ]
    )
    with TestClient(Guard(app, NAMES), base_url="http://127.0.0.1:3000") as opened:
        yield opened


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:3000", 200),
        ("LOCALHOST:3000", 200),
        ("[::1]:3000", 200),
        ("192.0.2.7:3000", 200),
        ("bill.corp.example", 200),
        ("mill:8443", 200),
        ("evil.example:3000", 421),
        ("127.0.0.1.evil.example", 421),
        ("127.0.0.1@evil.example", 421),
        ("evil.bill.corp.example", 421),
        ("", 421),
    ],
)
def test_it_is_called_by_its_addresses_and_names(client, host, status):
    assert client.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:3000", 200),
        ("https://bill.corp.example", 200),
        ("https://mill:8443", 200),
        ("http://127.0.0.1:8000", 403),
        ("https://bill.corp.example:9", 403),
        ("https://evil.example", 403),
        ("https://bill.corp.example.evil.example", 403),
        ("file://127.0.0.1:3000", 403),
        ("null", 403),
        ("http://[::1", 403),
        ("http://evil@127.0.0.1:3000", 403),
        ("http://127.0.0.1:3000/", 403),
        ("", 403),
    ],
)
def test_only_its_own_pages_ask_it(client, origin, status):
    assert client.post("/", headers={"Origin": origin}).status_code == status


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/prefix/graphql"])
def test_graphql_is_not_asked_by_an_address(client, path):
    for method in ("GET", "POST"):
        asked = client.request(method, path, params={"query": "mutation { x }"})
        assert asked.status_code == 405
    assert client.get(path).status_code == 200
    assert client.post(path, json={"query": "{ version }"}).status_code == 200


def test_a_websocket_is_held_to_the_same(client):
    with client.websocket_connect("ws://127.0.0.1/graphql") as socket:
        assert socket.receive_text() == "answered"
    foreign = {"Origin": "https://evil.example"}
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/graphql", headers=foreign),
    ):
        pass


def test_no_page_of_others_shows_it_as_its_own(client):
    assert client.get("/").headers["x-frame-options"] == "SAMEORIGIN"
