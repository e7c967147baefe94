-- What on-premises machines cost in one month, as FOCUS 1.4 rows: one per machine or
-- fleet, component and day.
--
-- {machines}, {power} and {running_costs} are the rows of the owner's files with their
-- types (columns.py); {kinds} and {components} are the CSVs beside this file.
-- {period_start} and {period_end} bound the month.
--
-- A purchase bills its price and is effective where it is used, as a commitment is: its
-- EffectiveCost is 0, and each day of service has its part of price minus salvage value.
-- Amounts are whole numbers of 10^-12 until the last step, because DuckDB divides decimals
-- as doubles. The part of day n is what n days have together minus what n - 1 days have,
-- so parts sum to the whole to the last digit.

with

kinds (kind, resource_type, service_name, service_category, service_subcategory) as (

    values
        {kinds}

),

components (component, label, frequency, is_entered) as (

    values
        {components}

),

machines as (

    {machines}

),

power as (

    {power}

),

running_costs as (

    {running_costs}

),

days as (

    select cast(unnest(generate_series(
        {period_start}, {period_end} - interval 1 day, interval 1 day
    )) as date) as day

),

-- A row is a fleet of equal machines; most have one.
fleets as (

    select
        * replace (
            coalesce(name, machine_id) as name,
            coalesce(count, 1) as count,
            coalesce(in_service_from, purchased_on) as in_service_from
        ),
        cast((purchase_price - coalesce(salvage_value, 0)) * 1000000 as hugeint)
        * coalesce(count, 1) * 1000000 as depreciable
    from machines

),

-- The owner of a site and its currency come from its machines.
sites as (

    select
        site,
        min(organisation) as organisation,
        min(currency) as currency,
        count(distinct organisation) as owners
    from fleets
    group by all

),

-- Every month of service wears off an equal part, counted from the first day of service.
service_months as (

    select
        machine_id,
        cast(in_service_from + to_months(n) as date) as from_day,
        cast(in_service_from + to_months(n + 1) as date) as until_day,
        (depreciable * n) // life_months as worn_before,
        (depreciable * (n + 1)) // life_months - (depreciable * n) // life_months
            as worn
    from (select *, unnest(range(cast(life_months as integer))) as n from fleets)

),

-- After its life a machine in service still has hours, at no cost.
service_days as (

    select
        fleets.machine_id,
        days.day,
        coalesce(
            (service_months.worn * (days.day - service_months.from_day + 1))
            // (service_months.until_day - service_months.from_day)
            - (service_months.worn * (days.day - service_months.from_day))
            // (service_months.until_day - service_months.from_day),
            0
        ) as worn,
        row_number() over (partition by fleets.machine_id order by days.day) as nth,
        count(*) over (partition by fleets.machine_id) as of_days
    from fleets
    inner join days
        on
            days.day >= fleets.in_service_from
            and days.day < coalesce(fleets.retired_on, date '9999-12-31')
    left join service_months
        on
            fleets.machine_id = service_months.machine_id
            and days.day >= service_months.from_day
            and days.day < service_months.until_day

),

-- What is not worn off on the day of retirement is written off on that day.
write_offs as (

    select
        fleets.machine_id,
        fleets.retired_on as day,
        fleets.depreciable - service_months.worn_before
        - (service_months.worn * (fleets.retired_on - service_months.from_day))
        // (service_months.until_day - service_months.from_day) as written_off
    from fleets
    inner join service_months
        on
            fleets.machine_id = service_months.machine_id
            and fleets.retired_on >= service_months.from_day
            and fleets.retired_on < service_months.until_day
    inner join days on fleets.retired_on = days.day

),

-- What a fleet's power was is measured, or estimated from what one machine draws.
power_costs as (

    select
        power.delivery_id,
        power.file_name,
        power.row_number,
        power.machine_id,
        power.site,
        'power' as component,
        power.currency,
        cast(null as varchar) as description,
        coalesce(power.pue, 1) as pue,
        cast(coalesce(
            power.kwh,
            cast(power.watts * power.hours * 0.001 as decimal(29, 9))
            * coalesce(fleets.count, 1)
        ) as decimal(29, 9)) as consumed,
        cast(consumed * coalesce(power.pue, 1) as decimal(38, 12)) as quantity,
        'kWh' as unit,
        power.tariff_per_kwh as unit_price,
        cast(quantity * power.tariff_per_kwh as decimal(38, 12)) as cost
    from power
    left join fleets on power.machine_id = fleets.machine_id

),

monthly_costs as (

    select * from power_costs

    union all by name

    select
        delivery_id,
        file_name,
        row_number,
        machine_id,
        site,
        component,
        currency,
        description,
        quantity as consumed,
        quantity,
        unit,
        unit_price,
        cast(coalesce(amount, quantity * unit_price) as decimal(38, 12)) as cost
    from running_costs

),

placed as (

    select
        monthly_costs.*,
        coalesce(fleets.site, sites.site) as at_site,
        coalesce(fleets.organisation, sites.organisation) as organisation,
        case
            when fleets.machine_id is null and monthly_costs.machine_id is not null
                then 'machine_id is ''' || monthly_costs.machine_id
                || ''', expected one of the machines file'
            when
                fleets.in_service_from >= {period_end}
                or fleets.retired_on <= {period_start}
                then 'machine_id is ''' || monthly_costs.machine_id
                || ''', expected a machine that is in service in the month'
            when sites.site is null and monthly_costs.site is not null
                then 'site is ''' || monthly_costs.site
                || ''', expected one of the machines file'
            when sites.owners > 1
                then 'site is ''' || monthly_costs.site
                || ''', expected one whose machines have one organisation'
            when monthly_costs.currency <> coalesce(fleets.currency, sites.currency)
                then 'currency is ''' || monthly_costs.currency
                || ''', expected that of the machines, '
                || coalesce(fleets.currency, sites.currency)
        end as problem
    from monthly_costs
    left join fleets on monthly_costs.machine_id = fleets.machine_id
    left join sites on monthly_costs.site = sites.site

),

-- A month's cost is spread over the days on which its machine is in service; a site's,
-- which no machine has alone, over all days.
cost_days as (

    select
        placed.delivery_id,
        placed.row_number,
        placed.component,
        placed.currency,
        placed.description,
        placed.pue,
        placed.unit,
        placed.unit_price,
        placed.machine_id,
        placed.organisation,
        case
            when placed.problem is null then placed.at_site
            else error(
                placed.file_name || ', row ' || placed.row_number || ': '
                || placed.problem
            )
        end as site,
        coalesce(service_days.day, days.day) as day,
        coalesce(service_days.nth, day(days.day)) as nth,
        coalesce(service_days.of_days, day({period_end} - interval 1 day)) as of_days,
        cast(placed.cost * 1000000000000 as hugeint) as cost,
        cast(placed.quantity * 1000000000000 as hugeint) as quantity,
        cast(placed.consumed * 1000000000000 as hugeint) as consumed
    from placed
    left join service_days on placed.machine_id = service_days.machine_id
    left join days on placed.machine_id is null

),

charges as (

    select
        delivery_id,
        row_number,
        'purchase' as component,
        'Purchase' as category,
        purchased_on as day,
        currency,
        site,
        organisation,
        machine_id,
        cast(null as varchar) as description,
        cast(purchase_price * 1000000 as hugeint) * 1000000 * count as billed_cost,
        0 as effective_cost,
        purchase_price as unit_price,
        cast(count as hugeint) * 1000000000000 as quantity,
        'Machines' as unit
    from fleets
    where purchased_on >= {period_start} and purchased_on < {period_end}

    union all by name

    select
        fleets.delivery_id,
        fleets.row_number,
        'depreciation' as component,
        'Usage' as category,
        service_days.day,
        fleets.currency,
        fleets.site,
        fleets.organisation,
        fleets.machine_id,
        0 as billed_cost,
        service_days.worn as effective_cost,
        cast(24 * fleets.count as hugeint) * 1000000000000 as quantity,
        quantity as consumed,
        'Hours' as unit
    from service_days
    inner join fleets on service_days.machine_id = fleets.machine_id

    union all by name

    select
        fleets.delivery_id,
        fleets.row_number,
        'write_off' as component,
        'Adjustment' as category,
        write_offs.day,
        fleets.currency,
        fleets.site,
        fleets.organisation,
        fleets.machine_id,
        0 as billed_cost,
        write_offs.written_off as effective_cost
    from write_offs
    inner join fleets on write_offs.machine_id = fleets.machine_id

    union all by name

    select
        delivery_id,
        row_number,
        component,
        'Usage' as category,
        day,
        currency,
        site,
        organisation,
        machine_id,
        description,
        pue,
        (cost * nth) // of_days - (cost * (nth - 1)) // of_days as billed_cost,
        billed_cost as effective_cost,
        unit_price,
        -- An amount without a quantity is paid by the day.
        coalesce(
            (quantity * nth) // of_days - (quantity * (nth - 1)) // of_days,
            1000000000000
        ) as quantity,
        coalesce(
            (consumed * nth) // of_days - (consumed * (nth - 1)) // of_days,
            1000000000000
        ) as consumed,
        coalesce(unit, 'Days') as unit
    from cost_days

),

amounts as (

    select
        * replace (
            cast(billed_cost as decimal(38, 0)) * 0.000000000001 as billed_cost,
            cast(effective_cost as decimal(38, 0)) * 0.000000000001 as effective_cost,
            cast(quantity as decimal(38, 0)) * 0.000000000001 as quantity,
            cast(consumed as decimal(38, 0)) * 0.000000000001 as consumed
        ),
        row_number() over (
            partition by delivery_id, row_number order by day, component
        ) as part
    from charges

),

-- Nobody lists a price for what is owned: a purchase is listed at what it bills, the
-- rest at what it costs.
listed as (

    select
        *,
        case category
            when 'Purchase' then billed_cost else effective_cost
        end as listed_cost
    from amounts

),

focus_rows as (

    select
        listed.billed_cost as BilledCost,
        listed.organisation as BillingAccountId,
        listed.organisation as BillingAccountName,
        listed.currency as BillingCurrency,
        {period_end} as BillingPeriodEnd,
        {period_start} as BillingPeriodStart,
        listed.category as ChargeCategory,
        coalesce(
            listed.description,
            components.label || ' of ' || coalesce(fleets.name, listed.site)
        ) as ChargeDescription,
        components.frequency as ChargeFrequency,
        cast(listed.day as timestamp) + interval 1 day as ChargePeriodEnd,
        cast(listed.day as timestamp) as ChargePeriodStart,
        listed.consumed as ConsumedQuantity,
        case when listed.consumed is not null then listed.unit end as ConsumedUnit,
        listed.listed_cost as ContractedCost,
        listed.unit_price as ContractedUnitPrice,
        listed.effective_cost as EffectiveCost,
        listed.organisation as HostProviderName,
        listed.organisation as InvoiceIssuerName,
        listed.listed_cost as ListCost,
        listed.unit_price as ListUnitPrice,
        case
            when listed.component = 'depreciation' then 'Other'
            when listed.quantity is not null then 'Standard'
        end as PricingCategory,
        listed.quantity as PricingQuantity,
        listed.unit as PricingUnit,
        listed.site as RegionId,
        listed.site as RegionName,
        listed.machine_id as ResourceId,
        fleets.name as ResourceName,
        kinds.resource_type as ResourceType,
        case
            when listed.component = 'network' then 'Networking'
            else coalesce(kinds.service_category, 'Other')
        end as ServiceCategory,
        case
            when listed.component = 'network' then 'On-Premises Network'
            else coalesce(kinds.service_name, 'On-Premises Sites')
        end as ServiceName,
        listed.organisation as ServiceProviderName,
        case
            when listed.component = 'network' then 'Network Connectivity'
            else coalesce(kinds.service_subcategory, 'Other (Other)')
        end as ServiceSubcategory,
        listed.component as SkuId,
        components.label as SkuMeter,
        case
            when fleets.machine_id is not null
                then json_merge_patch('{}', json_object(
                    'InstanceType', fleets.hardware,
                    'GpuCount', fleets.gpus,
                    'CoreCount', fleets.vcpus,
                    'MemorySize', fleets.memory_gib,
                    'x_GpuName', fleets.gpu_model
                ))
        end as SkuPriceDetails,
        concat_ws('/', fleets.hardware, listed.component) as SkuPriceId,
        nullif(fleets.labels, '{}') as Tags,
        listed.delivery_id as x_DeliveryId,
        components.label as x_LineItemType,
        listed.billed_cost as x_SourceCost,
        'onprem' as x_SourceName,
        listed.row_number as x_SourceRowNumber,
        listed.part as x_SourceRowPart,
        listed.component as x_UsageType,
        fleets.count as x_MachineCount,
        listed.pue as x_PowerUsageEffectiveness
    from listed
    inner join components on listed.component = components.component
    left join fleets on listed.machine_id = fleets.machine_id
    left join kinds on fleets.kind = kinds.kind

),

entered as (

    select delivery_id, row_number, true as is_machine from machines
    union all
    select delivery_id, row_number, false as is_machine from monthly_costs

)
