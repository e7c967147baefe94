"""Ownership rules: who owns what, where neither telemetry nor tags say it.

A row names an owner for what matches: an account, a resource, a credential, a
Kubernetes namespace, a workload, a service or a tag; or it gives a project its team.
``*`` in a pattern stands for any letters. ``is_ai`` says of a project that its costs
are AI's, where nothing else shows it.
"""

from pipelines.sources.formats.csv_cells import TYPES, Check, listed
from pipelines.sources.formats.owner_list import FROM, TO, ListColumn, OwnerList

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
_OWNERS = {
    "team_name": "The team that owns what matches.",
    "project_name": "Its project.",
    "feature_name": "Its feature.",
    "tenant_id": "Its tenant.",
    "environment_name": "Its environment.",
}
_SOME_OWNER = f"coalesce({', '.join(_OWNERS)}) is not null"
OWNERSHIP_RULES = OwnerList(
    name="ownership_rules",
    description="Who owns what, by rules that the owner writes down.",
    grain="One row per rule and first day.",
    key=("rule_id",),
    version=2,
    columns=(
        ListColumn(
            "rule_id",
            TYPES["text"],
            "Names the rule, once per first day.",
            required=True,
        ),
        ListColumn(
            "match_kind",
            listed(MATCH_KINDS),
            "What it looks at; project gives a project its team.",
            required=True,
        ),
        ListColumn(
            "match_pattern",
            TYPES["text"],
            "What it matches, whatever the case; `*` stands for any letters.",
            required=True,
        ),
        ListColumn("tag_key", TYPES["text"], "The tag's key where match_kind is tag."),
        ListColumn(
            "ledger_source",
            TYPES["text"],
            "The only source whose charges it matches; blank for all.",
        ),
        *(
            ListColumn(name, TYPES["text"], meaning)
            for name, meaning in _OWNERS.items()
        ),
        ListColumn(
            "is_ai",
            TYPES["yes_no"],
            "yes for a project whose costs are AI's though no bill shows it.",
        ),
        FROM,
        TO,
    ),
    checks={
        "tag_key": Check(
            "(match_kind = 'tag') = (tag_key is not null)",
            "the tag's key where match_kind is tag, else nothing",
        ),
        "team_name": Check(
            f"{_SOME_OWNER} and (match_kind <> 'project' or team_name is not null)",
            "the project's team, or in a rule of another kind some owner",
        ),
        "project_name": Check(
            "match_kind <> 'project' or project_name is null",
            "nothing, because match_pattern names the project",
        ),
        "is_ai": Check(
            "is_ai is null or match_kind = 'project'",
            "nothing, unless match_kind is project",
        ),
    },
)
