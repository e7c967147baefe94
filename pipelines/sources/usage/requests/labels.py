"""The owner's own words on a call: metadata and tags to the columns of a caller.

Belongs here: which key says what, for every log alike; they are listed in
docs/sources/usage/labels.md. Where a log keeps its labels is the source's business.
"""

from collections.abc import Mapping

from pipelines.landing.source import quoted
from pipelines.sources.formats.package_files import text_beside

# Column of a call -> the keys that say it, the first that is there wins.
KEYS: Mapping[str, tuple[str, ...]] = {
    "sub_account_id": ("sub_account_id", "account_id", "subscription_id"),
    "project_name": ("project", "project_name", "team"),
    "workload_name": ("workload", "workload_name", "application", "app", "service"),
    "feature_name": ("feature", "feature_name"),
    "tenant_id": ("tenant", "tenant_id", "customer", "customer_id"),
    "environment_name": ("environment", "env"),
    "processing_tier": ("processing_tier",),
    "prompt_name": ("prompt_name",),
    "prompt_version": ("prompt_version",),
    "session_id": ("session_id", "conversation_id"),
    "session_name": ("session_name", "agent"),
    "outcome": ("outcome",),
    "logical_request_id": ("logical_request_id",),
}
ALL_KEYS = tuple(key for keys in KEYS.values() for key in keys)


def read(text: str) -> str:
    """Give the SQL that reads all labels of a JSON object at once.

    A text that is no JSON has no labels.
    """
    paths = ", ".join(quoted(f'$."{key}"') for key in ALL_KEYS)
    return (
        f"json_extract_string(case when json_valid({text}) then {text} end, [{paths}])"
    )


def read_tags(text: str) -> str:
    """Give the SQL that reads all labels of a JSON list such as ["feature:search"]."""
    listed = (
        f"from_json(case when json_valid({text}) and json_type({text}) = 'ARRAY' "
        f"then {text} end, '[\"VARCHAR\"]')"
    )
    joined = f"array_to_string({listed}, chr(10))"
    # One search for all keys of a column; what it finds stands for the first of them.
    found = ", ".join(
        f"nullif(regexp_extract({joined}, '(?m)^({'|'.join(keys)})[:=] *(.+)$', 2), '')"
        if key == keys[0]
        else "null"
        for keys in KEYS.values()
        for key in keys
    )
    return f"case when {text} != '[]' then [{found}] end"


def label(column: str, *read_lists: str) -> str:
    """Give the SQL of a column from lists that ``read`` made; the first list wins."""
    places = [ALL_KEYS.index(key) + 1 for key in KEYS[column]]
    cell = ", ".join(
        f"nullif({labels}[{place}], '')" for labels in read_lists for place in places
    )
    return f"coalesce({cell}, null)"


def labels(*read_lists: str) -> dict[str, str]:
    """Give the SQL of every column, to fill the placeholders of a ``convert.sql``."""
    return {column: label(column, *read_lists) for column in KEYS}


def truncated(reason: str) -> str:
    """Give the SQL of is_truncated: what a vendor calls the end of an answer.

    Each vendor has a word of its own for the limit of output tokens.
    """
    return f"lower({reason}) in ('length', 'max_tokens', 'max_output_tokens')"


def provider(cell: str) -> str:
    """Give the SQL of provider_name: what a log calls it, as the bill spells it.

    A name that is not in vendors.csv stays as it is; none at all is `unassigned`.
    """
    text = text_beside(__package__, "vendors.csv")
    known = (line.split(",") for line in text.splitlines()[1:])
    cases = " ".join(f"when {quoted(a)} then {quoted(b)}" for a, b in known)
    return f"case lower({cell}) {cases} else coalesce({cell}, 'unassigned') end"
