"""Every bench, one after the other: `python -m bench`."""

import runpy
import sys

BENCHES = (
    "bench.convert",
    "bench.memory",
    "bench.rerun",
    "bench.history",
    "bench.look",
    "bench.conformance",
    "bench.telemetry",
    "bench.forecast",
    "bench.demo",
    "bench.builds",
    "bench.official_validator",
)

for name in BENCHES:
    print(f"\n{name}\n")
    sys.argv = [name]
    runpy.run_module(name, run_name="__main__")
