-- How a text loses its persons: macros, each made of those above it. The patterns, the
-- word that stands for a person ($word, of its canonical form c) and the names of
-- machines come from privacy.py. A list of one element names what is used twice: a
-- macro writes out its argument wherever it stands, and every column of text has all
-- of this.

-- url_decode refuses what is no UTF-8.
create or replace temp macro um_decoded(t) as replace(
    case when contains(t, '%') then coalesce(try(url_decode(t)), t) else t end,
    '$wide_at', '@'
);

create or replace temp macro um_address(t) as list_transform(
    [um_decoded(t)], lambda d: coalesce(nullif(regexp_extract(d, $address), ''), d)
)[1];

create or replace temp macro um_canonical(t) as lower(nfc_normalize(list_transform(
    [um_address(t)],
    lambda a: case when contains(lower(a), 'xn--') then um_unicode_domain(a) else a end
)[1]));

-- HMAC-SHA-256 by the two blocks that are made of a key.
create or replace temp macro um_mac(inner_block, outer_block, t) as sha256(
    getvariable(outer_block)
    || from_hex(sha256(getvariable(inner_block) || encode(t)))
);

create or replace temp macro um_word(t) as list_transform(
    [um_canonical(t)], lambda c: $word
)[1];

-- Nearly no text has one of these signs at all.
create or replace temp macro um_may_have(t) as
    contains(t, '@')
    or contains(t, '%40')
    or contains(t, '$wide_at')
    or contains(t, '\u0040');

-- Longest first: one address may be the end of another.
create or replace temp macro um_replaced(t, found) as list_reduce(
    list_transform(
        list_reverse_sort(list_transform(
            list_filter(
                list_distinct(found), lambda a: not ends_with(lower(a), '$machines')
            ),
            lambda a: {'size': length(a), 'found': a}
        )),
        lambda a: a.found
    ),
    lambda text, a: replace(text, a, um_word(a)),
    t
);

-- The names before addresses cost much to look for.
create or replace temp macro um_persons(t) as case
    when contains(t, '<') then regexp_extract_all(t, $person)
    else regexp_extract_all(t, $address)
end;

-- Most texts that have an address are one.
create or replace temp macro um_text(t) as case
    when t is null or not um_may_have(t) then t
    when regexp_full_match(t, $address) and not ends_with(lower(t), '$machines')
        then um_word(t)
    else list_transform(
            [replace(t, '\u0040', '@')], lambda x: um_replaced(x, um_persons(x))
        )[1]
end;

-- JSON may write letters by their numbers.
create or replace temp macro um_letters(t) as case
    when contains(t, '\u') and json_valid(t) then cast(json_extract(t, '$$') as varchar)
    else t
end;

create or replace temp macro um_tags(t) as case
    when um_may_have(t)
        then list_transform(
            [um_letters(t)],
            lambda x: um_replaced(
                x, list_concat(um_persons(x), regexp_extract_all(x, $tag, 1))
            )
        )[1]
    else t
end;

create or replace temp macro um_person(t) as case
    when regexp_full_match(t, $whole) and not ends_with(lower(t), '$machines')
        then um_word(t)
    else um_text(t)
end;
