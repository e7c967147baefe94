"""Tags of a row as one JSON object, whatever way the export wrote them.

EA writes ``"k": "v","k2": "v2"`` without braces, other agreements with them. Keys
with blanks around them and keys that are there twice are cleaned; the first one
counts. A text that is no JSON is not repaired: it stays in ``x_RawTags``.
"""

# {text} is a column or a plain expression without side effects.
WHOLE = """
case
    when {text} is null then null
    when starts_with({text}, '{{') then {text}
    else '{{' || {text} || '}}'
end
"""
CLEANED = """
case
    when {whole} is null or not json_valid({whole}) then null
    when json_type({whole}) <> 'OBJECT' or {whole} = '{{}}' then null
    when list_unique(list_transform(json_keys({whole}), lambda k: trim(k)))
        = len(json_keys({whole})) and not regexp_matches({whole}, '[{{,]\\s*"\\s')
        then cast(json({whole}) as varchar)
    else cast(to_json(map_from_entries(list_transform(
        list_filter(json_keys({whole}), lambda k, i: list_position(
            list_transform(json_keys({whole}), lambda x: trim(x)), trim(k)
        ) = i),
        lambda k: {{
            'key': trim(k),
            'value': json_extract_string(
                {whole}, '/' || replace(replace(k, '~', '~0'), '/', '~1')
            )
        }}
    ))) as varchar)
end
"""
RAW = """
case when {whole} is not null and json_valid({whole}) is not true then {text} end
"""


def whole(text: str) -> str:
    """Give the expression of the tags with braces."""
    return WHOLE.format(text=text)


def cleaned(text: str) -> str:
    """Give the expression of the tags as a JSON object; ``text`` has its braces."""
    return CLEANED.format(whole=text)


def raw(whole_text: str, text: str) -> str:
    """Give the expression of tags that are no JSON, as they came."""
    return RAW.format(whole=whole_text, text=text)
