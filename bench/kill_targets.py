"""Kills where versions are shown: in the home, and in a target such as Postgres."""

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import adbc_driver_postgresql.dbapi as postgresql

from bench.killing import (
    Home,
    Phase,
    books,
    build,
    faults_of_ledger,
    faults_of_version,
    go,
    left_over,
    loading,
    lost_rows,
    moment,
    ready,
    require,
    timed,
)
from pipelines.publishing.publish import publish, remove, rollback
from pipelines.publishing.versions import current, current_name, versions
from pipelines.targets.registry import TARGETS, copy_to

NOBODY = 65534  # Postgres refuses root
ADDRESS = "KILLS_DATABASE_URL"
PUBLISH = (
    "from pipelines.publishing.publish import publish",
    "publish(Settings())",
)
COPY = """
from pipelines.publishing.versions import current
from pipelines.targets.registry import TARGETS, copy_to
from pipelines.targets.postgres import load, views
from pipelines.targets.object_store import copying
"""
SHOWN = """
select (select version from marts.published_version),
       (select sum(billed_cost) from marts.fct_charges_daily)::text,
       (select sum(effective_cost) from marts.fct_showback_daily)::text
"""


def two_versions(home: Home) -> tuple[str, str]:
    """Give two versions whose books differ; build what is missing."""
    if len(versions(home.settings)) < 2:
        home.change()
        require(build(home))
    first, second = (version.name for version in versions(home.settings)[-2:])
    assert books(home, first)[1:] != books(home, second)[1:]
    return first, second


def of_publishing(home: Home, phase: Phase, kills: int, luck: random.Random) -> None:
    """Kill publishing alone; the version is taken back before each."""
    before, _ = two_versions(home)
    truth = {books(home, name)[1:] for name in two_versions(home)}
    usual = 0.0
    victim = loading(home, *PUBLISH)
    while phase.is_short_of(kills):
        settings = home.settings
        rollback(settings, before)
        for version in versions(settings):
            if version.name > before:
                remove(version.folder)
        old = books(home, before)[1:]
        go(victim)
        if not usual:
            usual = timed(victim)
            victim = loading(home, *PUBLISH)
            continue
        was_working = victim.kill(moment(luck, usual))
        victim = loading(home, *PUBLISH)
        phase.kills += was_working
        phase.late += not was_working
        shown = current_name(settings)
        phase.count("before" if shown == before else "after")
        phase.mixed += faults_of_version(home)
        if books(home, shown)[1:] not in truth:
            phase.mixed.append(f"{shown} has other sums")
        phase.lost += faults_of_ledger(home)
        phase.count("with a remainder" if left_over(home) else "without a remainder")
        publish(settings)
        wrong = [*faults_of_version(home), *left_over(home)]
        if books(home, current_name(settings))[1:] == old:
            wrong.append("the next run published nothing")
        phase.wrong += wrong
    victim.kill(0)
    phase.lost += lost_rows(home)
    phase.notes.append(f"publishing takes {usual:.1f} s")


@dataclass(frozen=True)
class Shown:
    """A place that versions are copied to.

    Attributes:
        target: as in `unitmill publish-to`.
        forget: removes what the place has beside the version of this name; is told the
            number of the kill; returns whether the next copy has to load.
        read: gives the version that readers see, and what is wrong with it.
    """

    target: str
    forget: Callable[[str, int], bool]
    read: Callable[[], tuple[str, list[str]]]

    @property
    def work(self) -> tuple[str, str]:
        """What a program imports and does that copies the current version."""
        copy = f"copy_to(Settings(), TARGETS[{self.target!r}], current(Settings()))"
        return COPY, copy

    def copy(self, home: Home) -> None:
        """Copy the current version in this process."""
        version = current(home.settings)
        assert version is not None
        copy_to(home.settings, TARGETS[self.target], version)


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """Let this process and those that it starts have these variables."""
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            del os.environ[name]


def of_target(
    home: Home, phase: Phase, kills: int, luck: random.Random, place: Shown
) -> None:
    """Kill the copy of a version; readers see it whole, or the other one whole."""
    names = two_versions(home)
    usual = _usual(home, names, place)
    victim, rounds = loading(home, *place.work), 0
    while phase.is_short_of(kills):
        before, coming = names[rounds % 2], names[(rounds + 1) % 2]
        rounds += 1
        has_to_load = place.forget(before, rounds)
        assert place.read() == (before, [])
        rollback(home.settings, coming)
        was_working = go(victim).kill(moment(luck, usual[has_to_load]))
        victim = loading(home, *place.work)
        phase.kills += was_working
        phase.late += not was_working
        shown, faults = place.read()
        phase.mixed += faults
        phase.count("before" if shown == before else "after")
        if shown not in names:
            phase.mixed.append(f"{shown} is neither")
        place.copy(home)
        shown, faults = place.read()
        phase.wrong += faults
        if shown != coming:
            phase.wrong.append(f"{shown} is shown, not {coming}")
    victim.kill(0)
    phase.notes.append(
        f"a copy takes {usual[True]:.1f} s, one that was there {usual[False]:.1f} s"
    )


def _usual(home: Home, names: tuple[str, str], place: Shown) -> dict[bool, float]:
    """Copy both versions; give the seconds of a copy that has to load, and of none."""
    seconds = []
    for name in (*names, names[0]):
        rollback(home.settings, name)
        seconds.append(timed(ready(home, *place.work)))
    return {True: min(seconds[:2]), False: seconds[2]}


@contextmanager
def postgres(home: Home) -> Iterator[Shown]:
    """Run a server of its own on a socket; half of the kills meet an empty database."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    folder = Path(tempfile.mkdtemp(prefix="kills-postgres-"))
    who = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
    if who:
        os.chown(folder, NOBODY, NOBODY)
    data = folder / "data"

    def run(*words: object) -> None:
        call = [str(programs / str(words[0])), *map(str, words[1:])]
        subprocess.run(call, cwd=folder, check=True, stdout=subprocess.DEVNULL, **who)

    run("initdb", "-D", data, "-U", "owner", "--auth=trust", "--no-sync")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    address = f"postgresql:///postgres?host={folder}&user=owner"
    variables = {
        ADDRESS: address,
        "UNITMILL_PUBLISHING__POSTGRES__DATABASE_URL_VARIABLE": ADDRESS,
        "UNITMILL_PUBLISHING__POSTGRES__READER_ROLE": "",
    }

    def ask(sql: str) -> list[tuple[object, ...]]:
        with (
            postgresql.connect(address, autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
            return [*cursor.fetchall()] if cursor.description else []

    truth = {
        name: tuple(map(str, books(home, name)))
        for name in (v.name for v in versions(home.settings))
    }

    def read() -> tuple[str, list[str]]:
        [found] = ask(SHOWN)
        name = str(found[0])
        same = name in truth and all(
            float(str(a)) == float(b)
            for a, b in zip(found[1:], truth[name][1:], strict=True)
        )
        return name, [] if same else [f"{found}, not {truth.get(name)}"]

    def forget(_: str, number: int) -> bool:
        if number % 2:
            return False
        for (name,) in ask(
            "select nspname::text from pg_namespace where nspname ~ '^marts'"
        ):
            ask(f'drop schema "{name}" cascade')
        shown.copy(home)
        return True

    shown = Shown("postgres", forget, read)
    try:
        with environment(variables):
            yield shown
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)
