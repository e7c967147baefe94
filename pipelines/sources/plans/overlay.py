"""Plans that replace single columns of a shipped provider.

Belongs here: wrapping a provider's SELECT. The plans read the provider's *FOCUS rows*
(BilledCost, ServiceName, x_UsageType, ...), not its export, so they stay right when the
provider's format changes. Does not belong here: vendors of the user (``vendor``).
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.focus.schema import conform, ledger_types
from pipelines.landing.source import Context, Delivery, Source
from pipelines.settings import Settings
from pipelines.sources.plans import queries
from pipelines.sources.plans.compile import compile_plans, outputs_of
from pipelines.sources.plans.folder import (
    OverlayFile,
    PlanFolder,
    read_folder,
    read_folders,
)
from pipelines.sources.plans.language import PlanError

logger = logging.getLogger(__name__)


def overlay_folders(settings: Settings) -> dict[str, Path]:
    """Map the providers that the user overlays to the folders that do it.

    Raises:
        PlanError: a folder of plans is wrong, or two overlay the same provider.
    """
    found: dict[str, Path] = {}
    for folder in read_folders(settings):
        if isinstance(folder.about, OverlayFile):
            other = found.setdefault(folder.about.overlay, folder.path)
            if other != folder.path:
                raise PlanError(
                    f"{folder.path.name}/source.yaml: overlay: {other.name} overlays "
                    f"{folder.about.overlay} already; expected one folder"
                )
    return found


def with_overlays(sources: Sequence[Source], settings: Settings) -> tuple[Source, ...]:
    """Give providers, each with the user's overlay, if there is one.

    Raises:
        PlanError: an overlay is wrong.
    """
    folders = overlay_folders(settings)
    return tuple(
        overlay(source, folders[source.name]) if source.name in folders else source
        for source in sources
    )


def overlay(source: Source, folder: Path) -> Source:
    """Wrap a source so that a folder's plans replace the columns that they make.

    Raises:
        PlanError: the overlay is wrong, or would drop rows.
    """
    read = read_folder(folder)
    for plan in read.plans:
        if queries.has_filter(plan):
            raise plan.error("conversion_args", "WHERE: an overlay keeps every row")

    def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
        rows = source.select(context, deliveries, period)
        return _replaced(read, rows, context)

    version = (source.version << 28) + read.version
    uses = (*source.uses, "plans.missing_column")
    # A plan may look at several rows, so that files are converted together.
    return replace(source, select=select, version=version, uses=uses, file_rows=None)


def _replaced(folder: PlanFolder, rows: str, context: Context) -> str:
    described = context.db.execute(f"describe {rows}").fetchall()
    present = {str(row[0]): str(row[1]) for row in described}
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
