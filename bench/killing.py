"""What is killed, and what has to hold afterwards: what every phase shares."""

import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.ledger.content import damage
from pipelines.ledger.files import partitions
from pipelines.ledger.inputs import scan_inputs
from pipelines.ledger.proof import converted_again, exports_are_there
from pipelines.publishing.publish import publish
from pipelines.publishing.verifying import verify
from pipelines.publishing.versions import current, current_name
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.registry import all_sources

UNITMILL = Path(sys.executable).parent / "unitmill"
SOURCES = ("onprem", "openai")
MARK = "KILLS_MARK"
PLACES = ("UNITMILL_HOME", "UNITMILL_EXPORTS", "UNITMILL_PROJECT")
# Says when it has loaded everything, and waits for a line: so the moment of the kill is
# one of its work, and not of its start.
READY = """
import sys
from pipelines.settings import Settings
{imports}
print("ready", flush=True)
sys.stdin.readline()
{work}
"""


@dataclass
class Home:
    """A home and its exports, side by side in a folder."""

    folder: Path
    number: int = 0

    @property
    def settings(self) -> Settings:
        return Settings(home=self.folder / "home", exports=self.folder / "exports")

    def environment(self) -> dict[str, str]:
        mine = {k: v for k, v in os.environ.items() if k not in PLACES}
        (self.folder / "tmp").mkdir(exist_ok=True)
        return mine | {
            "PYTHONPATH": str(PROJECT_DIR),
            "TMPDIR": str(self.folder / "tmp"),
            "UNITMILL_HOME": str(self.folder / "home"),
            "UNITMILL_EXPORTS": str(self.folder / "exports"),
            MARK: str(self.folder),
        }

    def change(self) -> None:
        """Let October's power cost another amount, as a newer export of it does."""
        self.number += 1
        path = self.folder / "exports" / "onprem" / "power.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        row = next(r for r in rows if r["month"] == "2026-10" and r["kwh"])
        row["kwh"] = str(Decimal(row["kwh"]) + Decimal("1.3"))
        part = path.with_name(".power.part")
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        part.replace(path)

    def copy_to(self, folder: Path) -> "Home":
        """Give a home of the same build, published where it lies now."""
        away = shutil.ignore_patterns(
            "versions", "dagster", "tmp", "running", "origin.json"
        )
        shutil.copytree(
            self.folder / "home", folder / "home", symlinks=True, ignore=away
        )
        shutil.copytree(self.folder / "exports", folder / "exports")
        copied = Home(folder)
        publish(copied.settings)
        return copied


def made(folder: Path) -> Home:
    """Build the samples in a folder, unless they were."""
    home = Home(folder)
    for name in SOURCES:
        place = folder / "exports" / name
        if not place.exists():
            shutil.copytree(PROJECT_DIR / "sample_exports" / name, place)
    if not current_name(home.settings):
        require(build(home))
    return home


@dataclass
class Phase:
    """What was seen of the kills of one phase."""

    name: str
    ends: float = float("inf")
    kills: int = 0
    late: int = 0
    lost: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)

    def is_short_of(self, kills: int) -> bool:
        """Return whether more kills are to be done, and there is time for them."""
        print(self.line(), flush=True)
        return self.kills < kills and time.monotonic() < self.ends

    def count(self, what: str) -> None:
        self.outcomes[what] = self.outcomes.get(what, 0) + 1

    def line(self) -> str:
        seen = ", ".join(f"{n} {what}" for what, n in sorted(self.outcomes.items()))
        notes = "; ".join(filter(None, [seen, *self.notes]))
        faults = f"{len(self.lost)} | {len(self.mixed)} | {len(self.wrong)}"
        return f"| {self.name} | {self.kills} | {faults} | {notes} |"

    def faults(self) -> list[str]:
        return [f"{self.name}: {what}" for what in self.lost + self.mixed + self.wrong]


@dataclass
class Victim:
    """A program with a process group of its own."""

    process: subprocess.Popen[str]

    def kill(self, seconds: float) -> bool:
        """Kill its whole group after a while; return whether it still worked."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
            return True
        self.process.communicate()
        return False


def start(home: Home, *call: str | Path, **more: str) -> Victim:
    return Victim(
        subprocess.Popen(
            call,
            env=home.environment() | more,
            cwd=home.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    )


def loading(home: Home, imports: str, work: str, **more: str) -> Victim:
    """Start a program that loads all it needs, and waits until it may go."""
    code = READY.format(imports=imports, work=work)
    return start(home, sys.executable, "-c", code, **more)


def go(victim: Victim) -> Victim:
    """Let a program that was loading work from now on."""
    assert victim.process.stdout
    assert victim.process.stdin
    said = victim.process.stdout.readline()
    assert said == "ready\n", said + victim.process.communicate()[0]
    victim.process.stdin.write("go\n")
    victim.process.stdin.flush()
    return victim


def ready(home: Home, imports: str, work: str, **more: str) -> Victim:
    """Start a program that has loaded all it needs, and works from now on."""
    return go(loading(home, imports, work, **more))


def build(home: Home) -> str:
    """Build; say what went wrong, '' where nothing did."""
    victim = start(home, UNITMILL, "build")
    said, _ = victim.process.communicate(timeout=1200)
    return (
        f"ended with {victim.process.returncode}: {said}"
        if (victim.process.returncode)
        else ""
    )


def require(fault: str) -> None:
    assert not fault, fault


def faults_of_version(home: Home) -> list[str]:
    """Compare the current version with its manifest and itself."""
    version = current(home.settings)
    if version is None:
        return ["nothing is published"]
    return [
        f"{version.name}: {found.subject}: {found.detail}"
        for found in verify(version)
        if found.holds is not True
    ]


def faults_of_ledger(home: Home) -> list[str]:
    """Name partitions that are damaged and would not be made again."""
    settings = home.settings
    stale = {
        (item.source.table, item.source.name, item.period)
        for item in scan_inputs(settings, all_sources(settings)).stale
    }
    return [
        f"{place.relative_to(settings.ledger_dir)} {fault}"
        for place in partitions(settings.ledger_dir)
        if (fault := damage(place)) and place.parts[-3:] not in stale
    ]


def lost_rows(home: Home) -> Iterator[str]:
    """Convert the exports again, and compare what is published with it row by row."""
    settings = home.settings
    version, sources = current(settings), all_sources(settings)
    assert version is not None
    inputs = scan_inputs(settings, sources)
    ledger = version.folder / "ledger"
    for found in (
        exports_are_there(ledger, inputs.landing),
        *converted_again(settings, ledger, inputs.landing, sources),
    ):
        if found.holds is not True:
            yield f"{version.name}: {found.subject}: {found.detail}"
    yield from (f"{s.source.name} {s.period} is stale" for s in inputs.stale)


def left_over(home: Home) -> list[str]:
    """Name what a killed process left in the folder of versions and in the ledger."""
    settings = home.settings
    half = [
        path.name
        for path in settings.versions_dir.iterdir()
        if path.name != "current" and not (path / "manifest.json").exists()
    ]
    return [*half, *(path.name for path in settings.ledger_dir.rglob("*.tmp"))]


def books(home: Home, name: str) -> tuple[object, ...]:
    """Give two sums of a version: what its two marts say."""
    place = home.settings.versions_dir / name / "warehouse.duckdb"
    with duckdb.connect(str(place), read_only=True) as db:
        found = db.execute(
            "select (select version from published_version), "
            "(select sum(billed_cost) from fct_charges_daily), "
            "(select sum(effective_cost) from fct_showback_daily)"
        ).fetchone()
    assert found is not None
    return found


def survivors(home: Home) -> dict[int, str]:
    """Give processes of a home that a kill of their group did not reach."""
    found = {}
    mark = f"{MARK}={home.folder}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            environment = (place / "environ").read_bytes().split(b"\0")
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:
            continue
        if mark in environment and words:
            found[int(place.name)] = words.decode(errors="replace")[:160]
    return found


def timed(work: Victim) -> float:
    """Let a program end; give how long it took."""
    began = time.monotonic()
    said, _ = work.process.communicate(timeout=600)
    assert work.process.returncode == 0, said
    return time.monotonic() - began


def moment(luck: random.Random, usual: float) -> float:
    return luck.uniform(0, usual * 1.02)
