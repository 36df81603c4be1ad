-- What had been forecast when it could still be acted on, and what came? One row per series x complete period.
-- The forecast is the archived mean with the latest cutoff at least the lead time before the period began; what sales had added and
-- overrides of groups, as they stood at that cutoff, move it; a series' own override made by then replaces it. naive_quantity repeats
-- the same period of the year before, where that was over at the cutoff. demand_quantity is what customers asked for.
with demand as (
    select series_id, item_id, warehouse_id, 'week' as frequency, period_start, demand_quantity, is_complete
    from {{ ref("fct_demand_week") }}
    union all by name
    select series_id, item_id, warehouse_id, 'month' as frequency, period_start, demand_quantity, is_complete
    from {{ ref("fct_demand_month") }}
),

places as (
    select item_location_id as series_id, coalesce(lead_time_days, 0) as lead_time_days
    from {{ ref("stg_item_location") }}
),

archive as (
    select series_id, frequency, period_start, cutoff, origin, forecast_run_id, model, quantity
    from {{ source("forecast", "demand_forecasts") }}
    where measure = 'mean'
),

steps as (
    select
        forecast_run_id,
        series_id,
        frequency,
        period_start,
        sum(quantity) filter (where step = 'sales') as sales_change,
        sum(quantity) filter (where step = 'override' and level <> 'series') as group_change
    from {{ source("forecast", "forecast_steps") }}
    group by all
),

overrides as (
    select
        item_location_id as series_id,
        frequency,
        period_start,
        business_date,
        override_quantity,
        author_id,
        forecast_override_id
    from {{ ref("stg_forecast_override") }}
),

lagged as (
    select
        demand.series_id,
        demand.item_id,
        demand.warehouse_id,
        demand.frequency,
        demand.period_start,
        places.lead_time_days,
        cast(demand.demand_quantity as double) as demand_quantity,
        -- Ties: a live run before a simulated one.
        arg_max(
            struct_pack(
                cutoff := archive.cutoff,
                quantity := archive.quantity,
                model := archive.model,
                origin := archive.origin,
                forecast_run_id := archive.forecast_run_id
            ),
            (archive.cutoff, archive.origin = 'live', archive.forecast_run_id)
        ) as chosen
    from demand
    inner join places
        on demand.series_id = places.series_id
    inner join archive
        on demand.series_id = archive.series_id
        and demand.frequency = archive.frequency
        and demand.period_start = archive.period_start
        and archive.cutoff < demand.period_start
        and archive.cutoff + cast(places.lead_time_days as integer) <= demand.period_start
    where demand.is_complete
    group by all
),

decided as (
    select
        lagged.*,
        arg_max(
            struct_pack(quantity := overrides.override_quantity, author_id := overrides.author_id),
            (overrides.business_date, overrides.forecast_override_id)
        ) as override
    from lagged
    left join overrides
        on lagged.series_id = overrides.series_id
        and lagged.frequency = overrides.frequency
        and lagged.period_start = overrides.period_start
        and overrides.business_date + cast(lagged.lead_time_days as integer) <= lagged.period_start
    group by all
),

stepped as (
    select
        decided.*,
        cast(decided.override.quantity as double) / 1000000 as series_override_quantity,
        greatest(0, decided.chosen.quantity + coalesce(steps.sales_change, 0)) as sales_quantity,
        steps.sales_change,
        steps.group_change
    from decided
    left join steps
        on decided.chosen.forecast_run_id = steps.forecast_run_id
        and decided.series_id = steps.series_id
        and decided.frequency = steps.frequency
        and decided.period_start = steps.period_start
),

overridden as (
    select
        stepped.*,
        cast(last_year.demand_quantity as double) as naive_quantity,
        coalesce(
            series_override_quantity,
            case when group_change is not null then greatest(0, sales_quantity + group_change) end
        ) as override_quantity
    from stepped
    left join demand as last_year
        on stepped.series_id = last_year.series_id
        and stepped.frequency = last_year.frequency
        and last_year.is_complete
        and last_year.period_start = case
            when stepped.frequency = 'week' then stepped.period_start - 364
            else cast(stepped.period_start - interval 12 month as date)
        end
        and stepped.chosen.cutoff >= case
            when stepped.frequency = 'week' then last_year.period_start + 6
            else cast(last_year.period_start + interval 1 month as date) - 1
        end
)

select
    series_id,
    item_id,
    warehouse_id,
    frequency,
    period_start,
    lead_time_days,
    chosen.forecast_run_id as forecast_run_id,
    chosen.cutoff as cutoff,
    chosen.model as model,
    chosen.origin as origin,
    demand_quantity,
    naive_quantity,
    chosen.quantity as baseline_quantity,
    sales_quantity,
    sales_change is not null as is_moved_by_sales,
    override_quantity,
    series_override_quantity,
    case when series_override_quantity is not null then override.author_id end as override_author_id,
    coalesce(override_quantity, sales_quantity) as forecast_quantity
from overridden
