"""Who owns what, where neither telemetry nor tags say it: ownership_rules.csv.

A row names an owner for what matches: an account, a resource, a credential, a
Kubernetes namespace, a workload, a service or a tag; or it gives a project its team.
``*`` in a pattern stands for any letters. ``is_ai`` says of a project that its costs
are AI's, where nothing else shows it.
"""

from pipelines.sources.formats.csv_cells import TYPES, Known, listed
from pipelines.sources.formats.effective_dated_list import Rules

# The narrowest first: where several rules fit a charge, the first kind counts.
MATCH_KINDS = (
    "resource",
    "credential",
    "workload",
    "namespace",
    "tag",
    "sub_account",
    "service",
    "project",
)
OWNERS = (
    "team_name",
    "project_name",
    "feature_name",
    "tenant_id",
    "environment_name",
)
_SOME_OWNER = f"coalesce({', '.join(OWNERS)}) is not null"
RULES = Rules(
    source="ownership_rules",
    known=(
        Known("rule_id", TYPES["text"], is_needed=True),
        Known("match_kind", listed(MATCH_KINDS), is_needed=True),
        Known("match_pattern", TYPES["text"], is_needed=True),
        Known("tag_key", TYPES["text"], is_needed=False),
        Known("ledger_source", TYPES["text"], is_needed=False),
        *(Known(name, TYPES["text"], is_needed=False) for name in OWNERS),
        Known("is_ai", listed(("yes", "no")), is_needed=False),
    ),
    checks={
        "rule_id": (
            "count(*) over (partition by rule_id, valid_from) = 1",
            "an id that no other rule of that day has",
        ),
        "tag_key": (
            "(match_kind = 'tag') = (tag_key is not null)",
            "the tag's key where match_kind is tag, else nothing",
        ),
        "team_name": (
            f"{_SOME_OWNER} and (match_kind <> 'project' or team_name is not null)",
            "the project's team, or in a rule of another kind some owner",
        ),
        "project_name": (
            "match_kind <> 'project' or project_name is null",
            "nothing, because match_pattern names the project",
        ),
        "is_ai": (
            "is_ai is null or match_kind = 'project'",
            "nothing, unless match_kind is project",
        ),
    },
)

SOURCE = RULES.as_source("Who owns what, by rules that the owner writes down.")
