"""What a look at many small files costs: the first, later ones, and the sensor's tick.

Run ``python -m bench.look --files 1000 5000``. Each file is a call log of three calls,
of which a look makes three deliveries. The look is that of ``unitmill build`` and of
the sensor ``new_deliveries``; nothing is converted.
"""

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

from bench import ledger
from bench.measuring import checked, child, row, spend, table
from pipelines.landing.deliveries import scan
from pipelines.landing.identity import JUST_NOW_NS
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources

MODULE = "bench.look"
HEADER = (
    "requested_at,request_id,provider_name,model_id,resource_id,workload_name,"
    "project_name,tenant_id,prompt_name,prompt_version,input_uncached_tokens,"
    "output_tokens,is_failed,latency_ms\n"
)
CALL = (
    "2026-10-{day:02}T09:0{call}:00Z,{file}-{call},self-hosted,lumen-2b-kiosk,kiosks,"
    "kiosk,stores,shop-1,kiosk-answer,2,895,60,false,1500\n"
)
CALLS = 3
GOES_ON = "the next tick goes on"


def deliver(folder: Path, first: int, files: int) -> None:
    """Write call logs, and wait until a look may remember them."""
    exports = folder / "exports"
    exports.mkdir(exist_ok=True)
    for file in range(first, first + files):
        day = file % 31 + 1
        calls = [CALL.format(day=day, call=n, file=file) for n in range(CALLS)]
        (exports / f"calls-{file:06}.csv").write_text(HEADER + "".join(calls))
    time.sleep(JUST_NOW_NS / 1e9 + 0.1)


def look(settings: Settings, *, before: int) -> None:
    """Look at the exports, after some looks of this process that do not count."""
    sources = all_sources(settings)
    for _ in range(before):
        scan(settings, sources)
    spend(partial(scan, settings, sources))


def tick(settings: Settings) -> list[tuple[float, str]]:
    """Let the sensor tick until it has seen everything; give seconds and words."""
    import dagster as dg  # noqa: PLC0415 (it takes seconds to import)

    from pipelines.defs.automation import automation  # noqa: PLC0415

    made = automation(settings, all_sources(settings))
    [sensor] = [s for s in made.sensors or () if s.name == "new_deliveries"]
    ticks: list[tuple[float, str]] = []
    while not ticks or ticks[-1][1].endswith(GOES_ON):
        begun = time.monotonic()
        done = sensor.evaluate_tick(dg.build_sensor_context())
        ticks.append(
            (time.monotonic() - begun, done.skip_message or "asks for a build")
        )
    return ticks


def report(choices: list[int]) -> None:
    """Print one line per number of files."""
    table(
        "files",
        "first look s",
        "again, same process",
        "again, new process",
        "a new process, one file more",
        "ms a file again",
    )
    for files in choices:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            deliver(folder, 0, files)
            costs = [checked(child(MODULE, folder, before)).cpu for before in (0, 1, 0)]
            deliver(folder, files, 1)
            costs.append(checked(child(MODULE, folder, 0)).cpu)
            shown = [f"{cost:.2f}" for cost in costs]
            row(files, *shown, f"{1000 * costs[2] / files:.2f}")


def report_ticks(files: int) -> None:
    """Print one line per tick of the sensor in a new home."""
    table("tick", "wall s", "what it says")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        deliver(folder, 0, files)
        for number, (seconds, said) in enumerate(tick(ledger.settings_of(folder)), 1):
            row(number, f"{seconds:.1f}", said)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, nargs="+", default=[1_000, 5_000])
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        folder, before = chosen.child
        look(ledger.settings_of(Path(folder)), before=int(before))
        return
    report(chosen.files)
    print()
    report_ticks(max(chosen.files))


if __name__ == "__main__":
    main()
