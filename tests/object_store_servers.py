"""Object stores on loopback: real servers, with keys of the test's own.

A cloud's fixture gives an empty bucket, in settings of the test's own and reachable
through the variables that the cloud's tools read. Azurite is no Python package; its
tests are skipped where it is not installed.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.fs as pafs
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pipelines.landing import stores

CLOUDS = ("s3", "gs", "abfss")
NOBODY = "127.0.0.1:9"
CERTIFICATES = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8


@dataclass(frozen=True)
class Cloud:
    """An empty place in an object store.

    Attributes:
        url: its address; ``put`` and ``remove`` take keys below it.
        log: what the server says, with a line per request (S3 only).
        secret: what no file of ours may hold.
        unplug: makes the server unreachable, for the rest of the test.
    """

    url: str
    log: Path
    secret: str
    unplug: object

    def put(self, key, content):
        content = content if isinstance(content, bytes) else content.encode()
        filesystem, root = stores._connect(self.url)
        with filesystem.open_output_stream(f"{root}/{key}", None) as stream:
            stream.write(content)

    def remove(self, key):
        filesystem, root = stores._connect(self.url)
        filesystem.delete_file(f"{root}/{key}")

    def fetched(self):
        """Give the keys that were read since the server started, in order."""
        place = f'"GET /{self.url.partition("://")[2]}/'
        told = [line.partition(place) for line in self.log.read_text().splitlines()]
        return [after.split(" HTTP")[0] for _, found, after in told if found]


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    with server(tmp_path_factory, sys.executable, "-m", "moto.server", "-p") as found:
        yield found


@pytest.fixture(scope="session")
def gcs_emulator(tmp_path_factory):
    program = Path(sys.executable).parent / "gcp-storage-emulator"
    call = program, "start", "--host=127.0.0.1", "--in-memory", "--port"
    with server(tmp_path_factory, *call) as found:
        yield found


@pytest.fixture(scope="session")
def azurite(tmp_path_factory):
    if not (program := shutil.which("azurite-blob")):
        pytest.skip("azurite-blob is not on the PATH (npm install azurite)")
    key = base64.b64encode(os.urandom(32)).decode()
    # The SDK is newer than what azurite knows of Azure's protocol.
    options = "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"
    environment = {"AZURITE_ACCOUNTS": f"acme:{key}"}
    call = program, *options, "--blobPort"
    with server(tmp_path_factory, *call, **environment) as (address, log):
        yield address, log, key


@contextmanager
def server(tmp_path_factory, *call, **environment):
    """Run a server on a free port; give its address and its log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*call, str(port)],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | environment,
            cwd=log.parent,
        )
    try:
        deadline = time.monotonic() + 60
        while not answers(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield f"127.0.0.1:{port}", log
    finally:
        process.kill()
        process.wait()


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def s3(moto, monkeypatch, tmp_path):
    address, log = moto
    secret = base64.b16encode(os.urandom(20)).decode()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anyone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{address}")
    bucket = bucket_of(tmp_path)
    pafs.S3FileSystem(
        endpoint_override=address, scheme="http", allow_bucket_creation=True
    ).create_dir(bucket)

    def unplug():
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{NOBODY}")

    return Cloud(f"s3://{bucket}/exports", log, secret, unplug)


@pytest.fixture
def gs(gcs_emulator, monkeypatch, tmp_path):
    address, log = gcs_emulator
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = key.private_bytes(
        CERTIFICATES, PKCS8, serialization.NoEncryption()
    ).decode()
    account = tmp_path / "account.json"
    account.write_text(
        json.dumps(
            {
                "type": "service_account",
                "private_key_id": "1",
                "private_key": secret,
                "client_email": "reader@acme.example.com",
                "token_uri": f"http://{NOBODY}/token",
            }
        )
    )
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
    monkeypatch.setenv("CLOUD_STORAGE_EMULATOR_ENDPOINT", f"http://{address}")
    bucket = bucket_of(tmp_path)
    pafs.GcsFileSystem(project_id="acme").create_dir(bucket)

    def unplug():
        monkeypatch.setenv("CLOUD_STORAGE_EMULATOR_ENDPOINT", f"http://{NOBODY}")

    return Cloud(f"gs://{bucket}/exports", log, secret.splitlines()[5], unplug)


@pytest.fixture
def abfss(azurite, monkeypatch, tmp_path):
    address, log, key = azurite

    def plug(address):
        monkeypatch.setenv(
            "AZURE_STORAGE_CONNECTION_STRING",
            f"DefaultEndpointsProtocol=http;AccountName=acme;AccountKey={key};"
            f"BlobEndpoint=http://{address}/acme;",
        )

    plug(address)
    container = bucket_of(tmp_path)
    url = f"abfss://{container}@acme.dfs.core.windows.net/exports"
    stores._connect(url)[0].create_dir(container)
    return Cloud(url, log, key, lambda: plug(NOBODY))


def bucket_of(tmp_path):
    """Name a bucket after the test's folder: of its own, and valid in every cloud."""
    kept = "".join(c if c.isalnum() else "-" for c in tmp_path.name.lower())
    return kept.strip("-")[-40:].strip("-") + "-" + os.urandom(3).hex()


@pytest.fixture(params=CLOUDS)
def cloud(request):
    return request.getfixturevalue(request.param)
