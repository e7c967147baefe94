"""Merged pull requests: what came of coding, for what one of them cost.

Who keeps the repositories writes the list from their API or a script. Titles and texts
are not read.
"""

from pipelines.sources.formats.csv_cells import TYPES
from pipelines.sources.formats.github import address_of
from pipelines.sources.formats.owner_list import Derived, ListColumn, OwnerList

_ADDRESS = (
    "case when contains(author_name, '@') then author_name "
    f"else {address_of('author_name')} end"
)
PULL_REQUESTS = OwnerList(
    name="pull_requests",
    description="Pull requests that were merged, and who wrote them.",
    grain="One row per repository and number.",
    restates="rows",
    month_of="merged_at",
    key=("repository_name", "pull_request_number"),
    replaced="a newer row has its repository and number",
    columns=(
        ListColumn(
            "repository_name",
            TYPES["text"],
            "The repository, with or without its owner before it.",
            required=True,
        ),
        ListColumn(
            "pull_request_number",
            TYPES["text"],
            "Its number in the repository.",
            required=True,
        ),
        ListColumn(
            "merged_at", TYPES["time"], "When it was merged (UTC).", required=True
        ),
        ListColumn(
            "author_name",
            TYPES["text"],
            "Who wrote it: an address or a GitHub login.",
            required=True,
            stored_as=None,
        ),
    ),
    derived=(
        Derived(
            "repository",
            "VARCHAR",
            "regexp_extract(repository_name, '[^/]+$')",
            "The repository, without its owner.",
        ),
        Derived(
            "author_id",
            "VARCHAR",
            _ADDRESS,
            "Who wrote it; a GitHub login as the address that GitHub gives everyone.",
        ),
    ),
)
