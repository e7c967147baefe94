"""A port that is taken is said before anything is started, by every command."""

import errno
import socket

import pytest

from pipelines.cli import listening

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "0.0.0.0", "::1"])


@pytest.fixture
def taken():
    """Give a port of loopback on which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def published(settings):
    """Publish a version without anything in it."""
    folder = settings.versions_dir / "20261101T000000Z-b1"
    folder.mkdir(parents=True)
    (folder / "warehouse.duckdb").touch()
    (folder / "manifest.json").write_text('{"build_id": "b1"}')
    (settings.versions_dir / "current").symlink_to(folder.name)


@pytest.mark.parametrize("words", [("ui",), ("pages", "--serve"), ("mcp", "--http")])
def test_a_command_on_a_port_that_is_taken_ends_with_2_and_starts_nothing(
    command, settings, published, taken, words
):
    done = command(*words, "--port", str(taken), settings=settings)

    assert done.returncode == 2
    assert f"cannot listen on '127.0.0.1', port {taken}: another program listens" in (
        done.stderr
    )
    assert "http://" not in done.stdout + done.stderr
    assert not settings.dagster_home.exists()
    assert not settings.origin_file.exists()


@pytest.mark.parametrize("port", ["0", "70000", "-1", "http"])
def test_a_port_that_is_none_is_refused(command, settings, port):
    done = command("ui", "--port", port, settings=settings)

    assert done.returncode == 2
    assert "--port" in done.stderr


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("", "no address"),
        ("a..b", "no"),
        ("203.0.113.9", "Cannot assign requested address"),
        ("256.1.1.1", "not known"),
    ],
)
def test_what_is_no_address_of_this_machine_is_said(host, said):
    assert said in listening._objection(host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_a_free_port_is_free(host):
    assert listening._objection(host, 0) == ""


def test_a_port_of_one_address_is_taken_for_all_of_the_machine(taken):
    assert listening._objection("0.0.0.0", taken) == listening.TAKEN
    assert listening._objection("localhost", taken) == listening.TAKEN


def test_a_port_that_only_root_may_open_is_said(monkeypatch):
    def forbidden(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", forbidden)

    assert listening._objection("127.0.0.1", 80) == "Permission denied"


def test_a_port_that_was_just_given_back_is_free():
    """A client's connection ended on it; the kernel still remembers it."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            served, _ = server.accept()
            served.close()

    assert listening._objection("127.0.0.1", port) == ""
