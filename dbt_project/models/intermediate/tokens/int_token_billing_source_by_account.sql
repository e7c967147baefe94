-- Who bills an account's tokens: the source and currency in which they cost most. The
-- row without an account is for accounts that no bill names. A provider may bill calls
-- and count no tokens (OpenRouter); then there is nothing to lay its tokens beside.
with

token_charges as (

    select
        *,
        coalesce(sub_account_id, 'unassigned') as account
    from {{ ref('int_token_charges') }}

),

bills as (

    select * from {{ ref('int_billing_source_by_account') }}
    where any_model = 1

),

sources as (

    select
        service_provider_name as provider_name,
        account as sub_account_id,
        source_name,
        billing_currency,
        sum(charged_cost) as charged_cost
    from token_charges
    group by grouping sets (
        (service_provider_name, account, source_name, billing_currency),
        (service_provider_name, source_name, billing_currency)
    )

),

largest as (

    select
        provider_name,
        sub_account_id,
        {{ of_largest('source_name', 'charged_cost') }} as source_name,
        {{ of_largest('billing_currency', 'charged_cost') }} as billing_currency,
        true as counts_tokens
    from sources
    group by all

),

with_others as (

    select * from largest

    union all

    select
        provider_name,
        null as sub_account_id,
        source_name,
        billing_currency,
        false as counts_tokens
    from bills
    where provider_name not in (select largest.provider_name from largest)

)

select * from with_others
