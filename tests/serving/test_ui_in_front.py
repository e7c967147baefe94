"""Dagster's own web server stands behind the guard, as `unitmill ui` starts it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from pipelines.defs.instance import prepare_dagster_home

pytestmark = pytest.mark.slow


@pytest.fixture
def ask(settings, monkeypatch, socket_enabled):
    monkeypatch.setenv("DAGSTER_HOME", str(prepare_dagster_home(settings)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "dagster_webserver", "--empty-workspace"]
    environment = os.environ | {"UNITMILL_UI_HOSTS": "bill.corp.example"}
    with subprocess.Popen([*words, "-p", str(port)], env=environment) as server:

        def status(path, body=None, **headers):
            said = None if body is None else json.dumps(body).encode()
            headers = {"Content-Type": "application/json"} | headers
            question = urllib.request.Request(
                f"http://127.0.0.1:{port}{path}", said, headers
            )
            try:
                with urllib.request.urlopen(question, timeout=30) as answer:
                    return answer.status
            except urllib.error.HTTPError as error:
                return error.code

        for _ in range(300):
            with contextlib.suppress(OSError):
                status("/server_info")
                break
            time.sleep(0.1)
        yield status
        server.terminate()


def test_it_answers_its_own_pages_and_refuses_the_others(ask):
    version = {"query": "{ version }"}

    assert ask("/server_info") == 200
    assert ask("/graphql", version) == 200
    assert ask("/graphql", version, Host="bill.corp.example") == 200
    assert ask("/graphql?query=mutation%7Bx%7D") == 405
    assert ask("/graphql", version, Origin="https://evil.example") == 403
    assert ask("/server_info", Host="evil.example") == 421
