"""Cells of tags: one JSON object, whatever way an export writes them, or a raw text.

A row is money, and a tag that cannot be read does not stop it: what is no JSON stays
as it came, in ``x_RawTags``. Belongs here: the forms that are certain. What a key means
does not.
"""

# In order: an object or a list; an object without its braces, as Azure's EA writes it;
# what Python prints for a dict of plain texts. Bound: a cell is worked out once.
OBJECT = """
list_transform([{text}], lambda cell: case
    when cell is null then null
    when try_cast(cell as json) is not null
        then case when json_type(try_cast(cell as json)) in ('OBJECT', 'ARRAY')
            then try_cast(cell as json) end
    when try_cast('{{' || cell || '}}' as json) is not null
        then try_cast('{{' || cell || '}}' as json)
    when starts_with(cell, '{{') and not contains(cell, '"')
        and not contains(cell, chr(92))
        then try_cast(replace(cell, '''', '"') as json)
end)[1]
"""


def object_of(text: str) -> str:
    """Give the SQL of a cell's JSON, an object or a list; NULL where it is none."""
    return " ".join(OBJECT.format(text=text).split())
