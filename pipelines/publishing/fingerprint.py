"""What the numbers of a build depend on, each part by a hash of its content.

Belongs here: which parts there are, and which of them changed. Does not belong here:
whether that speaks against publishing (``audit``), or calls for a build (``defs.run``).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipelines.files import sha256_of
from pipelines.landing.landed import few_of
from pipelines.ledger.content import content_of
from pipelines.ledger.files import partitions
from pipelines.settings import DBT_DIR, Settings

LEDGER = "ledger "
_DBT_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".py", ".md"}
# Settings that a build's numbers do not depend on.
NON_FINANCIAL_SETTINGS: dict[str, bool | set[str]] = {
    "dagster": True,
    "engine": True,
    "exports": True,
    "fetch": True,
    "home": True,
    "landing": {"expected_every_days"},
    "log_format": True,
    "memory_limit": True,
    "publishing": True,
    "threads": True,
}
# Rooms that only read what is published: a change of them makes no other number. What
# a wheel carries beside the code (``_shipped``) is hashed by itself.
_NO_NUMBERS = {
    "_shipped",
    "alerting",
    "backups",
    "cli",
    "fetching",
    "mcp_server",
    "reports",
    "serving",
    "targets",
}
_CODE = Path(__file__).parent.parent
_CODE_SUFFIXES = {".py", ".sql", ".yml", ".js", ".css", ".html"}
# Packages whose data or arithmetic is in the numbers.
_PACKAGES = ("currencyconverter", "duckdb", "genai-prices", "statsforecast")
# Names of changed parts that a sentence shows before it only counts.
_SHOWN = 3


def inputs_of_build(settings: Settings) -> dict[str, str]:
    """Hash all that a build's numbers depend on, by the name that a person knows.

    ``ledger focus/aws/2026-09`` is a partition, ``setting currency`` a table of
    unitmill.toml; the others are ``exchange rates``, ``dbt models``, ``code`` and
    ``packages``.
    """
    chosen = settings.model_dump(mode="json", exclude=NON_FINANCIAL_SETTINGS)
    return {
        **{f"{LEDGER}{place}": found for place, found in _partitions(settings)},
        **{f"setting {key}": _hash([repr(value)]) for key, value in chosen.items()},
        "exchange rates": _hash(_rates(settings)),
        "dbt models": _hash(_models(settings.models_dir)),
        "code": _code(),
        "packages": _hash(_packages()),
    }


def code_of_models() -> str:
    """Hash what makes the rows of a model beside its SQL: code and packages."""
    return _hash([_code(), *_packages()])


def changed(before: object, now: Mapping[str, str]) -> list[str]:
    """Name the parts that differ, in order; those of an older form all do."""
    if not isinstance(before, dict):
        return ["everything, which an older Unitmill made"]
    return sorted(k for k in {*before, *now} if before.get(k) != now.get(k))


def few_changed(before: object, now: Mapping[str, str]) -> str:
    """Name some of the parts that differ, for a sentence; '' where none does."""
    return few_of(changed(before, now), _SHOWN)


def dbt_files(models_dir: Path | None) -> Iterator[Path]:
    """Name every file of the dbt project: the shipped ones, then the workspace's."""
    for root in filter(None, (DBT_DIR, models_dir)):
        for path in sorted(root.rglob("*")):
            parts = path.relative_to(root).parts
            # A program at the top makes a part of the project; no wheel has it.
            is_tool = root == DBT_DIR and len(parts) == 1 and path.suffix == ".py"
            is_made = bool({"target", "logs"} & {*parts})
            if path.suffix in _DBT_SUFFIXES and not is_made and not is_tool:
                yield path


def _partitions(settings: Settings) -> Iterator[tuple[str, str]]:
    for place in partitions(settings.ledger_dir):
        yield place.relative_to(settings.ledger_dir).as_posix(), content_of(place)


def _rates(settings: Settings) -> Iterator[str]:
    """Give what the owner's own table of rates says; the ECB's is of a package."""
    if settings.rates_file is not None:
        there = settings.rates_file.is_file()
        yield sha256_of(settings.rates_file) if there else "no file"


def _models(models_dir: Path | None) -> Iterator[str]:
    for path in dbt_files(models_dir):
        yield f"{path.name} {sha256_of(path)}"


@cache
def _code() -> str:
    """Hash the code that this process runs."""
    rooms = (path for path in sorted(_CODE.iterdir()) if path.name not in _NO_NUMBERS)
    files = (f for room in rooms for f in ([room] if room.is_file() else _below(room)))
    return _hash(f"{f.relative_to(_CODE)} {sha256_of(f)}" for f in files)


def _below(room: Path) -> list[Path]:
    return sorted(f for f in room.rglob("*") if f.suffix in _CODE_SUFFIXES)


def _packages() -> Iterator[str]:
    for name in _PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} is not installed"


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
