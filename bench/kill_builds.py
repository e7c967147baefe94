"""Kills of whole builds: of a command, under Dagster's pages, and of its daemon."""

import contextlib
import json
import os
import random
import signal
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

import dagster as dg

from bench.killing import (
    UNITMILL,
    Home,
    Phase,
    Victim,
    build,
    faults_of_ledger,
    faults_of_version,
    left_over,
    lost_rows,
    start,
    survivors,
)
from pipelines.publishing.versions import current_name

CONVERTING = 12.0
BUILDS_AFTER = 4
LAUNCH = """
mutation ($where: JobOrPipelineSelector!) {
  launchRun(executionParams: {selector: $where, runConfigData: "{}"}) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
PLACES = """
{ repositoriesOrError { ... on RepositoryConnection {
  nodes { name location { name } } } } }
"""
STATUS = '{ runOrError(runId: "%s") { ... on Run { status } } }'
HEALTH = """
{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }
"""


def of_converting(home: Home, phase: Phase, kills: int, luck: random.Random) -> None:
    """Kill builds while they convert what one changed cell made stale."""
    _kill_builds(home, phase, kills, lambda: luck.uniform(0.5, CONVERTING), 30)


def of_building(home: Home, phase: Phase, kills: int, luck: random.Random) -> None:
    """Kill builds at any moment; each meets what those before it have left."""
    home.change()
    began = time.monotonic()
    _finish(home, phase)
    usual = time.monotonic() - began
    phase.notes.append(f"a build takes {usual:.0f} s")
    _kill_builds(home, phase, kills, lambda: luck.uniform(1, usual), BUILDS_AFTER)


def _kill_builds(home: Home, phase: Phase, kills: int, when, every: int) -> None:
    settings = home.settings
    while phase.is_short_of(kills):
        before = current_name(settings)
        home.change()
        victim = start(home, UNITMILL, "build")
        was_working = victim.kill(when())
        phase.kills += was_working
        phase.late += not was_working
        shown = current_name(settings)
        phase.count("before" if shown == before else "after")
        phase.mixed += faults_of_version(home)
        phase.lost += faults_of_ledger(home)
        if alive := survivors(home):
            phase.notes.append(f"alive after the kill: {alive}")
        if not was_working and shown == before:
            phase.wrong.append("a build ended by itself and published nothing")
        if was_working and phase.kills % every == 0:
            _finish(home, phase)
    _finish(home, phase)


def _finish(home: Home, phase: Phase) -> None:
    """Build to the end; it has to publish just what the exports say."""
    before = current_name(home.settings)
    if fault := build(home):
        phase.wrong.append(fault)
        return
    phase.count("built to the end")
    phase.wrong += [*faults_of_version(home), *left_over(home)]
    if current_name(home.settings) == before:
        phase.notes.append("the next build found all published")
    phase.lost += lost_rows(home)


@dataclass
class Pages:
    """Dagster's pages of a home, as `unitmill ui` starts them."""

    victim: Victim
    port: int

    def ask(self, query: str, **variables: object) -> dict[str, object]:
        place = f"127.0.0.1:{self.port}"
        body = json.dumps({"query": query, "variables": variables}).encode()
        heads = {"Content-Type": "application/json", "Origin": f"http://{place}"}
        asked = urllib.request.Request(f"http://{place}/graphql", body, heads)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)["data"]

    def launch(self) -> str:
        [there] = self.ask(PLACES)["repositoriesOrError"]["nodes"]
        where = {
            "repositoryName": there["name"],
            "repositoryLocationName": there["location"]["name"],
            "pipelineName": "build",
        }
        told = self.ask(LAUNCH, where=where)["launchRun"]
        assert told["__typename"] == "LaunchRunSuccess", told
        return told["run"]["runId"]

    def status(self, run_id: str) -> str:
        return self.ask(STATUS % run_id)["runOrError"]["status"]

    def unhealthy(self) -> list[str]:
        found = self.ask(HEALTH)["instance"]["daemonHealth"]["allDaemonStatuses"]
        return [d["daemonType"] for d in found if d["required"] and not d["healthy"]]


def opened(home: Home) -> Pages:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home.folder / "ui.log"
    # What it says goes to a file: nobody would empty a pipe.
    call = f"exec {UNITMILL} ui --port {port} > {log} 2>&1"
    pages = Pages(start(home, "/bin/sh", "-c", call), port)
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, urllib.error.URLError, ValueError):
            if pages.ask(PLACES)["repositoriesOrError"].get("nodes"):
                return pages
        assert pages.victim.process.poll() is None, log.read_text()[-2000:]
        time.sleep(0.5)
    raise TimeoutError(log.read_text()[-2000:])


def of_pages(home: Home, phase: Phase, kills: int, luck: random.Random) -> None:
    """Kill Dagster's pages and all they started while a run of theirs works."""
    while phase.is_short_of(kills):
        home.change()
        pages = opened(home)
        run_id = pages.launch()
        ends = time.monotonic() + 120
        while pages.status(run_id) not in {"STARTED", "FAILURE", "SUCCESS"}:
            assert time.monotonic() < ends, pages.status(run_id)
            time.sleep(0.3)
        time.sleep(luck.uniform(0, 20))
        status = pages.status(run_id)
        pages.victim.kill(0.01)
        phase.kills += status == "STARTED"
        phase.late += status != "STARTED"
        alive = survivors(home)
        phase.count("groups with survivors" if alive else "groups all dead")
        began = time.monotonic()
        while survivors(home) and time.monotonic() - began < 60:
            time.sleep(0.2)
        if alive:
            took = time.monotonic() - began
            phase.notes.append(f"{sorted(set(alive.values()))} lived {took:.1f} s on")
        phase.mixed += faults_of_version(home)
        phase.lost += faults_of_ledger(home)
        if phase.kills % 3 == 1:
            _finish(home, phase)
            if (found := _status_of(home, run_id)) != "FAILURE":
                phase.wrong.append(f"the killed run {run_id} is {found}")


def _status_of(home: Home, run_id: str) -> str:
    place = str(home.settings.dagster_home)
    with dg.DagsterInstance.from_config(place) as instance:
        run = instance.get_run_by_id(run_id)
        return run.status.value if run else "gone"


def of_daemon(home: Home, phase: Phase, kills: int, luck: random.Random) -> None:
    """Kill the daemon alone: the pages end or say so, and start again."""
    while phase.is_short_of(kills):
        pages = opened(home)
        time.sleep(luck.uniform(1, 6))
        [daemon] = [
            pid for pid, words in survivors(home).items() if "dagster._daemon" in words
        ]
        os.kill(daemon, signal.SIGKILL)
        phase.kills += 1
        began = time.monotonic()
        while pages.victim.process.poll() is None:
            if time.monotonic() - began > 60:
                phase.wrong.append(f"the pages go on: unhealthy {pages.unhealthy()}")
                break
            time.sleep(0.2)
        took = time.monotonic() - began
        phase.notes.append(
            f"ended by itself after {took:.1f} s with {pages.victim.process.returncode}"
        )
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pages.victim.process.pid, signal.SIGKILL)
        again = opened(home)
        time.sleep(15)
        if unhealthy := again.unhealthy():
            phase.wrong.append(f"unhealthy after starting again: {unhealthy}")
        os.killpg(again.victim.process.pid, signal.SIGTERM)
        again.victim.process.wait(60)
