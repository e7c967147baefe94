"""Tags that are missing, as a CSV for the people who may set them; nothing here does.

What a tag should say is decided in the mart ``fct_tag_proposals``. No cell becomes a
formula in the spreadsheet of who opens the file.
"""

import csv
from pathlib import Path

import duckdb

from pipelines.reports.spreadsheet import harmless

# The most expensive first; a proposal without a value is for a person to fill in.
PROPOSALS = """
select
    source_name,
    sub_account_id,
    resource_id,
    tag_key,
    proposed_value,
    proposal_reason,
    effective_cost,
    billing_currency
from fct_tag_proposals
order by effective_cost desc, source_name, resource_id, tag_key
"""


def write_proposals(database: Path, path: Path) -> int:
    """Write the proposals of a published version; give how many there are.

    Raises:
        OSError: the file is there already, or cannot be written.
    """
    with duckdb.connect(str(database), read_only=True) as db:
        found = db.execute(PROPOSALS)
        header = [column[0] for column in found.description or []]
        rows = found.fetchall()
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(map(harmless, row) for row in rows)
    return len(rows)
