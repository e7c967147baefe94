"""How Azure Cost Management lays the run of an export down.

Belongs here: folders, manifest and parts. What the rows say belongs to the exports.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sample_company.files import write_gzip, write_json
from sample_company.months import DAY, Month
from sample_company.seeded import hex_id

DELIVERY = {
    "partitionData": True,
    "dataOverwriteBehavior": "CreateNewReport",
    "fileFormat": "Csv",
    "compressionMode": "gzip",
    "containerUri": "https://lumenbilling.blob.core.windows.net/exports",
    "rootFolderPath": "lumenloop",
}


@dataclass(frozen=True, slots=True)
class Run:
    """A run of an export: of which month, when, and up to which day it knows."""

    month: Month
    submitted: datetime
    until: datetime | None = None


def write_run(  # noqa: PLR0913 - a run is all of these, by name
    out: Path,
    run: Run,
    *,
    name: str,
    scope: str,
    kind: tuple[str, str],
    parts: Sequence[tuple[str, int]],
) -> None:
    """Write the parts of one run, each a CSV text and its rows, and the manifest."""
    first, last = run.month.start, run.month.end - DAY
    run_id = str(UUID(hex_id(32, name, run.submitted)))
    folder = f"{name}/{first:%Y%m%d}-{last:%Y%m%d}/{run.submitted:%Y%m%d%H%M}/{run_id}"
    blobs = []
    for number, (text, row_count) in enumerate(parts):
        blob = f"{folder}/part_{number}_0001.csv.gz"
        write_gzip(out / blob, text)
        blobs.append(
            {
                "blobName": f"lumenloop/{blob}",
                "byteCount": len(text.encode()),
                "dataRowCount": row_count,
            }
        )
    document = {
        "manifestVersion": "2024-04-01",
        "byteCount": sum(len(text.encode()) for text, _ in parts),
        "blobCount": len(blobs),
        "dataRowCount": sum(row_count for _, row_count in parts),
        "exportConfig": {
            "exportName": name,
            "resourceId": f"{scope}/providers/Microsoft.CostManagement/exports/{name}",
            "dataVersion": kind[1],
            "apiVersion": "2023-07-01-preview",
            "type": kind[0],
            "timeFrame": "MonthToDate" if run.until else "TheLastMonth",
            "granularity": "Daily",
        },
        "deliveryConfig": DELIVERY,
        "runInfo": _run_info(run, run_id),
        "blobs": blobs,
    }
    write_json(out / folder / "manifest.json", document, indent=2)


def _run_info(run: Run, run_id: str) -> dict[str, str]:
    last = (run.until or run.month.end) - DAY
    return {
        "executionType": "Scheduled",
        "submittedTime": f"{run.submitted:%Y-%m-%dT%H:%M:%S}.0000000Z",
        "runId": run_id,
        "startDate": f"{run.month.start:%Y-%m-%dT00:00:00}",
        "endDate": f"{last:%Y-%m-%dT00:00:00}",
    }
