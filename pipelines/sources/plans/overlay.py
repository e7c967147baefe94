"""Plans that replace single columns of a shipped provider.

Belongs here: wrapping a provider's SELECT. The plans read the provider's *FOCUS rows*
(BilledCost, ServiceName, x_UsageType, ...), not its export, so they stay right when the
provider's format changes. Does not belong here: vendors of the user (``vendor``).
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from pipelines.focus.schema import conform, ledger_types
from pipelines.landing.source import Context, Delivery, Source
from pipelines.settings import Settings
from pipelines.sources.plans import queries
from pipelines.sources.plans.compile import compile_plans, outputs_of
from pipelines.sources.plans.folder import OverlayFile, PlanFolder, read_folders
from pipelines.sources.plans.language import PlanError
from pipelines.sources.plans.reading import described

logger = logging.getLogger(__name__)


def overlays(settings: Settings) -> dict[str, list[PlanFolder]]:
    """Map the providers that are overlaid to the folders that do it.

    Raises:
        PlanError: a folder of plans is wrong, or two overlay all files of a provider.
    """
    found: dict[str, list[PlanFolder]] = defaultdict(list)
    for folder in read_folders(settings):
        if isinstance(folder.about, OverlayFile):
            found[folder.about.overlay].append(folder)
    for provider, folders in found.items():
        whole = [one.path.name for one in folders if not _when(one)]
        if len(whole) > 1:
            raise PlanError(
                f"{whole[1]}/source.yaml: overlay: {whole[0]} overlays {provider} "
                "already; expected one folder, or a `when` that tells files apart"
            )
        # What is of all files says the last word.
        folders.sort(key=lambda one: not _when(one))
    return found


def with_overlays(sources: Sequence[Source], settings: Settings) -> tuple[Source, ...]:
    """Give providers, each with its overlays, if there are any.

    Raises:
        PlanError: an overlay is wrong.
    """
    found = overlays(settings)
    return tuple(
        reduce(overlay, found.get(source.name, ()), source) for source in sources
    )


def overlay(source: Source, folder: PlanFolder) -> Source:
    """Wrap a source so that a folder's plans replace the columns that they make.

    Raises:
        PlanError: the overlay is wrong, or would drop rows.
    """
    for plan in folder.plans:
        if queries.has_filter(plan):
            raise plan.error("conversion_args", "WHERE: an overlay keeps every row")
    when = _when(folder)

    def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
        if not when:
            return _replaced(
                folder, source.select(context, deliveries, period), context
            )
        selects = []
        for delivery in deliveries:
            rows = source.select(context, [delivery], period)
            meant = _is_meant(folder, rows, context)
            selects.append(_replaced(folder, rows, context) if meant else rows)
        return " union all by name ".join(f"({each})" for each in selects)

    both = f"{source.version} {folder.version}".encode()
    version = int(hashlib.sha256(both).hexdigest()[:7], 16)
    uses = (*source.uses, "plans.missing_column")
    wide = any(queries.reads_other_rows(plan) for plan in folder.plans)
    file_rows = None if wide else source.file_rows
    return replace(
        source, select=select, version=version, uses=uses, file_rows=file_rows
    )


def _when(folder: PlanFolder) -> str:
    return folder.about.when if isinstance(folder.about, OverlayFile) else ""


def _is_meant(folder: PlanFolder, rows: str, context: Context) -> bool:
    """Ask the first row of a delivery whether an overlay is meant for it."""
    present = described(context.db, rows)
    complete = conform(rows, present, ledger_types())
    condition = queries.rule(f"{folder.path.name}/source.yaml: when", _when(folder))
    found = context.db.execute(f"select {condition} from ({complete}) limit 1")
    row = found.fetchone()
    return bool(row and row[0])


def _replaced(folder: PlanFolder, rows: str, context: Context) -> str:
    present = described(context.db, rows)
    types = present | ledger_types()
    made = outputs_of(folder.plans)
    compiled = compile_plans(
        folder.plans,
        conform(rows, present, ledger_types()),
        types,
        keep=[column for column in types if column not in made],
        missing_column=context.settings.plans.missing_column,
    )
    if compiled.missing:
        names = ", ".join(compiled.missing)
        logger.warning("%s: NULL, not in the FOCUS rows: %s", folder.path.name, names)
    return compiled.select
