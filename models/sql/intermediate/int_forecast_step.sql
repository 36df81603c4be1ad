-- What did each step, and each person, make of a forecast that could still be acted on? One row per series x frequency x complete
-- period x step x person (null: nobody, the model). before and after are the forecast without and with the step.
-- model: seasonal naive, then the model. sales: the model, then with this person's expectations alone. override: after sales, then
-- with this person's overrides alone.
with lagged as (
    select * from {{ ref("int_forecast_at_lag") }}
),

authors as (
    select 'sales' as step, sales_expectation_id as source_id, author_id from {{ ref("stg_sales_expectation") }}
    union all
    select 'override' as step, forecast_group_override_id as source_id, author_id from {{ ref("stg_forecast_group_override") }}
),

told as (
    select
        steps.forecast_run_id,
        steps.series_id,
        steps.frequency,
        steps.period_start,
        steps.step,
        authors.author_id,
        sum(steps.quantity) as change
    from {{ source("forecast", "forecast_steps") }} as steps
    inner join authors
        on steps.step = authors.step
        and steps.source_id = authors.source_id
    where steps.level is null
        or steps.level <> 'series'
    group by all
)

select
    'model' as step,
    cast(null as bigint) as author_id,
    lagged.series_id,
    lagged.frequency,
    lagged.period_start,
    lagged.demand_quantity,
    lagged.naive_quantity as before_quantity,
    lagged.baseline_quantity as after_quantity
from lagged
where lagged.naive_quantity is not null
union all
select
    told.step,
    told.author_id,
    lagged.series_id,
    lagged.frequency,
    lagged.period_start,
    lagged.demand_quantity,
    case told.step when 'sales' then lagged.baseline_quantity else lagged.sales_quantity end as before_quantity,
    greatest(
        0, case told.step when 'sales' then lagged.baseline_quantity else lagged.sales_quantity end + told.change
    ) as after_quantity
from lagged
inner join told
    on lagged.forecast_run_id = told.forecast_run_id
    and lagged.series_id = told.series_id
    and lagged.frequency = told.frequency
    and lagged.period_start = told.period_start
-- A group's override did nothing to a series that had one of its own.
where told.step = 'sales'
    or lagged.series_override_quantity is null
union all
select
    'override' as step,
    override_author_id as author_id,
    series_id,
    frequency,
    period_start,
    demand_quantity,
    sales_quantity as before_quantity,
    series_override_quantity as after_quantity
from lagged
where series_override_quantity is not null
