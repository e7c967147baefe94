"""Who owns what at Lumenloop, and how what serves all is split: two lists of rules.

Nobody wrote a rule for OpenAI's ``proj_growth_experiment``: its cost has no owner.
"""

from pathlib import Path

from sample_company.files import csv_text, write_text

OWNERSHIP_HEADER = (
    "rule_id",
    "match_kind",
    "match_pattern",
    "tag_key",
    "ledger_source",
    "team_name",
    "project_name",
    "environment_name",
    "is_ai",
    "valid_from",
    "valid_to",
)
SHARED_HEADER = (
    "rule_id",
    "step",
    "share_kind",
    "share_pattern",
    "method",
    "target_kind",
    "target_pattern",
    "weight",
    "valid_from",
    "valid_to",
)
_SINCE = ("2026-08-01", "")
# Team of a project; the last word: it is AI's, although nothing on a bill shows it.
_TEAMS = (
    ("search", "search", ""),
    ("answers", "search", ""),
    ("ranker", "search", ""),
    ("query-rewriter", "search", ""),
    ("query-router", "search", ""),
    ("corpus", "search", "yes"),
    ("feature-store", "search", "yes"),
    ("marketing", "marketing", ""),
    ("platform", "platform", ""),
    ("foundation-models", "training", ""),
    ("training", "training", ""),
    ("ranking", "training", ""),
    ("data-prep", "training", "yes"),
)
_CHATBOT = ("sub_account", "proj_marketing_chatbot")
# Kind, pattern, tag key, source, team, project, environment.
_RULES = (
    (*_CHATBOT, "", "openai", "marketing", "marketing-chatbot", "production"),
    ("sub_account", "proj_search", "", "openai", "search", "answers", "production"),
    ("credential", "key_search_nightly", "", "openai", "search", "digests", ""),
    ("sub_account", "proj_support", "", "openai", "support", "triage", "production"),
    ("sub_account", "wrkspc_*Evals", "", "anthropic", "search", "evals", "research"),
    ("credential", "marketing-*", "", "openrouter", "marketing", "lumen-chat", "trial"),
    ("tag", "sea-*", "cost-center", "gcp", "search", "", ""),
    ("namespace", "monitoring", "", "", "platform", "observability", "production"),
    ("namespace", "gpu-operator", "", "", "platform", "observability", "production"),
    ("namespace", "labels", "", "", "stores", "shop-labels", "production"),
    ("sub_account", "000123456789", "", "aws", "platform", "shared-services", ""),
    ("sub_account", "210000000001", "", "aws", "training", "", "research"),
    ("sub_account", "210000000002", "", "aws", "search", "", "production"),
    ("sub_account", "210000000003", "", "aws", "marketing", "", "production"),
    ("sub_account", "research", "", "ferrum", "training", "", "research"),
    ("sub_account", "lumenloop-*", "", "gcp", "search", "", "production"),
    ("service", "Azure Reservations", "", "azure", "platform", "", ""),
    ("service", "On-Premises Sites", "", "onprem", "platform", "sites", "production"),
    ("service", "On-Premises Network", "", "onprem", "platform", "sites", "production"),
)
# Support, tax and commitments of the payer account follow what the teams spend; the
# sites follow the machines that stand in them.
_SHARED = (
    ("payer", "1", "project", "shared-services", "proportional", "team", "*", ""),
    ("sites", "2", "project", "sites", "driver", "team", "platform", "2"),
    ("sites", "2", "project", "sites", "driver", "team", "stores", "6"),
    ("dcgm", "3", "workload", "nvidia-dcgm-exporter", "fixed", "team", "search", "70"),
    ("dcgm", "3", "workload", "nvidia-dcgm-exporter", "fixed", "team", "stores", "30"),
)


def _ownership() -> list[tuple[str, ...]]:
    teams = [
        ("project", project, "", "", team, "", "", is_ai)
        for project, team, is_ai in _TEAMS
    ]
    rules = [(*rule, "") for rule in _RULES]
    return [
        (f"own-{number:02}", *row, *_SINCE)
        for number, row in enumerate(teams + rules, start=1)
    ]


def write_ownership(folder: Path) -> None:
    """Write the ownership rules and the shared-cost rules."""
    shared = [(*row, *_SINCE) for row in _SHARED]
    write_text(folder / "ownership_rules.csv", csv_text(OWNERSHIP_HEADER, _ownership()))
    write_text(folder / "shared_cost_rules.csv", csv_text(SHARED_HEADER, shared))
