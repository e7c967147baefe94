"""The audit: one record per build of what was checked and how it ended.

A build has an id, which stands in the build database itself and in the audit. So
``publish`` can check whether the record that it reads is of the marts that it copies.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypedDict

import duckdb
import pyarrow.parquet as pq

from pipelines.ledger.inputs import Inputs, compare
from pipelines.ledger.partitions import recorded_inputs
from pipelines.settings import DBT_DIR, Settings

# What has to have been checked before anything is shown.
REQUIRED = ("landing", "dbt", "quality")
# Settings that a build's numbers do not depend on.
NON_FINANCIAL_SETTINGS = {
    "exports",
    "home",
    "memory_limit",
    "publishing",
    "threads",
}


@dataclass(frozen=True, slots=True)
class Check:
    """How one check of a build ended."""

    name: str
    passed: bool
    severity: Literal["error", "warn"]
    detail: str = ""


class Audit(TypedDict):
    """The record as it is stored: checks per kind, each kind whole or absent."""

    build_id: str
    inputs: str
    database: str
    started_at: str
    checks: dict[str, list[dict[str, object]]]


def begin(settings: Settings, build_id: str) -> None:
    """Begin the audit of a build: what it is made of, and no check yet."""
    _write(
        settings,
        Audit(
            build_id=build_id,
            inputs=inputs_fingerprint(settings),
            database="",
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            checks={},
        ),
    )


def record(settings: Settings, kind: str, checks: Iterable[Check]) -> None:
    """Add all checks of one kind to the audit of the present build."""
    audit = read(settings)
    if audit is None:
        return
    audit["checks"][kind] = [asdict(check) for check in checks]
    _write(settings, audit)


def seal(settings: Settings) -> None:
    """Remember the database as dbt left it; a later change breaks the seal."""
    audit = read(settings)
    if audit is not None:
        audit["database"] = _sha256(settings.build_database)
        _write(settings, audit)


def read(settings: Settings) -> Audit | None:
    """Read the audit of the present build; None before any build."""
    try:
        audit: Audit = json.loads(_path(settings).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return audit


def objections(settings: Settings) -> list[str]:
    """List every objection to publishing the build as it lies there."""
    audit = read(settings)
    if audit is None or not settings.build_database.exists():
        return ["there is no build"]
    found = []
    if database_build_id(settings) != audit["build_id"]:
        found.append("the build database is not the one that was audited")
    elif _sha256(settings.build_database) != audit["database"]:
        found.append("the build changed after its audit")
    if inputs_fingerprint(settings) != audit["inputs"]:
        found.append("ledger, dbt project or settings changed since the build")
    found += [
        f"the {kind} checks did not run on this build"
        for kind in REQUIRED
        if not audit["checks"].get(kind)
    ]
    for kind, checks in audit["checks"].items():
        found += [
            f"{kind} check failed: {check['name']}"
            + (f" ({check['detail']})" if check["detail"] else "")
            for check in checks
            if check["severity"] == "error" and not check["passed"]
        ]
    return found


def database_build_id(settings: Settings) -> str:
    """Read the build's id from the build database."""
    with duckdb.connect(str(settings.build_database), read_only=True) as db:
        row = db.execute("select build_id from meta.build").fetchone()
    return str(row[0]) if row else ""


def inputs_fingerprint(settings: Settings) -> str:
    """Hash all that a build's numbers depend on: ledger, dbt project, settings."""
    digest = hashlib.sha256()
    for path in sorted(settings.ledger_dir.rglob("*.parquet")):
        place = path.relative_to(settings.ledger_dir).as_posix()
        digest.update(f"{place}={recorded_inputs(path)}\n".encode())
    for path in sorted(DBT_DIR.rglob("*")):
        if (
            path.suffix in {".sql", ".yml", ".csv", ".py"}
            and "target" not in path.parts
        ):
            digest.update(path.read_bytes())
    chosen = settings.model_dump_json(exclude=NON_FINANCIAL_SETTINGS)
    digest.update(chosen.encode())
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _path(settings: Settings) -> Path:
    return settings.build_dir / "audit.json"


def _write(settings: Settings, audit: Audit) -> None:
    path = _path(settings)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(audit, indent=1), "utf-8")
    temporary.replace(path)


def landing_checks(settings: Settings, inputs: Inputs) -> list[Check]:
    """Judge landing: files that nobody could read, deliveries not in the ledger."""
    blocks = settings.landing.unrecognized == "block"
    rows = pq.read_table(settings.deliveries_file).to_pylist()
    refused = [row for row in rows if row["status"] == "refused"]
    names = "; ".join(f"{', '.join(r['file_names'])}: {r['detail']}" for r in refused)
    return [
        Check(
            name="every_file_is_recognized",
            passed=not refused,
            severity="error" if blocks else "warn",
            detail=names,
        ),
        _every_delivery_is_in_the_ledger(settings, inputs),
    ]


def _every_delivery_is_in_the_ledger(settings: Settings, inputs: Inputs) -> Check:
    """A source that this run did not convert would be missing."""
    now = compare(settings, inputs.sources, inputs.landing)
    stale = ", ".join(f"{item.source.name} {item.period}" for item in now.stale)
    missing = [f"materialize {stale}"] if stale else []
    missing += now.incomplete.values()
    return Check(
        name="every_delivery_is_in_the_ledger",
        passed=not missing,
        severity="error",
        detail="; ".join(missing),
    )
