"""focus-converter's plan language: YAML files read, validated, put in order.

Belongs here: what one plan file says and whether it may say so. Does not belong here:
what a plan means in SQL (``expressions``, ``queries``), the order of kinds
(``compile``).

The fields are focus-converter's (``shapes``), with one change: ``focus_column`` may be
any FOCUS 1.4 column or an ``x_`` column, not only the 36 names of its enum.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from pipelines.focus.schema import columns, ledger_types
from pipelines.landing.source import ExportError
from pipelines.sources.plans.shapes import (
    ARGUMENTS,
    FILE_NAME,
    PlanFile,
    StaticValue,
)

PLACE_HOLDER = "PlaceHolder"

# The language knows FOCUS before 1.0. 1.4 has no PublisherName any more; neither
# ServiceProviderName nor HostProviderName says the same, so the word is kept as is.
RENAMED = {
    "AmortizedCost": "EffectiveCost",
    "ChargeType": "ChargeCategory",
    "InvoiceIssuer": "InvoiceIssuerName",
    "Provider": "ServiceProviderName",
    "ProviderName": "ServiceProviderName",
    "Publisher": "x_PublisherName",
    "PublisherName": "x_PublisherName",
    "Region": "RegionId",
    "UsageQuantity": "ConsumedQuantity",
    "UsageUnit": "ConsumedUnit",
}

# These say where a row came from; a plan that wrote them could hide a difference.
RESERVED = frozenset(
    {
        "x_DeliveryId",
        "x_SourceCost",
        "x_SourceName",
        "x_SourceRowNumber",
        "x_SourceRowPart",
    }
)


class PlanError(ExportError):
    """A user's plan is wrong; the message names the file, the plan and the field."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One validated plan.

    Attributes:
        file: where it stands.
        name: its ``plan_name``.
        conversion: its ``conversion_type``.
        column: the column that it reads, where its kind reads one.
        focus_column: the column that it makes, as the plan writes it.
        alias: what other plans call that column (with the plan's prefix).
        args: its validated ``conversion_args``.
    """

    file: Path
    name: str
    conversion: str
    column: str
    focus_column: str
    alias: str
    args: Any  # what ``shapes.ARGUMENTS`` has for the conversion

    @property
    def output(self) -> str:
        """Give the ledger's name of the column, or '' if it is not kept."""
        if self.focus_column == PLACE_HOLDER or self.alias != self.focus_column:
            return ""
        return RENAMED.get(self.focus_column, self.focus_column)

    @property
    def where(self) -> str:
        """Name the plan in messages."""
        return f"{self.file.parent.name}/{self.file.name}, plan {self.name!r}"

    def error(self, field: str, text: str) -> PlanError:
        """Make the error that blames a field of this plan."""
        return PlanError(f"{self.where}: {field}: {text}")


def read_plans(folder: Path, short: Sequence[Plan] = ()) -> tuple[Plan, ...]:
    """Read a folder's plans in the order of their names, then of their numbers.

    Args:
        folder: the folder.
        short: the plans that its source.yaml says in a line each; they act first.

    Raises:
        PlanError: a plan is wrong, or there is none.
    """
    files = [path for path in folder.glob("*.yaml") if path.name != "source.yaml"]
    if not files and not short:
        raise PlanError(f"{folder.name}: no plans; expected files <name>_S001.yaml")
    read = sorted(map(_read, files), key=lambda plan: plan[0])
    return (*short, *(plan for _, plan in read))


def short_plans(
    file: Path, constants: Mapping[str, object], renamed: Mapping[str, str]
) -> list[Plan]:
    """Give the plans of constants and of columns that are taken as they are.

    Raises:
        PlanError: one makes what is no column of the ledger.
    """
    plans = [
        Plan(
            file=file,
            name=f"{column} as it is",
            conversion="rename_column",
            column=column,
            focus_column=made,
            alias=made,
            args=None,
        )
        for made, column in renamed.items()
    ] + [
        Plan(
            file=file,
            name=f"{made} is the same for all",
            conversion="static_value",
            column="NA",
            focus_column=made,
            alias=made,
            args=StaticValue(static_value=value),
        )
        for made, value in constants.items()
    ]
    for plan in plans:
        _check_focus_column(plan)
    return plans


def _read(file: Path) -> tuple[tuple[str, int], Plan]:
    where = f"{file.parent.name}/{file.name}"
    if not re.fullmatch(FILE_NAME, file.name):
        raise PlanError(f"{where}: file name: expected <name>_S001.yaml")
    dimension, _, number = file.stem.rpartition("_S")
    written = read_mapping(file)
    if not isinstance(written.get("plan_name"), str):
        raise PlanError(f"{where}: plan_name: expected a text")
    where += f", plan {written['plan_name']!r}"
    args = _args(file, where, written)
    try:
        valid = PlanFile.model_validate(written)
    except ValidationError as error:
        raise PlanError(f"{where}: {problems(error)}") from error
    plan = Plan(
        file=file,
        name=valid.plan_name,
        conversion=valid.conversion_type,
        column=valid.column,
        focus_column=valid.focus_column,
        alias="_".join(filter(None, [valid.column_prefix, valid.focus_column])),
        args=args,
    )
    _check_focus_column(plan)
    return (dimension, int(number)), plan


def read_mapping(file: Path) -> dict[str, object]:
    """Read a YAML file that must be a mapping."""
    where = f"{file.parent.name}/{file.name}"
    try:
        read = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PlanError(f"{where}: not YAML: {error}") from error
    if not isinstance(read, dict):
        raise PlanError(f"{where}: expected a mapping of fields, got {read!r}")
    return {str(key): value for key, value in read.items()}


def problems(error: ValidationError, within: str = "") -> str:
    """Give pydantic's findings as 'field: what is wrong; field: ...'."""
    return "; ".join(
        f"{'.'.join(filter(None, [within, *map(str, each['loc'])]))}: {each['msg']}"
        for each in error.errors(include_url=False, include_context=False)
    )


def _args(file: Path, where: str, written: Mapping[str, object]) -> Any:  # noqa: ANN401
    """Validate conversion_args by themselves: that names the field inside them."""
    kind, args = written.get("conversion_type"), written.get("conversion_args")
    if not isinstance(kind, str) or kind not in ARGUMENTS:
        kinds = ", ".join(sorted(ARGUMENTS))
        raise PlanError(
            f"{where}: conversion_type: {kind!r} is unknown; expected one of {kinds}"
        )
    if kind == "lookup" and isinstance(args, dict):
        _absolute_reference(file, args)
    if kind == "unnest":
        args = args or {}
    if ARGUMENTS[kind] is None:
        return None
    try:
        return TypeAdapter[object](ARGUMENTS[kind]).validate_python(args)
    except ValidationError as error:
        raise PlanError(f"{where}: {problems(error, 'conversion_args')}") from error


def _absolute_reference(file: Path, args: dict[str, object]) -> None:
    """Let a plan name a table that lies beside it."""
    path = args.get("reference_dataset_path")
    if args.get("reference_path_in_package") is False and isinstance(path, str):
        args["reference_dataset_path"] = str(file.parent / path)


def _check_focus_column(plan: Plan) -> None:
    name = plan.focus_column
    target = RENAMED.get(name, name)
    if target in RESERVED:
        raise plan.error("focus_column", f"{name} is written by Unitmill itself")
    valid_targets = {column.name for column in columns()} | {PLACE_HOLDER}
    if target in valid_targets or re.fullmatch(r"x_[A-Za-z0-9_]+", target):
        return
    close = difflib.get_close_matches(
        name, [*valid_targets, *RENAMED, *ledger_types()], 1
    )
    hint = f"; did you mean {close[0]}?" if close else ""
    raise plan.error(
        "focus_column",
        f"{name!r} is not a column of FOCUS 1.4 and does not begin with x_{hint}",
    )
