"""What belongs to the whole bill, to a project with allocated cost, or to an account.

Belongs here: the SQL that decides it, for every report that may be asked for a part of
the bill. Does not belong here: what is read of that part.
"""

# An account is in it when none of its usage is somebody else's: only then are its
# units.
ACCOUNTS = """
accounts as (

    select
        source_name,
        sub_account_id,
        case when count(distinct team_name) = 1 then max(team_name) end as team_name
    from fct_showback_daily
    where
        billing_period_start in ($month, $month - interval 1 month)
        and charge_category = 'Usage'
    group by all
    having $scope = '' or bool_and($scope in (project_name, sub_account_id))

),
"""
