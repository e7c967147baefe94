"""``python -m sample_company [--out DIR]``: write the sample exports."""

import argparse
from pathlib import Path

from pipelines.settings import PROJECT_DIR
from sample_company.make import write_samples


def main() -> None:
    """Read the one option and write."""
    parser = argparse.ArgumentParser(prog="python -m sample_company")
    parser.add_argument("--out", type=Path, default=PROJECT_DIR / "sample_exports")
    write_samples(parser.parse_args().out)


if __name__ == "__main__":
    main()
