-- Each optimization in its newest state, and what its lever moves, which is what it cannot be
-- measured by: a shorter prompt saves tokens, so tokens at their price show nothing of it.
with

optimizations as (

    select * from {{ ref('stg_lists__optimizations') }}

),

current_states as (

    select
        *,
        case state when 'done' then valid_from end as done_date
    from optimizations
    qualify
        row_number() over (partition by optimization_id order by valid_from desc) = 1

),

final as (

    select
        *,
        lower(optimization_type) as lever,
        regexp_matches(lever, '(answer|response|semantic)_?cach|dedup|retr|fail')
            as moves_inferences,
        -- A token is paid at another price, or read from a cache: by what a token costs.
        not moves_inferences
        and regexp_matches(
            lever, 'cach|batch|commit|reserv|spot|pric|discount|tier|contract'
        ) as moves_prices,
        not moves_prices
        and regexp_matches(
            lever, 'prompt|trim|token|context|output|compress|length|short'
        ) as moves_tokens,
        regexp_matches(lever, 'model|rout|cascade') as moves_models,
        moves_tokens or moves_models or moves_inferences as moves_usage,
        regexp_matches(
            lever, 'idle|stop|siz|schedul|shut|scal|slic|mig|utili|shar|pack'
        ) as moves_hours
    from current_states

)

select * exclude (lever) from final
