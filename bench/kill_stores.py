"""Moto's S3 on loopback, where the copying of versions is killed."""

import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow.fs as pafs

from bench.kill_targets import Shown, environment
from bench.killing import Home


@contextmanager
def object_store(_: Home) -> Iterator[Shown]:
    """Run moto's S3 on loopback; each kill meets a store without the version."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {
        "AWS_ACCESS_KEY_ID": "anyone",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "UNITMILL_PUBLISHING__OBJECT_STORE": "s3://kills/versions-of-unitmill",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        files = pafs.S3FileSystem(
            access_key="anyone",
            secret_key="anything",
            endpoint_override=f"127.0.0.1:{port}",
            scheme="http",
            allow_bucket_creation=True,
        )
        files.create_dir("kills")
        with environment(variables):
            yield _stored(files, "kills/versions-of-unitmill")
    finally:
        server.kill()
        server.wait()


def _stored(files: pafs.FileSystem, root: str) -> Shown:
    def get(path: str) -> bytes:
        with files.open_input_stream(f"{root}/{path}") as stream:
            return bytes(stream.read())

    def read() -> tuple[str, list[str]]:
        pointer = json.loads(get("current.json"))
        name, faults = pointer["version"], []
        try:
            manifest = get(f"versions/{name}/manifest.json")
            if hashlib.sha256(manifest).hexdigest() != pointer["manifest_sha256"]:
                faults.append(f"{name}: another manifest")
            for path, known in json.loads(manifest)["files"].items():
                content = get(f"versions/{name}/{path}")
                if hashlib.sha256(content).hexdigest() != known["sha256"]:
                    faults.append(f"{name}: {path} has other bytes")
        except FileNotFoundError as error:
            faults.append(f"{name}: {error}")
        return name, faults

    def forget(shown: str, _: int) -> bool:
        chosen = pafs.FileSelector(f"{root}/versions")
        for folder in files.get_file_info(chosen):
            if folder.base_name != shown:
                files.delete_dir(folder.path)
        return True

    return Shown("object-store", forget, read)
