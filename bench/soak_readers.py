"""The readers of a soak: processes that ask the current version without a pause."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipelines.settings import PROJECT_DIR

PORT = 8437
# What each process runs; it knows nothing but DuckDB and Python.
LOOP = """
import json, signal, sys, time
told = dict(rounds=0, failures=0, wrong=0, versions=0, slowest=0.0)
seen, ends = set(), []
signal.signal(signal.SIGTERM, lambda *_: ends.append(1))
while not ends:
    began = time.monotonic()
    try:
        version, right = ask()
        seen.add(version)
        told["wrong"] += not right
    except Exception as error:
        told["failures"] += 1
        print(type(error).__name__, str(error)[:200], file=sys.stderr, flush=True)
    told["rounds"] += 1
    told["slowest"] = round(max(told["slowest"], time.monotonic() - began), 2)
    time.sleep(0.2)
told["versions"] = len(seen)
print(json.dumps(told))
"""
BY_DUCKDB = """
import duckdb, sys, time
from decimal import Decimal
def ask():
    with duckdb.connect(sys.argv[1], read_only=True) as db:
        sql = "select sum(BilledCost), any_value(version) from focus, published_version"
        first = db.execute(sql).fetchone()
        time.sleep(0.15)
        again = db.execute(sql).fetchone()
    return first[1], first == again and first[0] == Decimal(sys.argv[2])
"""
BY_BROWSER = """
import json, sys, urllib.request
def get(path):
    with urllib.request.urlopen(sys.argv[1] + path, timeout=30) as answer:
        return answer.read()
def ask():
    version = json.loads(get("/health"))["version"]
    document = get("/v/" + version + "/")
    return version, len(document) > 1000
"""


@dataclass(frozen=True)
class Reader:
    """A reader, and the server that it asks, if any."""

    name: str
    process: subprocess.Popen[str]
    server: subprocess.Popen[str] | None = None

    def stop(self) -> dict[str, int | float]:
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=60)
        if self.server:
            self.server.terminate()
            self.server.wait(60)
        told: dict[str, int | float] = json.loads(said.splitlines()[-1])
        return told


def readers(home: Path, total: Decimal) -> Iterator[Reader]:
    """Start the readers of a home whose bill has this sum."""
    database = str(home / "versions" / "current" / "warehouse.duckdb")
    pythons = {sys.executable: "this DuckDB"}
    if old := os.environ.get("SOAK_OLD_PYTHON"):
        pythons[old] = "another DuckDB"
    else:
        print("no other DuckDB reads: SOAK_OLD_PYTHON names no Python that has one")
    for python, name in pythons.items():
        asked = "import duckdb; print(duckdb.__version__)"
        version = subprocess.run(
            [python, "-c", asked], capture_output=True, text=True, check=True
        ).stdout.strip()
        call = [python, "-c", BY_DUCKDB + LOOP, database, str(total)]
        yield Reader(f"{name} ({version})", _start(call))
    program = Path(sys.executable).parent / "unitmill"
    serve = ["pages", "--serve", "--port", str(PORT), "--home", str(home)]
    server = _start([str(program), "--project", str(PROJECT_DIR), *serve])
    address = f"http://127.0.0.1:{PORT}"
    wait = "import urllib.request as u, time, sys\nfor _ in range(100):\n"
    wait += f"    try: u.urlopen('{address}/health'); sys.exit()\n"
    wait += "    except OSError: time.sleep(0.2)\n"
    subprocess.run([sys.executable, "-c", wait], check=True)
    browser = [sys.executable, "-c", BY_BROWSER + LOOP, address]
    yield Reader("pages", _start(browser), server)


def _start(call: list[str]) -> subprocess.Popen[str]:
    mine = {k: v for k, v in os.environ.items() if not k.startswith("UNITMILL")}
    return subprocess.Popen(
        call,
        env=mine,
        cwd=tempfile.gettempdir(),
        stdout=subprocess.PIPE,
        text=True,
    )
