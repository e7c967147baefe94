-- sacct's records of one month, each with its times in UTC and why it is left out. Local
-- times come twice when clocks are set back, and one that is skipped may be meant before
-- or after: of the readings the one counts whose length is what Elapsed says.
with read as (
    select
        *,
        coalesce("JobID" like '%.%', false) as is_step,
        coalesce("Start", '') in {no_times}
        or coalesce("State", '') like 'PENDING%' as is_waiting,
        coalesce("End", '') in {no_times} as is_open,
        regexp_matches(
            coalesce("State", ''), '^(RUNNING|SUSPENDED|COMPLETING|CONFIGURING|RESIZING)'
        ) as is_running,
        coalesce(
            try_cast("ElapsedRaw" as bigint),
            -- 1-02:03:04, 02:03:04 or 03:04.500
            case when regexp_full_match("Elapsed", '(\d+-)?(\d+:)?\d+:\d+(\.\d+)?')
                then
                    86400 * coalesce(
                        try_cast(regexp_extract("Elapsed", '^(\d+)-', 1) as bigint), 0
                    )
                    + 3600 * coalesce(try_cast(
                        regexp_extract("Elapsed", '(\d+):\d+:\d+(\.\d+)?$', 1) as bigint
                    ), 0)
                    + 60 * cast(
                        regexp_extract("Elapsed", '(\d+):\d+(\.\d+)?$', 1) as bigint
                    )
                    + cast(
                        regexp_extract("Elapsed", ':(\d+)(\.\d+)?$', 1) as bigint
                    )
            end
        ) as seconds
    from slurm_dumped
),

moments as (
    select
        *,
        {starts} as starts,
        {ends} as ends,
        {submits} as submits
    from read
    where has_fields and not is_step
),

-- Suspended time is not in Elapsed, so it may be less, but not more.
chosen as (
    select
        *,
        case
            when is_open or len(ends) = 0
                then {{'is_wrong': false, 'off': 0, 'start': starts[1], 'end': null}}
            else list_sort(flatten(list_transform(
                starts,
                lambda moment: list_transform(ends, lambda other: {{
                    'is_wrong':
                    other < moment
                    or coalesce(epoch(other) - epoch(moment) < seconds - 60, false),
                    'off': abs(epoch(other) - epoch(moment) - coalesce(seconds, 0)),
                    'start': moment,
                    'end': other
                }})
            )))[1]
        end as span
    from moments
),

timed as (
    select
        * exclude (starts, ends, submits, span),
        span.start as started_at,
        span."end" as ended_at,
        span.is_wrong as is_span_wrong,
        list_max(list_filter(submits, lambda moment: moment <= span.start))
            as submitted_at,
        len(starts) > 1 as is_start_ambiguous
    from chosen

    union all by name

    select * from read
    where is_step or not has_fields
),

judged as (
    select
        timed.*,
        slurm_nodes.node_names,
        slurm_gpus.gpu_count,
        slurm_gpus.gpu_type,
        case
            when not has_fields
                then 'more or fewer fields than the header names (a separator in a text?)'
            when is_step then 'a step of a job that has its own record'
            when "JobIDRaw" is null then 'a record without a job id'
            when is_waiting then 'never started'
            when started_at is null then 'a Start that is no time'
            when ended_at is null and not is_open then 'an End that is no time'
            when is_open and not is_running then 'it has ended, and its End is unknown'
            when ended_at < started_at then 'it ends before it starts'
            -- Cancelled in the queue: a start that is its end, and no node.
            when ended_at = started_at and len(slurm_nodes.node_names) = 0
                then 'never started'
            when is_span_wrong
                then
                    'it ran longer than from its Start to its End '
                    || '(is training.slurm_time_zone right?)'
            when slurm_nodes.node_names is null then 'a NodeList that cannot be read'
            when
                len(slurm_nodes.node_names) > 0
                and len(slurm_nodes.node_names) != try_cast("AllocNodes" as bigint)
                then 'NodeList names another number of nodes than AllocNodes'
            when not slurm_gpus.is_readable then 'a number of GPUs that is none'
        end as own_reason
    from timed
    left join slurm_nodes on coalesce(timed."NodeList", '') = slurm_nodes.node_list
    left join slurm_gpus on coalesce(timed."AllocTRES", '') = slurm_gpus.alloc_tres
)

-- Which dump is newer its file's time does not say for sure: a job that has ended does
-- not run again, and one that ended later was looked at later.
select
    *,
    coalesce(own_reason, case when row_number() over (
        partition by own_reason is null, "Cluster", "JobIDRaw", started_at
        order by
            is_running,
            ended_at desc nulls last,
            seconds desc nulls last,
            dump_order desc,
            row_number desc
    ) > 1 then 'another record of the attempt is further on' end) as left_out
from judged
