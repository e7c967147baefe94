"""Judge FOCUS 1.2 files by the official validator: ``python judge.py FILE...``.

Runs in the validator's environment and imports nothing of Unitmill. Prints one JSON
document: file -> rule id -> outcome, rows that break the rule, what it demands.
"""

import json
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import focus_validator
from focus_validator.validator import Validator

# It reads its currency codes by a path below the folder that it is installed in.
INSTALLED_IN = Path(focus_validator.__file__).parent.parent


def judge(path: Path) -> dict[str, dict[str, object]]:
    """Judge one file, as if its provider supported everything that FOCUS asks about."""
    validator = Validator(
        data_filename=str(path),
        output_type="console",
        output_destination=None,
        column_namespace=None,
        rules_version="1.2",
        rules_block_remote_download=True,
        focus_dataset="CostAndUsage",
        applicability_criteria="ALL",
    )
    validator.load()
    judged = validator.spec_rules.validate(validator.focus_data).by_rule_id
    return {
        rule_id: _told(result)
        for rule_id, result in judged.items()
        if not _repeats(result, judged)
    }


def _repeats(result: Mapping[str, Any], judged: Mapping[str, Any]) -> bool:
    """Say whether a failed rule only sums up another one that failed."""
    children = result["details"].get("children") or ()
    referenced = (child.get("referenced_rule_id") for child in children)
    return not result["ok"] and any(
        rule_id in judged and not judged[rule_id]["ok"] for rule_id in referenced
    )


def _told(result: Mapping[str, Any]) -> dict[str, object]:
    details = result["details"]
    outcome = "passed" if result["ok"] else "failed"
    return {
        "outcome": "skipped" if details.get("skipped") else outcome,
        "rows": int(details.get("violations") or 0),
        "demand": str(details.get("message") or ""),
    }


def main() -> None:
    """Judge every file that the command line names."""
    logging.disable(logging.CRITICAL)
    paths = [Path(name).resolve() for name in sys.argv[1:]]
    os.chdir(INSTALLED_IN)
    json.dump({str(path): judge(path) for path in paths}, sys.stdout)


if __name__ == "__main__":
    main()
