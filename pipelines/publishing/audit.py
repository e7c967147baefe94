"""The audit: one record per build of what was checked and how it ended.

A build has an id, which stands in the build database itself and in the audit. So
``publish`` can tell whether the record that it reads is of the marts that it copies.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypedDict

import duckdb
import pyarrow.parquet as pq

from pipelines.landing.deliveries import load
from pipelines.landing.source import ExportError, quoted
from pipelines.ledger.partitions import recorded_inputs
from pipelines.ledger.stale import stale_partitions
from pipelines.ledger.tally import ledger_rows, left_out
from pipelines.reference.exchange_rates import record_rates
from pipelines.reference.list_prices import record_list_prices
from pipelines.reference.published_forecasts import record_vintages
from pipelines.reference.published_totals import record_history
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.registry import all_sources
from pipelines.sources.tables import TABLES

# What has to have been checked before anything is shown.
REQUIRED = ("landing", "dbt", "quality")
# Settings that a build's numbers do not depend on.
MOVE_NO_NUMBER = {
    "exports",
    "first_period",
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


def start_build(settings: Settings) -> str:
    """Begin a build: an empty database with a new id, and an audit without checks."""
    build_id = secrets.token_hex(8)
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    for leftover in settings.build_dir.glob("warehouse.duckdb*"):
        leftover.unlink()
    with duckdb.connect(str(settings.build_database)) as db:
        db.execute("create schema meta")
        db.execute(f"create table meta.build as select {quoted(build_id)} as build_id")
        _show_inputs(db, settings)
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
    return build_id


def _show_inputs(db: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Show what dbt reads as views of two schemas: the ledger's tables and landing."""
    db.execute("create schema ledger")
    for table in ("focus", *TABLES):
        parts = quoted(settings.ledger_dir / table / "*" / "*.parquet")
        db.execute(
            f"create view ledger.{table} as "
            f"select * from read_parquet({parts}, union_by_name = true)"
        )
    db.execute("create schema landing")
    db.execute(f"create view landing.rows_left_out as {left_out(settings.ledger_dir)}")
    with_deliveries = [t for t in TABLES if "delivery_id" in TABLES[t].types]
    counts = ledger_rows(settings.ledger_dir, with_deliveries)
    db.execute(f"create view landing.ledger_rows as {counts}")
    record_history(settings)
    record_vintages(settings)
    record_rates(settings)
    record_list_prices(settings)
    for file in (
        settings.deliveries_file,
        settings.settings_record,
        settings.history_file,
        settings.vintages_file,
        settings.rates_record,
        settings.list_prices_record,
    ):
        db.execute(
            f"create view landing.{file.stem} as "
            f"select * from read_parquet({quoted(file)})"
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
    """Say everything that speaks against publishing the build as it lies there."""
    audit = read(settings)
    if audit is None or not settings.build_database.exists():
        return ["there is no build; materialize the marts first"]
    found = []
    if database_build_id(settings) != audit["build_id"]:
        found.append("the build database is not the one that was audited")
    elif _sha256(settings.build_database) != audit["database"]:
        found.append("the build changed after its audit; materialize all marts again")
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
    for path in sorted((PROJECT_DIR / "dbt_project").rglob("*")):
        if (
            path.suffix in {".sql", ".yml", ".csv", ".py"}
            and "target" not in path.parts
        ):
            digest.update(path.read_bytes())
    chosen = settings.model_dump_json(exclude=MOVE_NO_NUMBER)
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


def landing_checks(settings: Settings) -> list[Check]:
    """Judge landing: files that nobody could read, deliveries not in the ledger."""
    blocks = settings.landing.unrecognized == "block"
    rows = pq.read_table(settings.deliveries_file).to_pylist()
    refused = [row for row in rows if row["status"] == "refused"]
    names = "; ".join(f"{', '.join(r['file_names'])}: {r['detail']}" for r in refused)
    return [
        Check(
            name="every_file_is_recognised",
            passed=not refused,
            severity="error" if blocks else "warn",
            detail=names,
        ),
        _every_delivery_is_in_the_ledger(settings),
    ]


def _every_delivery_is_in_the_ledger(settings: Settings) -> Check:
    """A month that Dagster does not show, or was not asked for, would be missing."""
    landing = load(settings)
    try:
        stale = stale_partitions(settings.ledger_dir, landing, all_sources(settings))
        detail = ", ".join(f"{item.source.name} {item.period}" for item in stale)
    except ExportError as error:
        detail = str(error)
    return Check(
        name="every_delivery_is_in_the_ledger",
        passed=not detail,
        severity="error",
        detail=f"materialize {detail}" if detail else "",
    )
