-- Over which periods is a KPI stated, and how much of each has been seen? One row per period kind and period.
-- days_observed counts the days on which facts could exist, so a running month is annualised by what has passed of it.
with company as (
    select * from {{ ref("int_company") }}
),

starts as (
    select distinct 'week' as period_kind, week_start as period_start, week_start + 6 as period_end
    from {{ ref("dim_date") }}
    union all
    select distinct 'month', month_start, cast(month_start + interval 1 month - interval 1 day as date)
    from {{ ref("dim_date") }}
    union all
    select distinct 'quarter', quarter_start, cast(quarter_start + interval 3 month - interval 1 day as date)
    from {{ ref("dim_date") }}
    union all
    -- Trailing twelve months, one at every month end.
    select distinct
        'ttm',
        cast(month_start - interval 11 month as date),
        cast(month_start + interval 1 month - interval 1 day as date)
    from {{ ref("dim_date") }}
)

select
    starts.period_kind,
    starts.period_start,
    cast(starts.period_end as date) as period_end,
    cast(
        least(starts.period_end, company.data_through) - greatest(starts.period_start, company.first_date) + 1
        as bigint
    ) as days_observed,
    starts.period_end <= company.data_through
    and (starts.period_kind <> 'ttm' or starts.period_start >= date_trunc('month', company.first_date)) as is_complete,
    cast(case starts.period_kind
        when 'week' then starts.period_start - interval 7 day
        when 'quarter' then starts.period_start - interval 3 month
        else starts.period_start - interval 1 month
    end as date) as previous_period_start,
    -- 52 whole weeks, so that weekdays stay aligned.
    cast(case starts.period_kind
        when 'week' then starts.period_start - interval 364 day
        else starts.period_start - interval 12 month
    end as date) as previous_year_period_start
from starts
cross join company
where starts.period_start <= company.data_through
    and starts.period_end >= company.first_date
