"""Alerts without a build: a published version that has nothing but alerts."""

import email
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import duckdb
import pytest
from aiosmtpd.controller import Controller
from alert_rows import COLUMNS, OVER

from pipelines.settings import AlertSettings


@pytest.fixture
def published(settings):
    """Publish a version of these alerts and of nothing else."""

    def publish(*alerts):
        folder = settings.versions_dir / "20261101T000000Z-b1"
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "warehouse.duckdb")) as db:
            db.execute(
                f"create table fct_alerts as select * from (values "
                f"({', '.join('?' * len(OVER))})) as t ({COLUMNS})",
                OVER,
            )
            db.execute("delete from fct_alerts")
            for alert in alerts:
                db.execute(
                    f"insert into fct_alerts values ({', '.join('?' * len(alert))})",
                    alert,
                )
        (folder / "manifest.json").write_text(json.dumps({"build_id": "b1"}))
        (settings.versions_dir / "current").symlink_to(folder.name)

    return publish


@pytest.fixture
def choose(settings):
    """Give the settings with other choices about alerts."""

    def chosen(**choices):
        return settings.model_copy(update={"alerts": AlertSettings(**choices)})

    return chosen


@pytest.fixture
def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Mailbox:
    """Keeps every mail that is delivered."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.mails.append(email.message_from_bytes(envelope.content))
        return "250 kept"


@pytest.fixture
def mailbox(free_port):
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port)
    server.start()
    box.url = (
        f"mailto://127.0.0.1:{free_port}/?mode=insecure"
        "&from=unitmill@example.com&to=finops@example.com"
    )
    yield box
    server.stop()


@pytest.fixture
def webhook():
    """Serve a webhook that answers what the test says, then 200."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.heard.append(json.loads(body))
            self.send_response(server.answers.pop(0) if server.answers else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.heard, server.answers = [], []
    server.url = f"json://127.0.0.1:{server.server_port}/alerts"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
