"""The official client meets the server over stdio, HTTP, and in its own process."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.mcp_server.prompts import prompts
from pipelines.mcp_server.server import server
from pipelines.questions import questions

mcp = pytest.importorskip("mcp", reason="needs the extra: pip install 'unitmill[mcp]'")
anyio = pytest.importorskip("anyio")
stdio = pytest.importorskip("mcp.client.stdio")

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
UNITMILL = str(Path(sys.executable).parent / "unitmill")
TOOLS = [
    "marts",
    "columns",
    "metrics",
    "metric",
    "reconciliation",
    "charts",
    "rows",
    "query",
]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def served(home):
    """Serve HTTP as a person starts it; give the port."""
    port = free_port()
    words = [UNITMILL, "mcp", "--home", str(home.home_dir), "--http", "--port"]
    process = subprocess.Popen(
        [*words, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        for _ in range(300):
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", port), 1),
            ):
                break
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(params=["in process", "stdio", "http"])
def talk(request, home):
    """Give a function that has a conversation with the server of that home."""

    def run(conversation):
        async def main(target):
            async with mcp.Client(target) as client:
                return await conversation(client)

        return anyio.run(main, place)

    if request.param == "http":
        with served(home) as port:
            place = f"http://127.0.0.1:{port}/mcp"
            yield run
        return
    place = server(home)
    if request.param == "stdio":
        place = stdio.StdioServerParameters(
            command=UNITMILL,
            args=["mcp", "--home", str(home.home_dir)],
            env={**os.environ},
        )
    yield run


def test_an_agent_asks_a_metric_and_gets_its_value_version_and_open_months(talk):
    async def conversation(client):
        listed = await client.list_tools()
        asked = {"name": "cost_per_1k_tokens", "where": {"billing_currency": "USD"}}
        return listed.tools, await client.call_tool("metric", asked)

    tools, said = talk(conversation)

    assert [tool.name for tool in tools] == TOOLS
    assert all(tool.annotations.read_only_hint for tool in tools)
    answer = json.loads(said.content[0].text)
    assert said.structured_content == answer
    assert answer["version"] == "20261103T060000Z-one"
    assert answer["months_not_reconciled"] == ["2026-11 openai: no invoice"]
    assert answer["columns"][3] == "value"
    assert [row[3] for row in answer["rows"]] == [1.5]


def test_what_reaches_for_a_file_is_refused_in_a_sentence(talk):
    async def conversation(client):
        said = [
            await client.call_tool("query", {"sql": sql})
            for sql in (
                "select * from read_text('/etc/hostname')",
                "copy focus to 'focus.csv'",
                "select count(*) from focus",
            )
        ]
        return [(one.is_error, one.content[0].text) for one in said]

    file, copy, after = talk(conversation)

    assert file[0]
    assert file[1].endswith(
        'Permission Error: Cannot access file "/etc/hostname": '
        "a query reads the tables of the published version, and nothing else"
    )
    assert copy == (
        True,
        "Error executing tool query: a query only reads; expected SELECT, found COPY",
    )
    assert not after[0]
    assert json.loads(after[1])["rows"] == [[4]]


def test_a_question_is_a_prompt_with_its_query(talk):
    asked = next(p for p in prompts() if "$month" in p.asked.query)

    async def conversation(client):
        listed = await client.list_prompts()
        got = await client.get_prompt(asked.name, {"month": "2026-09"})
        return listed.prompts, got.messages[0].content.text

    listed, text = talk(conversation)

    assert len(listed) == sum(len(part) for part in questions().values())
    [one] = [prompt for prompt in listed if prompt.name == asked.name]
    assert (one.title, one.description) == (asked.asked.question, asked.asked.says)
    assert [argument.name for argument in one.arguments] == ["month"]
    assert text.startswith(f"{asked.asked.question}\n\nCall the tool `query`")
    assert 'and month "2026-09"' in text
    assert asked.asked.query in text


def test_several_agents_ask_at_once(home):
    async def main():
        async with (
            mcp.Client(server(home)) as client,
            anyio.create_task_group() as all_,
        ):
            for _ in range(20):
                all_.start_soon(ask, client)

    async def ask(client):
        said = await client.call_tool("query", {"sql": "select count(*) from focus"})
        found.append(json.loads(said.content[0].text)["rows"])

    found = []
    anyio.run(main)

    assert found == [[[4]]] * 20


def test_a_query_without_end_is_stopped_and_the_next_one_answers(home):
    async def main():
        async with mcp.Client(server(home, seconds=0.3)) as client:
            endless = "select count(*) from range(10000000000) as a, range(10000) as b"
            late = await client.call_tool("query", {"sql": endless})
            after = await client.call_tool("query", {"sql": "select 1"})
            return late, after

    late, after = anyio.run(main)

    assert late.is_error
    assert "took longer than 0.3 s and was stopped" in late.content[0].text
    assert not after.is_error


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Host", "evil.example", 421),
        ("Host", "evil.example:{port}", 421),
        ("Origin", "http://evil.example", 403),
        ("Origin", "null", 403),
        ("Origin", "http://localhost:{port}", 200),
    ],
)
def test_a_page_in_a_browser_is_refused(home_port, header, value, status):
    port = home_port
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize"}
    body["params"] = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "page", "version": "1"},
    }
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        header: value.format(port=port),
    }

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/mcp", json.dumps(body), headers)

    assert connection.getresponse().status == status
    connection.close()


@pytest.fixture(scope="module")
def home_port(tmp_path_factory):
    """Serve a home without a version; which hosts may ask does not depend on it."""
    from pipelines.settings import Settings  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("served")
    with served(Settings(exports=folder, home=folder / "home")) as port:
        yield port
