"""What a call's token counts include, decided by the call's own numbers.

One tool's input count has the cached tokens in it, another's leaves them out, and both
call it ``input_tokens``; so with reasoning and output. Belongs here: the order in which
evidence counts, for every log alike. Does not belong here: what a log calls its counts,
and what is told of the tool that wrote it, which are its source's business.
"""

# A source that is decided here makes these columns, NULL where it states nothing:
#   stated_input, stated_output, stated_reasoning, stated_total
#   stated_read, stated_write   tokens that were read from a cache, and written to one
#   is_inclusive   what is known of who wrote it: whether its input has cached tokens
# and gets the four disjoint counters, and ``inputs_include_cached``.
#
# What a total may add up:  input [+ write] [+ read] + output [+ reasoning]
#
# 1. a part cannot exceed the whole: more cached tokens than input are no part of it
# 2. what is known of who wrote it; a tool may add up its own total wrongly
# 3. the total, which only one of the readings fits
# 4. the convention of the source
DECIDED = """
select
    * exclude (
        stated_input, stated_output, stated_reasoning, is_inclusive, read_tokens,
        write_tokens, prompt_tokens, is_reasoning_inside, stated_read, stated_write,
        inside_tokens, stated_total, knows_cached
    ),
    stated_input - inside_tokens as input_uncached_tokens,
    coalesce(stated_read, case when knows_cached then 0 end)
        as input_cache_read_tokens,
    coalesce(stated_write, case when knows_cached then 0 end)
        as input_cache_write_tokens,
    case
        when is_reasoning_inside then stated_output
        else stated_output + stated_reasoning
    end as output_tokens,
    stated_reasoning as reasoning_tokens,
    case
        when read_tokens + write_tokens > 0 then inside_tokens > 0
        else coalesce(is_inclusive, {is_inclusive})
    end as inputs_include_cached
from (
    select
        *,
        case
            when read_tokens + write_tokens = 0 then 0
            when read_tokens > stated_input or not is_inclusive then 0
            when
                (is_inclusive or prompt_tokens = stated_input)
                and read_tokens + write_tokens <= stated_input
                then read_tokens + write_tokens
            -- What was read is in the input, what was written is beside it.
            when prompt_tokens = stated_input + write_tokens then read_tokens
            when prompt_tokens = stated_input + write_tokens + read_tokens then 0
            when read_tokens + write_tokens > stated_input then 0
            else {convention}
        end as inside_tokens
    from (
        select
            *,
            case
                when is_reasoning_inside then stated_total - stated_output
                else stated_total - stated_output - stated_reasoning
            end as prompt_tokens
        from (
            select
                *,
                coalesce(stated_read, 0) as read_tokens,
                coalesce(stated_write, 0) as write_tokens,
                -- Who leaves cached tokens out and states none may not know them.
                stated_input is not null
                and (
                    is_inclusive is distinct from false
                    or coalesce(stated_read, stated_write) is not null
                ) as knows_cached,
                case
                    when coalesce(stated_reasoning, 0) = 0 or stated_output < 0
                        then true
                    when stated_reasoning > stated_output then false
                    when stated_total - stated_output in (
                        stated_input,
                        stated_input + write_tokens,
                        stated_input + write_tokens + read_tokens
                    ) then true
                    when stated_total - stated_output - stated_reasoning in (
                        stated_input,
                        stated_input + write_tokens,
                        stated_input + write_tokens + read_tokens
                    ) then false
                    else {is_reasoning_inside}
                end as is_reasoning_inside
            from {stated}
        )
    )
)
"""


def decided(
    stated: str, *, cached_inside: bool = True, reasoning_inside: bool = True
) -> str:
    """Give the SELECT of calls with disjoint counters, of calls with stated ones.

    Args:
        stated: the table of calls, with the columns that are listed above.
        cached_inside: the convention: whether the input has cached tokens in it.
        reasoning_inside: the convention: whether the output has reasoning in it.
    """
    return DECIDED.format(
        stated=stated,
        is_inclusive=str(cached_inside).lower(),
        is_reasoning_inside=str(reasoning_inside).lower(),
        convention="read_tokens + write_tokens" if cached_inside else "0",
    )


def part(tokens: str, of: str) -> str:
    """Give the SQL of a part of a counter; one that exceeds it is unknown.

    Audio that was read from a cache may be stated as audio, too, and nobody says how
    much of it was.
    """
    return f"case when {tokens} <= {of} then {tokens} end"
