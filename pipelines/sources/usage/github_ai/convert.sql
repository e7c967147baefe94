-- GitHub's AI usage to model_usage: credits or premium requests, which are no tokens.
select
    date_trunc('day', date) as window_start,
    date_trunc('day', date) + interval 1 day as window_end,
    'GitHub' as provider_name,
    organization as sub_account_id,
    {person} as user_id,
    regexp_extract(repository, '[^/]+$') as project_name,
    'github_copilot' as workload_name,
    model as model_id,
    sku as operation,
    quantity as other_quantity,
    case lower(unit_type)
        when 'requests' then 'Premium Requests'
        when 'request' then 'Premium Requests'
        else 'AI Credits'
    end as other_unit,
    'github_ai' as source_name,
    delivery_id,
    row_number as source_row_number
from ({rows})
where left_out is null
