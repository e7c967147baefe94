-- What on-demand use of coding tools would cost without caches that lose money, and of the
-- tool's cheaper model. What a tool's tokens cost at an API is in the findings of tokens.
{%- set month = [
    'source_name', 'tool_name', 'billing_currency', 'billing_period_start',
] %}
{%- set classes = ['new_input_count', 'cache_read_count', 'output_count'] %}
with

days as (

    select * from {{ ref('int_coding_cache_losses_daily') }}

),

-- New input is what no cache knew, written to one or not: their prices are near.
months as (

    select
        {{ month | join(', ') }},
        model_id,
        sum(on_demand_cost) as on_demand_cost,
        sum(input_uncached_token_count + cache_write_token_count) as new_input_count,
        sum(cache_read_token_count) as cache_read_count,
        sum(output_token_count) as output_count,
        -- As for APIs: the whole month where it is priced, or the days that nobody read.
        greatest(
            case when count(cache_loss) = count(*) then sum(cache_loss) end,
            sum(cache_loss) filter (where cache_read_token_count = 0)
        ) as cache_loss
    from days
    group by all

),

-- The bill has one price for all tokens of an answer. However it is split between classes
-- of tokens, the work costs no more at the other model than that model's bill times the
-- largest ratio of a class: work of which it had none has no price there.
swaps as (

    select
        work.*,
        other.model_id as target_model_id,
        cast(other.on_demand_cost as double) * greatest(
            {% for class in classes %}
            cast(work.{{ class }} as double)
            / nullif(cast(other.{{ class }} as double), 0){{ ',' if not loop.last }}
            {% endfor %}
        ) as alternative_cost
    from months as work
    inner join months as other using ({{ month | join(', ') }})
    where
        work.model_id != other.model_id
        {% for class in classes %}
        and (work.{{ class }} = 0 or other.{{ class }} > 0)
        {% endfor %}

),

cheapest as (

    select * from swaps
    qualify
        row_number() over (
            partition by {{ month | join(', ') }}, model_id
            order by alternative_cost asc nulls last, target_model_id asc
        ) = 1

),

findings as (

    select
        *,
        'stop_unread_coding_cache' as opportunity_type,
        cast(null as varchar) as detail,
        cache_loss as gross_saving
    from months

    union all by name

    select
        *,
        'cheaper_coding_model' as opportunity_type,
        target_model_id as detail,
        on_demand_cost - {{ money('alternative_cost') }} as gross_saving
    from cheapest

)

select
    opportunity_type,
    source_name,
    tool_name as service_provider_name,
    cast(null as varchar) as sub_account_id,
    model_id as scope_value,
    detail,
    billing_currency,
    {{ money('on_demand_cost') }} as scope_cost,
    {{ money('gross_saving') }} as gross_saving,
    billing_period_start
from findings
-- Where nothing can be saved, or no price is known, there is no finding.
where gross_saving > 0
