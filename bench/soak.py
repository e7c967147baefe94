"""Many builds of a small bill under readers, kills, a full disk: what grows, is lost?

Run ``make soak`` or ``python -m bench.soak --builds 200``. Each build changes one cell
of one row. Three readers ask the current version meanwhile: this DuckDB, another one
(``SOAK_OLD_PYTHON``, a Python that has it), and a browser of the pages. Every fourth
build is killed at any moment and built again. Where root runs it, the home is a file
system of its own, which is full in one build. Ends with 1 if anything was lost.
"""

import argparse
import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb

from bench.soak_readers import Reader, readers
from pipelines.settings import PROJECT_DIR

SOURCE = PROJECT_DIR / "sample_exports" / "ferrum"
SHOWN = (1, 10, 50, 100, 200)
FOLDERS = ("dagster", "versions", "dbt", "build", "ledger", "landing", "tmp", "running")
KILL_EVERY, FULL_AT = 4, 6
ROOM_MB, LEFT_MB = 3000, 4


@dataclass
class Soak:
    """The folders of a soak, and what was seen."""

    folder: Path
    builds: int
    faults: list[str] = field(default_factory=list)
    sizes: dict[int, dict[str, tuple[float, int]]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    kills: int = 0
    full: str = "not tried: only root may mount a file system of its own"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    def environment(self) -> dict[str, str]:
        mine = {k: v for k, v in os.environ.items() if not k.startswith("UNITMILL")}
        return mine | {
            "TMPDIR": str(self.folder / "tmp"),
            "SOAK_MARK": str(self.folder),
        }

    def command(self, *words: str) -> list[str]:
        program = Path(sys.executable).parent / "unitmill"
        place = ("--home", str(self.home), "--exports", str(self.exports))
        return [str(program), "--project", str(PROJECT_DIR), *words, *place]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command("build"),
            env=self.environment(),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def change(soak: Soak, number: int) -> str:
    """Change one cell of one row, as a vendor's newer export does; give its value."""
    name = f"frm-soak-{number:04}"
    [file] = soak.exports.glob("*2026-10.csv")
    rows = [*csv.reader(file.read_text("utf-8").splitlines())]
    rows[1][rows[0].index("resource_name")] = name
    part = file.with_name(f".{file.name}.part")
    with part.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)
    part.replace(file)
    return name


def published(soak: Soak) -> tuple[str, Decimal, set[str]]:
    """Give the current version, its sum and the names of its resources."""
    link = soak.home / "versions" / "current"
    if not link.is_symlink():
        return "", Decimal(0), set()
    with duckdb.connect(str(link / "warehouse.duckdb"), read_only=True) as db:
        found = db.execute(
            "select any_value(v.version), sum(f.BilledCost), "
            "list(distinct f.ResourceName) from focus as f, published_version as v"
        ).fetchone()
    assert found is not None
    return str(found[0]), found[1], {*found[2]}


def expected(soak: Soak) -> Decimal:
    """Add up what the exports bill."""
    return sum(
        (
            Decimal(row["amount"])
            for file in soak.exports.glob("*.csv")
            for row in csv.DictReader(file.read_text("utf-8").splitlines())
        ),
        Decimal(0),
    )


def build_once(soak: Soak, number: int, luck: random.Random) -> None:
    """Change, perhaps kill or fill the disk, build, and look if it is all there."""
    before = published(soak)[0]
    name = change(soak, number)
    if number % KILL_EVERY == 0:
        kill(soak, number, before, luck)
    if number == FULL_AT and soak.home.is_mount():
        fill(soak, before)
    began = time.monotonic()
    process = soak.start()
    said, _ = process.communicate(timeout=1200)
    soak.seconds.append(time.monotonic() - began)
    if process.returncode:
        soak.faults.append(f"build {number} ended with {process.returncode}: {said}")
        return
    version, total, names = published(soak)
    if version == before or name not in names or total != expected(soak):
        soak.faults.append(f"build {number}: {version} has {total}, not {name}")
    if left := orphans(soak):
        soak.faults.append(f"build {number} left processes: {left}")
    soak.sizes[number] = sizes(soak)


def kill(soak: Soak, number: int, before: str, luck: random.Random) -> None:
    usual = soak.seconds[-1] if soak.seconds else 60
    process = soak.start()
    time.sleep(luck.uniform(0.5, usual * 1.05))
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        soak.kills += 1
    process.communicate()
    now, total, _ = published(soak)
    if before and not now:
        soak.faults.append(f"after the kill in build {number} nothing is published")
    elif before and now == before and total != expected(soak):
        soak.faults.append(f"after the kill in build {number}: {now} has {total}")


def fill(soak: Soak, before: str) -> None:
    """Build on a full disk: a refusal, and the version before stays."""
    filler = soak.home / "filler"
    room = shutil.disk_usage(soak.home).free - LEFT_MB * 1_000_000
    with filler.open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, room)
    process = soak.start()
    said, _ = process.communicate(timeout=1200)
    filler.unlink()
    now = published(soak)[0]
    if process.returncode == 0 or now != before:
        soak.faults.append(f"a full disk: ended with {process.returncode}, {now}")
    if "Traceback" in said:
        soak.faults.append(f"a full disk: {said[-1000:]}")
    ends = [each for each in said.splitlines() if each.startswith("unitmill:")][-1:]
    soak.full = f"ended with {process.returncode}: {ends[0] if ends else said[-200:]}"


def orphans(soak: Soak) -> list[str]:
    """Name processes that a build started and that outlive it by a second."""
    time.sleep(1)
    found = []
    mine = {os.getpid(), *(r.process.pid for r in soak_readers)}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            environment = (place / "environ").read_bytes()
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:
            continue
        is_ours = f"SOAK_MARK={soak.folder}".encode() in environment.split(b"\0")
        if is_ours and int(place.name) not in mine:
            found.append(words.decode()[:120])
    return found


def sizes(soak: Soak) -> dict[str, tuple[float, int]]:
    """Give MB and files of each folder of the home, and of the temporary one."""
    found = {}
    places = {name: soak.home / name for name in FOLDERS}
    for name, place in {**places, "TMPDIR": soak.folder / "tmp"}.items():
        files = [f for f in place.rglob("*") if f.is_file() and not f.is_symlink()]
        found[name] = sum(f.stat().st_size for f in files) / 1e6, len(files)
    return found


@contextmanager
def own_file_system(soak: Soak) -> Iterator[None]:
    """Give the home a file system of its own, where that is allowed."""
    soak.home.mkdir()
    mounted = os.geteuid() == 0 and not subprocess.call(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM_MB}m", "soak", str(soak.home)],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        if mounted:
            subprocess.call(["umount", "--lazy", str(soak.home)])


soak_readers: list[Reader] = []


def main() -> int:
    """Soak, and print what was seen."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--builds", type=int, default=int(os.environ.get("SOAK_BUILDS", "200"))
    )
    asked.add_argument("--seed", type=int, default=37)
    asked.add_argument("--minutes", type=float, default=float("inf"))
    options = asked.parse_args()
    luck, ends = random.Random(options.seed), time.monotonic() + options.minutes * 60
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = Soak(Path(folder), options.builds)
        shutil.copytree(SOURCE, soak.exports)
        (soak.folder / "tmp").mkdir()
        with own_file_system(soak):
            for number in range(1, soak.builds + 1):
                build_once(soak, number, luck)
                print(f"build {number}: {soak.seconds[-1]:.0f} s", flush=True)
                if number == 1:
                    soak_readers.extend(readers(soak.home, expected(soak)))
                if time.monotonic() > ends:
                    break
            report(soak)
    return 1 if soak.faults else 0


def report(soak: Soak) -> None:
    last = max(soak.sizes, default=0)
    shown = [n for n in sorted({*SHOWN, last}) if n in soak.sizes]
    print(f"\n| MB (files) after build | {' | '.join(map(str, shown))} |")
    print("|---|" + "---|" * len(shown))
    for name in (*FOLDERS, "TMPDIR"):
        cells = (soak.sizes[n][name] for n in shown)
        print(f"| {name} | {' | '.join(f'{mb:.1f} ({n})' for mb, n in cells)} |")
    print("\n| reader | rounds | failures | wrong sums | versions | slowest, s |")
    print("|---|---|---|---|---|---|")
    for reader in soak_readers:
        told = reader.stop()
        print(f"| {reader.name} | {' | '.join(map(str, told.values()))} |")
        for key in ("failures", "wrong"):
            if told[key]:
                soak.faults.append(f"{reader.name}: {told[key]} {key}")
    usual = sorted(soak.seconds)[len(soak.seconds) // 2] if soak.seconds else 0
    print(
        f"\n{len(soak.seconds)} builds, {usual:.0f} s at the median, {soak.kills} kills"
    )
    print(f"full disk: {soak.full}")
    print("\n".join(["faults:", *soak.faults]) if soak.faults else "nothing was lost")


if __name__ == "__main__":
    sys.exit(main())
