"""``python -m official_validator``: ask for the second opinion, name what is new."""

import argparse
import sys
import tempfile
from pathlib import Path

from official_validator.findings import (
    Opinion,
    ValidatorError,
    ask,
    outlived,
    read_baseline,
    unreviewed,
)
from official_validator.views import write_views
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR, Settings

PYTHON = PROJECT_DIR / ".validator" / "bin" / "python"
ROWS = 100_000


def report(opinions: list[Opinion]) -> bool:
    """Print what the validator says; say whether all of it was reviewed."""
    for opinion in opinions:
        counts = opinion.outcomes
        print(
            f"{opinion.view.source_name:<16}{opinion.view.row_count:>8,} rows: "
            f"{counts['passed']} rules passed, {counts['failed']} failed, "
            f"{counts['skipped']} not applied"
        )
    baseline = read_baseline()
    findings = [finding for opinion in opinions for finding in opinion.findings]
    new = unreviewed(findings, baseline)
    for finding in new:
        print(
            f"NEW: {finding.source_name} fails {finding.rule_id} in "
            f"{finding.failing_row_count:,} rows: {finding.demand}"
        )
    for line in outlived(findings, baseline):
        print(f"GONE: {line.source_name} no longer fails {line.rule_id}: {line.reason}")
    print(f"{len(findings)} failures, {len(findings) - len(new)} of them reviewed")
    return not new


def main() -> int:
    """Judge the current version; 1 for a new failure, 2 where nothing can be judged."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--rows", type=int, default=ROWS, help="rows per source, at most"
    )
    asked.add_argument("--python", type=Path, default=PYTHON)
    chosen = asked.parse_args()
    version = current(Settings())
    if version is None:
        print("nothing is published; run `make demo` first", file=sys.stderr)
        return 2
    if not chosen.python.exists():
        print(f"no {chosen.python}; run `make official-validator`", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        views = write_views(version.database, Path(folder), chosen.rows)
        try:
            opinions = ask(chosen.python, views)
        except ValidatorError as error:
            print(error, file=sys.stderr)
            return 2
    return 0 if report(opinions) else 1


if __name__ == "__main__":
    sys.exit(main())
