"""`unitmill inspect`: what a folder of exports is worth, before anything is built.

Belongs here: showing it, and saying what to bring next. Does not belong here: landing
and converting the files (``ledger.inspection``).
"""

import json
import shlex
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer

from pipelines.cli.calling import (
    Project,
    command_of,
    console,
    fail,
    program,
    say_fault,
    say_text,
    settings_of,
    use_project,
)
from pipelines.cli.tables import print_table
from pipelines.landing.source import Delivery, ExportError
from pipelines.ledger.inspection import Inspection, Month, inspect
from pipelines.settings import Settings, current_workspace
from pipelines.sources.registry import all_sources

# Which tables a question needs, the most asked first; any of a group is enough.
ANSWERS = (
    ("What does each service, account and team cost?", ({"focus"},)),
    ("Does the bill add up to the invoices?", ({"focus"}, {"invoices"})),
    ("What does 1k tokens cost, by class?", ({"focus"}, {"model_usage"})),
    ("What does one answer cost, and who asked?", ({"focus"}, {"model_requests"})),
    ("What does a GPU hour cost, and how much is idle?", ({"focus"}, {"gpu_usage"})),
    ("What does a training run cost?", ({"focus"}, {"training_attempts"})),
    (
        "What does a workload on Kubernetes cost?",
        ({"focus"}, {"kubernetes_allocation"}),
    ),
    ("Who is over budget?", ({"focus"}, {"budgets"})),
)
BRING = {
    "focus": "a bill: a cost export of your cloud or model vendor",
    "invoices": "a list of the invoices that finance paid (invoices.csv)",
    "model_usage": "token usage: the vendor's usage API, or your gateway's log",
    "model_requests": "a log of single calls: LiteLLM, Langfuse or OpenTelemetry",
    "gpu_usage": "GPU metrics: Prometheus with the DCGM exporter",
    "training_attempts": "the scheduler's records: sacct of Slurm, SageMaker or Ray",
    "kubernetes_allocation": "OpenCost's or Kubecost's allocation",
    "budgets": "a list of budgets (budgets.csv)",
}


def inspect_folder(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder of exports; without it, the workspace's."),
    ] = None,
    form: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How it is written.")
    ] = "text",
    project: Project = None,
) -> None:
    """Say what each file is, what it adds up to, and what is wrong or missing."""
    use_project(project)
    with TemporaryDirectory() as empty:
        # A home of its own: looking leaves nothing behind.
        if folder is None and current_workspace() is None:
            settings_of(None)  # says what is missing
        settings = settings_of(Path(empty), folder, project)
        try:
            found = inspect(settings, all_sources(settings))
        except ExportError as error:
            fail(str(error), 1)
    if form == "json":
        say_text(json.dumps(as_json(found), indent=1, ensure_ascii=False))
    else:
        _show(settings, found)
    if found.refusals:
        raise typer.Exit(1)


def as_json(found: Inspection) -> dict[str, object]:
    """Give what was found as JSON has it; money is text, with all its digits."""
    return {
        "sources": [_month(month) for month in found.months],
        "refusals": [
            {"files": list(r.names), "source": r.source or None, "reason": r.reason}
            for r in found.refusals
        ],
        "notes": list(found.notes),
        "answers": _answered(found.months),
        "bring_next": _bring_next(found.months),
    }


def _month(month: Month) -> dict[str, object]:
    shown: dict[str, object] = {
        "source": month.source,
        "table": month.table,
        "period": month.period,
        "rows": month.row_count,
        "billed_cost": _text(month.billed_cost),
        "effective_cost": _text(month.effective_cost),
        "billing_currency": month.currency,
        "deliveries": [_delivery(d, month.period) for d in month.deliveries],
    }
    if month.table != "focus":
        shown["sums"] = {name: _text(value) for name, value in month.sums.items()}
    return shown


def _delivery(delivery: Delivery, period: str) -> dict[str, object]:
    """Give a delivery's four answers: whole, ordered, covering, replacing."""
    bill = delivery.bill_of(period)
    first, last = (bill and bill.span) or (None, None)
    return {
        "delivery_id": delivery.delivery_id,
        "files": list(delivery.names),
        "complete_by": delivery.complete_by or None,
        "ordered_by": delivery.ordered_by,
        "delivered_at": f"{delivery.delivered_at:%Y-%m-%dT%H:%M:%SZ}",
        "billing_accounts": sorted(bill.accounts) if bill else None,
        "first_day": first.isoformat() if first else None,
        "last_day": last.isoformat() if last else None,
    }


def _text(value: object) -> str | None:
    """Write a number with all its digits, and without zeros that say nothing."""
    if value is None:
        return None
    if not isinstance(value, Decimal):
        return str(value)
    whole, _, digits = f"{value:f}".partition(".")
    digits = digits.rstrip("0")
    return f"{whole}.{digits}" if digits else whole


def _answers(months: Iterable[Month]) -> list[tuple[str, list[str]]]:
    """Give each question and the tables that it still needs."""
    here = {month.table for month in months if month.row_count}
    return [
        (question, [min(group) for group in needed if not group & here])
        for question, needed in ANSWERS
    ]


def _answered(months: Iterable[Month]) -> list[str]:
    """Give the questions that need nothing more."""
    return [question for question, missing in _answers(months) if not missing]


def _bring_next(months: Iterable[Month]) -> str | None:
    """Name the file that answers one more question; None where nothing is missing."""
    lacking = [missing for _, missing in _answers(months) if missing]
    return BRING[min(lacking, key=len)[0]] if lacking else None


def _show(settings: Settings, found: Inspection) -> None:
    rows = [
        [
            *(month.source, month.period, month.row_count),
            month.billed_cost,
            month.effective_cost,
            month.currency or "",
            len({name for d in month.deliveries for name in d.names}),
        ]
        for month in found.months
    ]
    names = ["source", "month", "rows", "billed", "effective", "currency", "files"]
    if rows:
        print_table(console, names, rows, str(settings.exports_dir))
    for note in found.notes:
        console.print(note, soft_wrap=True)
    for refusal in found.refusals:
        say_fault(refusal.sentence)
    if not rows:
        if not found.refusals:
            console.print(f"no exports in {settings.exports_dir}", soft_wrap=True)
        return
    if answered := _answered(found.months):
        console.print(f"Answers: {' '.join(answered)}", soft_wrap=True)
    if brings := _bring_next(found.months):
        console.print(f"For more: bring {brings}.", soft_wrap=True)
    if not found.refusals:
        console.print(f"Next: {_next(settings.exports_dir)}", soft_wrap=True)


def _next(inspected: Path) -> str:
    """Say how what was looked at gets into a build."""
    if current_workspace() is None:
        return f"{program()} init"
    settings = settings_of(None)
    build = command_of(settings, "build")
    if inspected.is_relative_to(settings.exports_dir):
        return build
    # -p keeps the times of files: they say which of two exports is the newer one.
    copy = (
        f"cp -rp {shlex.quote(f'{inspected}/.')} "
        f"{shlex.quote(f'{settings.exports_dir}')}"
    )
    return f"{copy}, then: {build}"
