"""The audit: one record per build of what was checked and how it ended.

A build has an id, which stands in the build database itself and in the audit. So
``publish`` can check whether the record that it reads is of the marts that it copies.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypedDict

import duckdb

from pipelines.landing.deliveries import load
from pipelines.landing.landed import Landing, Refusal
from pipelines.ledger.conversion import refused_in
from pipelines.ledger.inputs import Inputs, compare
from pipelines.ledger.partitions import recorded_inputs
from pipelines.publishing.failing_rows import more
from pipelines.settings import DBT_DIR, Settings

# What has to have been checked before anything is shown.
REQUIRED = ("landing", "dbt", "quality")
_DBT_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".py", ".md"}
# Settings that a build's numbers do not depend on.
NON_FINANCIAL_SETTINGS: dict[str, bool | set[str]] = {
    "exports": True,
    "home": True,
    "landing": {"expected_every_days"},
    "memory_limit": True,
    "publishing": True,
    "threads": True,
}


@dataclass(frozen=True, slots=True)
class Check:
    """How one check of a build ended.

    Attributes:
        name: of the check, as Dagster shows it.
        passed: whether it held.
        severity: whether it blocks publishing.
        detail: what is wrong in one sentence: source, month, amount, cause, what to do.
        asset: what it is a check of.
        skipped: whether it could not run because of another one that failed.
    """

    name: str
    passed: bool
    severity: Literal["error", "warn"]
    detail: str = ""
    asset: str = ""
    skipped: bool = False

    @property
    def blocks(self) -> bool:
        """Whether it speaks against publishing."""
        return self.severity == "error" and not self.passed

    def objection(self, kind: str) -> str:
        """Say what is wrong, then which check found it."""
        name = f"{self.asset} {self.name}".strip()
        if not self.detail:
            return f"{kind} check failed: {name}"
        return f"{self.detail} [{kind} check {name}]"


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
    """List every objection to publishing the build as it lies there.

    Causes come first; what did not run because of them is one line at the end.
    """
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
    missing = [
        f"the {kind} checks" for kind in REQUIRED if not audit["checks"].get(kind)
    ]
    causes, skipped = _failed(audit)
    if not causes and not skipped:
        return found + [f"{checks} did not run on this build" for checks in missing]
    if skipped:
        missing.insert(0, f"{skipped} models and tests of dbt")
    if missing:
        causes.append(f"because of it these did not run: {', '.join(missing)}")
    return found + causes


def waiting(settings: Settings, published_build_id: str) -> list[str]:
    """List what stops the newest build or the newest files from being published.

    Args:
        settings: whose home.
        published_build_id: the build of the current version.
    """
    # Files that stop a run stop it before there is a build.
    landing = load(settings)
    checks = [
        every_file_is_recognized(settings, landing),
        _every_delivery_is_converted(settings),
    ]
    blocking = [check.objection("landing") for check in checks if check.blocks]
    if blocking:
        return blocking
    audit = read(settings)
    if audit is None or audit["build_id"] == published_build_id:
        return []
    return objections(settings)


def _failed(audit: Audit) -> tuple[list[str], int]:
    """Give the objections of checks that failed, and how many could not run."""
    checks = [
        (kind, Check(**check))  # type: ignore[arg-type]
        for kind, checks in audit["checks"].items()
        for check in checks
    ]
    failed = [(kind, check) for kind, check in checks if check.blocks]
    causes = [check.objection(kind) for kind, check in failed if not check.skipped]
    return causes, sum(check.skipped for _, check in failed)


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
    for path in dbt_files(settings.models_dir):
        digest.update(path.read_bytes())
    chosen = settings.model_dump_json(exclude=NON_FINANCIAL_SETTINGS)
    digest.update(chosen.encode())
    return digest.hexdigest()


def dbt_files(models_dir: Path | None) -> Iterator[Path]:
    """Name every file of the dbt project: the shipped ones, then the workspace's."""
    for root in filter(None, (DBT_DIR, models_dir)):
        for path in sorted(root.rglob("*")):
            if path.suffix in _DBT_SUFFIXES and not (
                {"target", "logs"} & {*path.relative_to(root).parts}
            ):
                yield path


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
    return [
        every_file_is_recognized(settings, inputs.landing),
        _every_delivery_is_converted(settings),
        _every_delivery_is_in_the_ledger(settings, inputs),
    ]


def every_file_is_recognized(settings: Settings, landing: Landing) -> Check:
    """Judge whether each file belongs to one source and can be read."""
    name = "every_file_is_recognized"
    return _no_refusal(settings, name, landing.refusals, "file")


def _every_delivery_is_converted(settings: Settings) -> Check:
    """Judge whether each delivery that was recognized could be read to its end."""
    refusals = [one.refusal() for one in refused_in(settings.ledger_dir)]
    name = "every_delivery_is_converted"
    return _no_refusal(settings, name, refusals, "refusal")


def _no_refusal(
    settings: Settings, name: str, refusals: Sequence[Refusal], what: str
) -> Check:
    """Judge what was refused as the owner chose: it blocks, or it warns."""
    blocks = settings.landing.unrecognized == "block"
    detail = ""
    if refusals:
        detail = refusals[0].sentence + more(len(refusals) - 1, what)
    return Check(
        name=name,
        passed=not refusals,
        severity="error" if blocks else "warn",
        detail=detail,
        asset="landing/deliveries",
    )


def _every_delivery_is_in_the_ledger(settings: Settings, inputs: Inputs) -> Check:
    """A source that this run did not convert would be missing."""
    now = compare(settings, inputs.sources, inputs.landing)
    refused = {(one.source, one.period) for one in refused_in(settings.ledger_dir)}
    missing = [
        f"{item.source.name} {item.period} was delivered and is not in the ledger; "
        f"materialize {item.source.table}/{item.source.name}"
        for item in now.stale
        if (item.source.name, item.period) not in refused
    ]
    missing += now.incomplete.values()
    return Check(
        name="every_delivery_is_in_the_ledger",
        passed=not missing,
        severity="error",
        detail=missing[0] + more(len(missing) - 1, "month") if missing else "",
        asset="landing/deliveries",
    )
