-- Telemetry under the model names of the bill. Clouds bill "Claude Sonnet 4.5" where
-- their logs say anthropic.claude-sonnet-4-5-20250929-v1:0; the seed model_names knows,
-- and since when.
with

model_usage as (

    select * from {{ ref('stg_usage__model_usage') }}

),

model_names as (

    select * from {{ ref('model_names') }}

),

reported as (

    select distinct
        provider_name,
        model_id as reported_model_id,
        usage_date
    from model_usage

),

named as (

    select
        reported.*,
        model_names.model_id
    from reported
    inner join model_names
        on
            reported.provider_name = model_names.provider_name
            and reported.reported_model_id like model_names.name_like
            and reported.usage_date
            >= coalesce(model_names.valid_from, date '0001-01-01')
            and reported.usage_date
            < coalesce(model_names.valid_to, date '9999-12-31')
    qualify
        row_number() over (
            partition by
                reported.provider_name,
                reported.reported_model_id,
                reported.usage_date
            order by
                length(model_names.name_like) desc,
                model_names.valid_from desc nulls last,
                model_names.model_id desc
        ) = 1

),

renamed as (

    select
        model_usage.* exclude (model_id),
        coalesce(named.model_id, model_usage.model_id) as model_id,
        model_usage.model_id as reported_model_id
    from model_usage
    left join named
        on
            model_usage.provider_name = named.provider_name
            and model_usage.model_id = named.reported_model_id
            and model_usage.usage_date = named.usage_date

)

select * from renamed
