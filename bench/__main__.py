"""Every bench, one after the other: `python -m bench`."""

import runpy
import sys

BENCHES = ("bench.convert_aws", "bench.conformance")

for name in BENCHES:
    sys.argv = [name]
    runpy.run_module(name, run_name="__main__")
