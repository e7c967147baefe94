"""One folder of plans: its ``source.yaml``, its plans, its version.

Belongs here: what a user writes about a vendor besides the plans. Does not belong here:
reading the vendor's files (``vendor``), wrapping a provider (``overlay``).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipelines.settings import SHIPPED_DIR, Settings
from pipelines.sources.plans.language import (
    Plan,
    PlanError,
    problems,
    read_mapping,
    read_plans,
    short_plans,
)

SOURCE_FILE = "source.yaml"
# What a file of the vendor looks like; it says nothing about a row.
SAMPLE = "sample"


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Columns = Annotated[list[str], BeforeValidator(_listed)]


class SourceFile(BaseModel):
    """What ``source.yaml`` says about a vendor's files.

    Attributes:
        name: the folder's name; also the source's name everywhere.
        description: what a FinOps analyst reads about the vendor.
        format: what the vendor's files are.
        delimiter: what separates the columns of a CSV; the header shows it anyway.
        columns: names in the header by which a file is recognized.
        without: names that a file of another report of the vendor has, and none of its.
        report_columns: names that tell the vendor's reports apart, such as the id of
            what one is of: a file has some of them, the others are NULL, and it
            replaces only files that have the same.
        rows: of a JSON object that holds the list of rows, the list's name. What is
            nested in a row is a column, too: ``price.units``.
        more: beside ``rows``, the name that says that another page follows; such a
            file is refused, since a page alone is not a period.
        period_column: the column that says a row's billing period.
        period_format: its strptime format, where it is not ISO 8601 or YYYY-MM.
        invoice_scope: columns whose values a newer file replaces; default: its folder.
        delivered_at_column: when the vendor made the row; default: the file's time.
        renamed: FOCUS columns that are a column of the file as it is.
        constants: FOCUS columns that have one value in all rows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str = Field(min_length=1)
    format: Literal["csv", "parquet", "json"]
    delimiter: str = Field(",", min_length=1, max_length=1)
    columns: Columns = Field(min_length=1)
    without: Columns = Field(default=[])
    report_columns: Columns = Field(default=[])
    rows: str = ""
    more: str = ""
    period_column: str
    period_format: str | None = None
    invoice_scope: Columns = Field(default=[])
    delivered_at_column: str | None = None
    renamed: dict[str, str] = Field(default={})
    constants: dict[str, Any] = Field(default={})

    @property
    def required(self) -> frozenset[str]:
        """Give the columns without which a file is not this vendor's."""
        stated = {*self.columns, *self.invoice_scope, self.period_column}
        return frozenset(stated | set(filter(None, [self.delivered_at_column])))


class OverlayFile(BaseModel):
    """A ``source.yaml`` that replaces columns of a shipped provider.

    Attributes:
        overlay: the provider.
        when: SQL over a row that is true for the files that it is meant for; '' for
            all. Files of FOCUS are of many vendors, and a file is of one: its first
            row decides.
        renamed, constants: as those of a vendor's files.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    overlay: str
    when: str = ""
    renamed: dict[str, str] = Field(default={})
    constants: dict[str, Any] = Field(default={})


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """A read folder of plans."""

    path: Path
    about: SourceFile | OverlayFile
    plans: tuple[Plan, ...]
    version: int


def read_folders(settings: Settings) -> list[PlanFolder]:
    """Read the folders of plans: the user's, then those that Unitmill ships.

    A folder of the user takes the place of a shipped one of its name.

    Raises:
        PlanError: a folder is wrong.
    """
    own, shipped = _inside(settings.plans_dir), _inside(SHIPPED_DIR / "plans")
    return [read_folder(path) for path in (own | (shipped | own)).values()]


def _inside(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    found = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    return {path.name: path for path in found if not path.name.startswith((".", "_"))}


def read_folder(path: Path) -> PlanFolder:
    """Read one folder of plans.

    Raises:
        PlanError: its source.yaml or one of its plans is wrong.
    """
    file = path / SOURCE_FILE
    where = f"{path.name}/{SOURCE_FILE}"
    if not file.is_file():
        raise PlanError(f"{where}: missing; it says how the vendor's files look")
    written = read_mapping(file)
    model = OverlayFile if "overlay" in written else SourceFile
    try:
        about = model.model_validate(written)
    except ValidationError as error:
        raise PlanError(f"{where}: {problems(error)}") from error
    if isinstance(about, SourceFile) and about.name != path.name:
        raise PlanError(f"{where}: name: {about.name!r}; expected {path.name!r}")
    short = short_plans(file, about.constants, about.renamed)
    return PlanFolder(path, about, read_plans(path, short), _version(path))


def _version(path: Path) -> int:
    """Number what the folder says: other plans make other rows."""
    digest = hashlib.sha256()
    for file in sorted(each for each in path.rglob("*") if each.is_file()):
        if file.relative_to(path).parts[0] == SAMPLE:
            continue
        digest.update(file.relative_to(path).as_posix().encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    return int(digest.hexdigest()[:7], 16)
