select * from {{ ref('int_coding_costs_daily') }}
