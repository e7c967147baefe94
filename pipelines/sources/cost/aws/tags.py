"""Give the tags of a row as one JSON object, the way that their owners named them.

Belongs here: tag columns and maps to JSON text, prefixes away, empty values away.
Text is cut and joined rather than read as JSON: tags are on most rows, and parsing
them would cost more than all other columns together.
"""

import json

from pipelines.landing.source import quoted
from pipelines.sources.cost.aws.reading import Read
from pipelines.sources.formats.tag_cells import object_of

# JSON text goes as it came, unless it has blanks between its parts or looks so.
COMPACT = """
case
    when resource_tags is null or resource_tags in ('', '{}') then null
    when not json_valid(resource_tags) or not starts_with(resource_tags, '{')
        then cast(case when json_type({OBJECT}) = 'OBJECT' then {OBJECT} end as varchar)
    when
        starts_with(resource_tags, '{"')
        and not contains(resource_tags, '": ')
        and not contains(resource_tags, '", ')
        then resource_tags
    else cast(json(resource_tags) as varchar)
end
"""
COMPACT = COMPACT.replace("{OBJECT}", object_of("resource_tags"))
RAW = """
case
    when tag_text is null and trim(resource_tags) not in ('', '{}', 'null')
        then resource_tags
end
"""
OF_MAP = """
case
    when cardinality(resource_tags) > 0 then cast(to_json(resource_tags) as varchar)
end
"""
FILLED = """
cast(to_json(map_from_entries(list_filter(
    map_entries(cast(cast(tag_text as json) as map(varchar, varchar))),
    lambda entry: entry.value <> ''
))) as varchar)
"""


def text(read: Read) -> str:
    """Give the expression of a row's tags as JSON text, named as in the report."""
    got = read.types.get("resource_tags")
    if got is None:
        return _of_columns(read)
    return OF_MAP if got.startswith("MAP") else COMPACT


def renamed(read: Read) -> str:
    """Give the expression of the tags from ``tag_text``; NULL where there are none."""
    if "resource_tags" not in read.types:
        return "tag_text"
    return f"""
    case
        when tag_text is null then null
        when contains(tag_text, ':""') or contains(tag_text, ':null')
            then nullif({_without_prefixes(FILLED, everyone=True)}, '{{}}')
        when contains(tag_text, '"aws_') or contains(tag_text, '"user:')
            then {_without_prefixes("tag_text", everyone=True)}
        else {_without_prefixes("tag_text", everyone=False)}
    end
    """


def raw(read: Read) -> str:
    """Give the expression of tags that are no JSON, as they came."""
    is_text = read.types.get("resource_tags") == "VARCHAR"
    return RAW if is_text else "cast(null as varchar)"


def _without_prefixes(expression: str, *, everyone: bool) -> str:
    prefixes = {"user_": ""}
    if everyone:
        prefixes = {"aws_": "aws:", "user_": "", "user:": ""}
    # A quote inside a key or value is escaped, so {" and ," only ever open a key.
    for prefix, kept in prefixes.items():
        for mark in ("{", ","):
            expression = f"replace({expression}, '{mark}\"{prefix}', '{mark}\"{kept}')"
    return expression


def _of_columns(read: Read) -> str:
    pairs = [
        f"{quoted(json.dumps(key, ensure_ascii=False) + ':')} || "
        f"cast(to_json(nullif({name}, '')) as varchar)"
        for name, key in read.tags.items()
    ]
    if not pairs:
        return "cast(null as varchar)"
    return f"'{{' || nullif(concat_ws(',', {', '.join(pairs)}), '') || '}}'"
